// Checking the texts of the first organization and its owner.
#include "features/first_run/rules.h"

#include "core/text.h"
#include "domain/refusal.h"
#include "protocols/password_text/email_address.h"
#include "protocols/password_text/names.h"
#include "protocols/password_text/password_rule.h"

#include <utility>

namespace gatehouse::first_run {
namespace {
using domain::invalid_field;

std::optional<std::string>
label_in(std::string const& field, std::optional<std::string> const& given)
{
    auto label = password_text::normalised_name(given.value_or(""));
    if (!label)
        throw invalid_field(field, "is longer than 100 characters or holds control characters");
    if (label->empty())
        return std::nullopt;
    return label;
}

} // namespace

Founding understood(FoundRequest request)
{
    Founding wanted;
    auto name = password_text::normalised_organization_name(request.organization_name);
    if (!name)
        throw invalid_field(
            "organizationName", "must have 2 to 100 characters and no control characters"
        );
    wanted.organization.name = std::move(*name);
    wanted.organization.industry = label_in("industry", request.industry);
    wanted.organization.size = label_in("size", request.size);
    wanted.email = std::string(trimmed(request.email));
    if (auto const problem = password_text::problem_with_address(wanted.email))
        throw invalid_field("email", *problem);
    wanted.first_name = label_in("firstName", request.first_name);
    wanted.last_name = label_in("lastName", request.last_name);
    std::vector<std::string> const known{
        wanted.email,
        wanted.first_name.value_or(""),
        wanted.last_name.value_or(""),
        wanted.organization.name
    };
    if (auto const problem = password_text::problem_with_password(request.password, known))
        throw domain::weak_password("password", *problem);
    wanted.token = std::move(request.token);
    wanted.password = std::move(request.password);
    return wanted;
}

} // namespace gatehouse::first_run
