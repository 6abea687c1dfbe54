// Names, descriptions, permissions.
#include "features/roles/rules.h"

#include "core/text.h"
#include "domain/refusal.h"
#include "domain/role_rules.h"
#include "protocols/password_text/names.h"

#include <utility>

namespace gatehouse::roles {
namespace {
using domain::CustomRoleChange;
using domain::CustomRoleId;
using domain::granted_in;
using domain::invalid_field;
using domain::judged_role_permissions;
using policy::Granted;
using policy::Policy;

constexpr std::size_t longest_description = 500; // code points

std::string name_in(std::string const& text)
{
    auto name = password_text::normalised_name(text);
    if (!name || name->empty())
        throw invalid_field("name", "must have 1 to 100 characters and no control characters");
    domain::require_free_role_name(*name);
    return *std::move(name);
}

std::optional<std::string> description_in(std::string const& text)
{
    auto const kept = trimmed(text);
    if (code_points(kept) > longest_description)
        throw invalid_field("description", "must have 500 characters at most");
    if (kept.empty())
        return std::nullopt;
    return std::string(kept);
}

} // namespace

NewRole understood(Policy const& policy, CreateRequest const& request)
{
    NewRole made{.name = name_in(request.name), .description = {}, .permissions = {}};
    if (request.description)
        made.description = description_in(*request.description);
    made.permissions = judged_role_permissions(policy, granted_in(request.permissions));
    return made;
}

CustomRoleChange understood(Policy const& policy, ChangeRequest const& request)
{
    CustomRoleChange change;
    if (request.name)
        change.name = name_in(*request.name);
    auto const& description = request.description;
    if (description.is_there && description.value.is_null()) {
        change.description.emplace(std::nullopt);
    } else if (description.is_there) {
        auto const* const text = description.value.text();
        if (!text)
            throw invalid_field("description", "must be a text");
        change.description = description_in(*text);
    }
    if (request.permissions)
        change.permissions = judged_role_permissions(policy, granted_in(*request.permissions));
    return change;
}

std::optional<CustomRoleId> role_in(http::Given const& given)
{
    if (!given.is_there)
        throw invalid_field("customRoleId", "is required; null takes the role away");
    if (given.value.is_null())
        return std::nullopt;
    auto const* const text = given.value.text();
    if (!text)
        throw invalid_field("customRoleId", "must be a text or null");
    return CustomRoleId(*text);
}

bool is_preview(http::Parameters const& query)
{
    for (auto const& [name, value] : query) {
        if (name != "dryRun")
            continue;
        if (value == "1" || value == "true")
            return true;
        if (value != "0" && value != "false")
            throw invalid_field("dryRun", "must be 1 or 0");
    }
    return false;
}

std::string in_words(std::vector<Granted> const& permissions)
{
    std::string words;
    for (auto const& one : permissions)
        words += (words.empty() ? "" : " ") + one.permission_id + "=" + one.cell;
    return words;
}

} // namespace gatehouse::roles
