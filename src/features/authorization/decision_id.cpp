// The decision as a JSON array, sealed and in base64url.
#include "features/authorization/decision_id.h"

#include "core/json.h"
#include "core/text.h"

#include <array>
#include <charconv>
#include <system_error>

namespace gatehouse::authorization {
namespace {
using policy::Cell;
using policy::Term;

constexpr char const* place = "authorization.decision/v2";
constexpr char separator = '.';
constexpr std::int64_t day_in_milliseconds = 24 * 60 * 60 * 1000;

std::int64_t day_of(Instant at)
{
    return at.milliseconds() / day_in_milliseconds;
}

struct Split {
    std::int64_t day;
    std::string sealed;
};
std::optional<Split> split_at_day(std::string const& id)
{
    Split split{.day = -1, .sealed = {}};
    auto const* const end = id.data() + id.size();
    auto const read = std::from_chars(id.data(), end, split.day);
    if (read.ec != std::errc() || read.ptr == end || *read.ptr != separator || split.day < 0)
        return std::nullopt;
    split.sealed.assign(read.ptr + 1, end);
    return split;
}
constexpr std::array terms{Term::same_organization, Term::permission, Term::assigned, Term::own};
constexpr std::array sources{
    GrantedBy::nothing, GrantedBy::role, GrantedBy::custom_role, GrantedBy::grant
};

std::string to_plain(Decided const& decided)
{
    json::Array fields;
    fields.emplace_back(decided.at.milliseconds());
    for (auto const* const text :
         {&decided.policy,
          &decided.organization,
          &decided.subject,
          &decided.action,
          &decided.resource_type,
          &decided.resource_id,
          &decided.permission,
          &decided.role})
        fields.emplace_back(*text);
    fields.emplace_back(std::string(1, policy::to_letter(decided.cell)));
    fields.emplace_back(static_cast<int>(decided.granted_by));
    fields.emplace_back(decided.is_active);
    fields.emplace_back(decided.allowed);
    fields.emplace_back(decided.missing ? std::string(policy::to_text(*decided.missing)) : "");
    return json::canonical(json::Value(std::move(fields)));
}

// Sealed by us: what cannot be read was written by another version, and is nothing to this one.
class Reader {
public:
    explicit Reader(json::Array const& fields)
        : fields_(fields)
    {
    }
    std::string text()
    {
        auto const* const found = next().text();
        is_good_ = is_good_ && found;
        return found ? *found : std::string();
    }
    std::int64_t integer()
    {
        auto const* const found = next().integer();
        is_good_ = is_good_ && found;
        return found ? *found : 0;
    }
    bool boolean()
    {
        auto const* const found = next().boolean();
        is_good_ = is_good_ && found;
        return found && *found;
    }
    bool is_good() const { return is_good_ && at_ == fields_.size(); }

private:
    json::Value const& next()
    {
        static json::Value const none;
        return at_ < fields_.size() ? fields_[at_++] : none;
    }
    json::Array const& fields_;
    std::size_t at_ = 0;
    bool is_good_ = true;
};

std::optional<Decided> read(json::Array const& fields)
{
    Reader reader(fields);
    Decided decided;
    decided.at = Instant::from_milliseconds(reader.integer());
    for (auto* const text :
         {&decided.policy,
          &decided.organization,
          &decided.subject,
          &decided.action,
          &decided.resource_type,
          &decided.resource_id,
          &decided.permission,
          &decided.role})
        *text = reader.text();
    auto const cell = policy::parse_cell(reader.text());
    auto const source = reader.integer();
    decided.is_active = reader.boolean();
    decided.allowed = reader.boolean();
    auto const missing = reader.text();
    for (auto const term : terms)
        if (missing == policy::to_text(term))
            decided.missing = term;
    for (auto const one : sources)
        if (source == static_cast<int>(one))
            decided.granted_by = one;
    if (!reader.is_good() || !cell)
        return std::nullopt;
    decided.cell = *cell;
    return decided;
}

} // namespace

DecisionIds::DecisionIds(crypto::KeyEncryptionKey const& key, Instant now)
    : key_(key)
    , today_(day_of(now))
    , key_of_today_(key_of(today_))
{
}

SecretString DecisionIds::key_of(std::int64_t day) const
{
    return key_.subkey("decision/" + std::to_string(day));
}

std::string DecisionIds::id_of(Decided const& decided, Random& random) const
{
    auto const plain = to_plain(decided);
    auto const day = day_of(decided.at);
    auto const sealed = day == today_ ? crypto::seal(key_of_today_, plain, place, random)
                                      : crypto::seal(key_of(day), plain, place, random);
    return std::to_string(day) + separator + to_base64url(sealed);
}

std::optional<Decided> DecisionIds::open(std::string const& id) const
{
    auto const split = split_at_day(id);
    auto const sealed = split ? from_base64url(split->sealed) : std::nullopt;
    if (!sealed)
        return std::nullopt;
    auto const plain = crypto::open(key_of(split->day), *sealed, place);
    if (!plain)
        return std::nullopt;
    auto const parsed = json::parse(plain->reveal());
    if (!parsed || !parsed->array())
        return std::nullopt;
    return read(*parsed->array());
}

} // namespace gatehouse::authorization
