// Which thing a table's row is for those who keep it.
#include "storage/sql/told_changes.h"

#include "core/json.h"
#include "domain/changed.h"

#include <string>

namespace gatehouse::sql {
namespace {
using domain::changed;
using domain::OrganizationId;
using domain::ResourceId;
using domain::SessionId;
using domain::UserId;

struct Told {
    std::string table;
    std::string organization; // empty: all of them
    std::string id; // empty: all of the organization
};

std::optional<Told> read(std::string_view message)
{
    auto const parsed = json::parse(message);
    auto const* const cells = parsed ? parsed->array() : nullptr;
    if (!cells || cells->size() != 3 || !cells->front().text())
        return std::nullopt;
    auto const text = [](json::Value const& cell) {
        return cell.text() ? *cell.text() : std::string();
    };
    return Told{text((*cells)[0]), text((*cells)[1]), text((*cells)[2])};
}

// False: nobody knows what it would be.
bool note_row(Changes& changes, Told const& told)
{
    if (told.table == "users" || told.table == "user_permissions" || told.table == "assignments")
        changes.note(changed(UserId(told.id)));
    else if (told.table == "sessions")
        changes.note(changed(SessionId(told.id)));
    else if (told.table == "resources")
        changes.note(changed(ResourceId(told.id)));
    else if (told.table == "custom_roles" || told.table == "custom_role_permissions")
        changes.note(changed(OrganizationId(told.organization)));
    else if (told.table == "ip_rules" || told.table == "organizations")
        changes.note(domain::changed_rules_of(OrganizationId(told.organization)));
    else
        return false;
    return true;
}

} // namespace

void note_told(Changes& changes, std::string_view message)
{
    auto const told = read(message);
    if (!told || told->organization.empty())
        changes.note_all();
    else if (told->id.empty())
        changes.note(changed(OrganizationId(told->organization)));
    else if (!note_row(changes, *told))
        changes.note_all();
}

} // namespace gatehouse::sql
