// Reading old and new values out of rows of the ledger.
#include "domain/access_then.h"

#include "core/json.h"
#include "domain/users.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace gatehouse::domain {
namespace {

std::optional<std::string> fact(NearChange const& change, std::string_view name)
{
    auto const details = json::parse(change.details);
    if (!details || !details->object())
        throw std::runtime_error("a row of the ledger whose facts are no object");
    auto const* const found = details->find(name);
    auto const* const text = found ? found->text() : nullptr;
    if (!text)
        return std::nullopt;
    return *text;
}

// `clients.view=1 workflows.view=a`
std::vector<policy::Granted> granted_in(std::string_view words)
{
    std::vector<policy::Granted> granted;
    while (!words.empty()) {
        auto const word = words.substr(0, words.find(' '));
        words.remove_prefix(std::min(words.size(), word.size() + 1));
        auto const sign = word.find('=');
        if (sign != std::string_view::npos)
            granted.push_back(
                {std::string(word.substr(0, sign)), std::string(word.substr(sign + 1))}
            );
    }
    return granted;
}

NearChange const* near(
    std::vector<NearChange> const& changes,
    std::string const& about,
    std::string_view kind,
    bool earlier
)
{
    auto const found = std::ranges::find_if(changes, [&](NearChange const& change) {
        return change.earlier == earlier && change.kind == kind && change.about == about;
    });
    return found == changes.end() ? nullptr : &*found;
}

struct Told { // what a member was, and the row that made it so
    std::optional<std::string> value;
    std::optional<std::int64_t> row = {};
};

Told told(
    std::vector<NearChange> const& changes,
    std::string const& about,
    std::string_view kind,
    std::optional<std::string> now
)
{
    if (auto const* const before = near(changes, about, kind, true))
        return {fact(*before, "newValue"), before->seq};
    if (auto const* const after = near(changes, about, kind, false))
        return {fact(*after, "oldValue")};
    return {std::move(now)};
}

std::optional<std::vector<policy::Granted>> definition(
    std::vector<NearChange> const& changes, std::string const& id, CustomRole const* now, Instant at
)
{
    if (auto const* const before = near(changes, id, "definition", true)) {
        auto const words = fact(*before, "newValue");
        if (!words) // deleted
            return std::nullopt;
        return granted_in(*words);
    }
    if (auto const* const after = near(changes, id, "definition", false)) {
        auto const words = fact(*after, "oldValue");
        if (!words) // made by it
            return std::nullopt;
        return granted_in(*words);
    }
    if (!now || now->created_at > at)
        return std::nullopt;
    return now->permissions;
}

} // namespace

RolesThen::RolesThen(
    std::vector<CustomRole> const& now, std::vector<NearChange> const& changes, Instant at
)
{
    std::map<std::string, CustomRole const*> known;
    for (auto const& change : changes)
        known[change.about] = nullptr;
    for (auto const& role : now)
        known[role.id.text()] = &role;
    for (auto const& [id, role] : known) {
        auto permissions = definition(changes, id, role, at);
        if (!permissions)
            continue;
        RoleThen then{.id = id, .name = {}, .permissions = std::move(*permissions)};
        if (role)
            then.name = role->name;
        roles_.emplace(id, std::move(then));
    }
}

RoleThen const* RolesThen::find(std::string const& id) const
{
    auto const found = roles_.find(id);
    return found == roles_.end() ? nullptr : &found->second;
}

AccessThen access_then(
    Standing const& now,
    std::vector<NearChange> const& changes,
    RolesThen const& roles,
    policy::Policy const& policy
)
{
    auto const role = told(changes, now.user_id, "role", now.role);
    auto const status = told(changes, now.user_id, "status", now.status);
    auto const custom = told(changes, now.user_id, "custom_role", now.custom_role);
    AccessThen then{.user_id = now.user_id, .email = now.email, .since = now.since};
    then.role = role.value.value_or(now.role);
    then.status = status.value.value_or(now.status);
    then.role_row = role.row;
    then.status_row = status.row;
    then.custom_role_row = custom.row;
    auto const built_in = parse_role(then.role);
    if (!built_in)
        throw std::runtime_error("a row of the ledger names an unknown role: " + then.role);
    then.grants = policy.effective(*built_in, now.alone);
    // One that was deleted meanwhile was taken from everybody, without a row about each of them.
    auto const* const held = custom.value ? roles.find(*custom.value) : nullptr;
    if (held) {
        then.custom_role_id = held->id;
        then.custom_role = held->name;
        then.grants.widen(policy.effective(*built_in, held->permissions));
    }
    return then;
}

std::string in_words(
    policy::Grants const& grants,
    policy::Policy const& policy,
    std::optional<policy::Permission> alone
)
{
    std::string words;
    for (auto const& id : policy.ids_of(grants)) {
        auto const permission = policy.find(id);
        if (!permission || (alone && *alone != *permission))
            continue;
        words += (words.empty() ? "" : " ") + id + "=";
        words += policy::to_letter(grants.cell(*permission));
    }
    return words;
}

} // namespace gatehouse::domain
