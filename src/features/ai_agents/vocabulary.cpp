// The tables: verbs by how they begin, nouns by what they are called.
#include "features/ai_agents/vocabulary.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace gatehouse::ai_agents {
namespace {
using policy::Permission;
using policy::Policy;
using policy::ResourceType;

enum class Action {
    view,
    create,
    edit,
    remove,
    assign,
    invite,
    suspend,
    transfer,
    impersonate,
    any, // as a rule: whatever is done with the thing
};

struct Verb {
    std::string_view begins;
    bool is_whole; // else more letters may follow: `deleting`
    Action action;
};
constexpr std::array verbs{
    Verb{"view", false, Action::view},         Verb{"see", true, Action::view},
    Verb{"read", true, Action::view},          Verb{"list", true, Action::view},
    Verb{"show", false, Action::view},         Verb{"open", true, Action::view},
    Verb{"look", false, Action::view},         Verb{"creat", false, Action::create},
    Verb{"add", true, Action::create},         Verb{"make", true, Action::create},
    Verb{"edit", false, Action::edit},         Verb{"chang", false, Action::edit},
    Verb{"updat", false, Action::edit},        Verb{"renam", false, Action::edit},
    Verb{"modif", false, Action::edit},        Verb{"delet", false, Action::remove},
    Verb{"remov", false, Action::remove},      Verb{"revok", false, Action::remove},
    Verb{"end", true, Action::remove},         Verb{"assign", true, Action::assign},
    Verb{"unassign", true, Action::assign},    Verb{"invit", false, Action::invite},
    Verb{"suspend", false, Action::suspend},   Verb{"reactivat", false, Action::suspend},
    Verb{"transfer", false, Action::transfer}, Verb{"impersonat", false, Action::impersonate},
};

using Nouns = std::array<std::string_view, 7>; // the rest of them empty

struct Rule {
    Nouns nouns;
    Action action;
    Permission permission;
};

constexpr Nouns organization{"organization", "organisation", "company"};
constexpr Nouns people{"user", "users", "people", "person", "member", "members", "colleagues"};
constexpr Nouns roles{"role", "roles"};
constexpr Nouns sessions{"session", "sessions"};
constexpr Nouns security{"security", "audit"};

constexpr std::array rules{
    Rule{roles, Action::edit, Permission::users_role},
    Rule{roles, Action::assign, Permission::users_role},
    Rule{roles, Action::create, Permission::roles_manage},
    Rule{roles, Action::remove, Permission::roles_manage},
    Rule{organization, Action::view, Permission::organization_view},
    Rule{organization, Action::edit, Permission::organization_edit},
    Rule{organization, Action::remove, Permission::organization_delete},
    Rule{organization, Action::create, Permission::organization_create},
    Rule{organization, Action::transfer, Permission::organization_transfer},
    Rule{people, Action::view, Permission::users_view},
    Rule{people, Action::create, Permission::users_create},
    Rule{people, Action::edit, Permission::users_edit},
    Rule{people, Action::remove, Permission::users_delete},
    Rule{people, Action::invite, Permission::users_invite},
    Rule{people, Action::suspend, Permission::users_status},
    Rule{people, Action::impersonate, Permission::users_impersonate},
    Rule{{"profile"}, Action::view, Permission::profile_view},
    Rule{{"profile"}, Action::edit, Permission::profile_edit},
    Rule{{"password"}, Action::edit, Permission::password_change},
    Rule{sessions, Action::view, Permission::sessions_view},
    Rule{sessions, Action::remove, Permission::sessions_revoke},
    Rule{security, Action::view, Permission::settings_security_view},
    Rule{security, Action::edit, Permission::settings_security_edit},
    Rule{{"billing", "subscription", "plan"}, Action::any, Permission::organization_billing},
    Rule{{"invitation", "invitations"}, Action::any, Permission::users_invite},
    Rule{{"assignment", "assignments"}, Action::any, Permission::resources_assign},
    Rule{{"ai", "agent", "agents"}, Action::any, Permission::ai_use},
    Rule{{"vault"}, Action::any, Permission::vault_use},
    Rule{{"2fa", "two-factor", "factor"}, Action::any, Permission::two_factor_manage},
    Rule{{"notification", "notifications"}, Action::any, Permission::notifications_read},
    Rule{{"search"}, Action::any, Permission::search_use},
    Rule{{"api-key", "api-keys", "key", "keys"}, Action::any, Permission::api_keys_manage},
};

std::optional<Action> action_in(std::span<std::string const> words)
{
    for (auto const& word : words)
        for (auto const& verb : verbs)
            if (verb.is_whole ? word == verb.begins : word.starts_with(verb.begins))
                return verb.action;
    return std::nullopt;
}

bool is_called(ResourceType const& type, std::string_view word)
{
    return word == type.name || word == type.collection || word == type.name + "s";
}

std::vector<Permission> meant(ResourceType const& type, Action action)
{
    switch (action) {
    case Action::view:
        return {type.view.permission};
    case Action::create:
        return {type.create.permission};
    case Action::remove:
        return {type.remove.permission};
    case Action::assign:
        return {Permission::resources_assign};
    case Action::edit:
        break;
    default:
        return {};
    }
    std::vector<Permission> edits{type.edit.permission};
    if (type.edit_assigned)
        edits.push_back(type.edit_assigned->permission);
    return edits;
}

std::vector<Permission>
meant_by_noun(std::string_view word, std::optional<Action> action, Policy const& policy)
{
    for (auto const& type : policy.resource_types())
        if (action && is_called(type, word))
            return meant(type, *action);
    for (auto const& rule : rules)
        if ((rule.action == Action::any || rule.action == action)
            && std::ranges::find(rule.nouns, word) != rule.nouns.end())
            return {rule.permission};
    return {};
}

} // namespace

std::vector<Permission> meant_by(std::vector<std::string> const& words, Policy const& policy)
{
    auto const action = action_in(words);
    for (auto const& word : words) {
        auto candidates = meant_by_noun(word, action, policy);
        if (!candidates.empty())
            return candidates;
    }
    return {};
}

} // namespace gatehouse::ai_agents
