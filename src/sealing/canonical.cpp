// Writing flat objects.
#include "sealing/canonical.h"

#include "core/text.h"
#include "sealing/json_letters.h"

#include <algorithm>

namespace gatehouse::sealing {
namespace {

using detail::Escape;
using detail::escapes;
using detail::is_all_plain;
using detail::is_plain;

void append_string(std::string& into, std::string_view text)
{
    into += '"';
    if (is_all_plain(text)) {
        into.append(text) += '"';
        return;
    }
    while (!text.empty()) {
        auto const end = std::ranges::find_if_not(text, is_plain);
        auto const plain = static_cast<std::size_t>(end - text.begin());
        into += text.substr(0, plain);
        if (plain == text.size())
            break;
        auto const letter = text[plain];
        auto const known = std::ranges::find(escapes, letter, &Escape::character);
        into += '\\';
        if (known != escapes.end())
            into += known->letter;
        else
            into.append("u00").append(to_hex(std::string_view(&letter, 1)));
        text.remove_prefix(plain + 1);
    }
    into += '"';
}

} // namespace

void CanonicalWriter::begin_member(std::string_view name)
{
    if (!is_first_)
        into_ += ',';
    is_first_ = false;
    into_.append("\"").append(name).append("\":");
}

void CanonicalWriter::text(std::string_view name, std::string_view value)
{
    begin_member(name);
    append_string(into_, value);
}

void CanonicalWriter::optional_text(std::string_view name, std::optional<std::string> const& value)
{
    if (value)
        text(name, std::string_view(*value));
}

void CanonicalWriter::number(std::string_view name, std::int64_t value)
{
    begin_member(name);
    into_ += std::to_string(value);
}

void CanonicalWriter::optional_number(std::string_view name, std::optional<std::int64_t> value)
{
    if (value)
        number(name, *value);
}

void CanonicalWriter::hex(std::string_view name, std::string_view bytes)
{
    begin_member(name);
    constexpr std::string_view digits = "0123456789abcdef";
    into_ += '"';
    for (char const each : bytes) {
        auto const byte = static_cast<unsigned char>(each);
        into_ += digits[byte >> 4U];
        into_ += digits[byte & 15U];
    }
    into_ += '"';
}

void CanonicalWriter::raw(std::string_view name, std::string_view json)
{
    begin_member(name);
    into_ += json;
}

} // namespace gatehouse::sealing
