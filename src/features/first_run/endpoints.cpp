// The first organization, by the link that the server prints while it has none.
#include "features/first_run/endpoints.h"

#include "features/first_run/founding.h"
#include "features/first_run/messages.h"
#include "http/request_facts.h"

#include <utility>

namespace gatehouse::first_run {
namespace {

// In the body, so that the token stands in no address and no log of a proxy.
constexpr http::Route check_route{
    .method = http::Method::post,
    .path = "/api/first-run/check",
    .operation = "checkFirstLink",
    .summary = "Whether the link that was printed at the start still makes the first organization",
    .tag = "organizations",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("reads only"),
    .limit = http::Limit::credential,
    .surface = domain::Surface::organization,
    .answers = "200 400 403 404 410 413 415 429 503",
};
constexpr http::Route found_route{
    .method = http::Method::post,
    .path = "/api/first-run",
    .operation = "foundFirstOrganization",
    .summary
    = "Make the first organization and its owner, by the link that was printed at the start",
    .tag = "organizations",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("ORGANIZATION_CREATED USER_CREATED"),
    .limit = http::Limit::credential,
    .surface = domain::Surface::organization,
    .answers = "201 400 403 404 409 410 413 415 429 503",
};

Async<Checked> check(http::Context& context, CheckRequest request)
{
    context.no_store();
    co_await require_open(context.services, request.token, context.now);
    co_return Checked{};
}

Async<Founded> make(http::Context& context, FoundRequest request)
{
    context.no_store();
    auto wanted = understood(std::move(request));
    auto const made = co_await found(context.services, http::facts_of(context), std::move(wanted));
    context.status(201);
    Founded answer;
    answer.organization = domain::organization_view_of(made.organization);
    answer.owner = domain::member_view_of(made.owner);
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(check_route, check), http::endpoint(found_route, make)};
}

} // namespace gatehouse::first_run
