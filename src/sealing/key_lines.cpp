// keys.json, written and read.
#include "sealing/canonical.h"
#include "sealing/lines.h"

#include <utility>

namespace gatehouse::sealing {
namespace {
constexpr std::size_t digest_size = 32;
constexpr std::size_t signature_size = 64;

// Nothing where the moment of its change is none; what else is wrong the reader knows.
std::optional<ShownKey> read_key(CanonicalReader& reader)
{
    ShownKey key;
    std::optional<std::string> changed_at;
    reader.optional_text("changed_at", changed_at);
    key.kid = reader.text("kid");
    if (changed_at) {
        auto const moment = parse_instant(*changed_at);
        if (!moment || to_text(*moment) != *changed_at)
            return std::nullopt;
        domain::KeyChange change;
        change.changed_at = *moment;
        change.own_signature = reader.hex("own_signature", signature_size);
        change.previous_kid = reader.text("previous_kid");
        change.previous_signature = reader.hex("previous_signature", signature_size);
        key.change = std::move(change);
    }
    key.public_key = reader.hex("public_key", digest_size);
    reader.expect("}");
    return key;
}

} // namespace

std::string keys_json(KeyLines const& keys)
{
    std::string list = "[";
    for (auto const& key : keys) {
        std::string one;
        CanonicalWriter writer(one);
        if (key.change)
            writer.text("changed_at", to_text(key.change->changed_at));
        writer.text("kid", key.kid);
        if (key.change) {
            writer.hex("own_signature", key.change->own_signature);
            writer.text("previous_kid", key.change->previous_kid);
            writer.hex("previous_signature", key.change->previous_signature);
        }
        writer.hex("public_key", key.public_key);
        writer.end();
        one.pop_back(); // the line feed
        list += (list.size() > 1 ? "," : "") + one;
    }
    std::string text;
    CanonicalWriter writer(text);
    writer.raw("keys", list + "]");
    writer.end();
    return text;
}

std::optional<KeyLines> parse_keys(std::string_view text)
{
    if (!text.ends_with('\n'))
        return std::nullopt;
    KeyLines keys;
    CanonicalReader reader(text.substr(0, text.size() - 1));
    reader.member("keys");
    reader.expect("[");
    while (!reader.failed() && !reader.begins("]")) {
        if (!keys.empty())
            reader.expect(",");
        reader.next_object();
        auto key = read_key(reader);
        if (!key)
            return std::nullopt;
        keys.push_back(std::move(*key));
    }
    reader.expect("]");
    if (!reader.end())
        return std::nullopt;
    return keys;
}

} // namespace gatehouse::sealing
