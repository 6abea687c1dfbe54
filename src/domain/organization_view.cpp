// From the stored organization to the shown one.
#include "domain/organization_view.h"

namespace gatehouse::domain {

OrganizationView organization_view_of(Organization const& organization)
{
    OrganizationView view;
    view.id = organization.id.text();
    view.name = organization.name;
    view.industry = organization.industry;
    view.size = organization.size;
    view.kind = organization.kind == OrganizationKind::personal ? "personal" : "business";
    if (organization.owner_id)
        view.owner_id = organization.owner_id->text();
    view.created_at = organization.created_at;
    view.updated_at = organization.updated_at;
    return view;
}

} // namespace gatehouse::domain
