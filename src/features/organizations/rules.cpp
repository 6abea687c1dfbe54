// Checking the texts of an organization.
#include "features/organizations/rules.h"

#include "domain/refusal.h"
#include "protocols/password_text/names.h"

namespace gatehouse::organizations {
namespace {
using domain::invalid_field;
using domain::Organization;
using domain::OrganizationChange;

std::string name_in(std::string const& given)
{
    auto name = password_text::normalised_organization_name(given);
    if (!name)
        throw invalid_field("name", "must have 2 to 100 characters and no control characters");
    return std::move(*name);
}

std::optional<std::string> label_in(std::string const& field, std::string const& given)
{
    auto label = password_text::normalised_name(given);
    if (!label)
        throw invalid_field(field, "is longer than 100 characters or holds control characters");
    if (label->empty())
        return std::nullopt;
    return label;
}

} // namespace

Organization understood(CreateRequest const& request)
{
    Organization organization;
    organization.name = name_in(request.name);
    organization.industry = label_in("industry", request.industry.value_or(""));
    organization.size = label_in("size", request.size.value_or(""));
    return organization;
}

OrganizationChange understood(ChangeRequest const& request)
{
    OrganizationChange change;
    if (request.name)
        change.name = name_in(*request.name);
    if (request.industry)
        change.industry = label_in("industry", *request.industry);
    if (request.size)
        change.size = label_in("size", *request.size);
    return change;
}

} // namespace gatehouse::organizations
