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

// What a row made of somebody. An organization that was given away made its heir an owner and its
// giver an admin; a denied sign-in that suspends says so in no other row.
std::optional<std::string> made_by(NearChange const& change)
{
    if (change.event == "ORGANIZATION_TRANSFERRED")
        return fact(change, "newValue") == change.about ? "owner" : "admin";
    if (change.event == "FORCE_LOGOUT")
        return "suspended";
    if (change.event == "REGISTER")
        return "owner"; // of their personal organization
    return fact(change, change.kind == "joined" ? "role" : "newValue");
}

// What it found.
std::optional<std::string> found_by(NearChange const& change)
{
    if (change.event == "ORGANIZATION_TRANSFERRED" && fact(change, "newValue") == change.about)
        return fact(change, "heirRole");
    if (change.event == "ORGANIZATION_TRANSFERRED")
        return "owner";
    if (change.event == "FORCE_LOGOUT")
        return "active"; // nobody else can deny a sign-in
    return fact(change, "oldValue");
}

struct Told { // what a member was, and the row that made it so
    std::optional<std::string> value;
    std::optional<std::int64_t> row = {};
};

Told told(
    std::vector<NearChange> const& changes,
    Standing const& now,
    std::string_view kind,
    std::optional<std::string> stored
)
{
    if (auto const* const before = near(changes, now.user_id, kind, true))
        return {made_by(*before), before->seq};
    if (auto const* const after = near(changes, now.user_id, kind, false))
        return {found_by(*after)};
    auto const* const left = near(changes, now.user_id, "left", false);
    if (now.role.empty() && left)
        return {fact(*left, kind)};
    return {std::move(stored)};
}

// As they joined, where neither a change nor a row of theirs says it.
Told told_role(std::vector<NearChange> const& changes, Standing const& now)
{
    auto role = told(changes, now, "role", now.role);
    auto const* const joined = near(changes, now.user_id, "joined", true);
    if (joined && role.value.value_or("").empty())
        role = {made_by(*joined), joined->seq};
    return role;
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
    auto const role = told_role(changes, now);
    auto const status = told(changes, now, "status", now.status);
    auto const custom = told(changes, now, "custom_role", now.custom_role);
    AccessThen then{.user_id = now.user_id, .email = now.email, .since = now.since};
    then.role = role.value.value_or("");
    then.status = status.value.value_or(now.status);
    then.role_row = role.row;
    then.status_row = status.row;
    then.custom_role_row = custom.row;
    if (then.role.empty()) {
        then.role = unknown_role;
        return then;
    }
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
