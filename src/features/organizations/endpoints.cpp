// Organizations: creating, showing, changing and deleting one.
#include "features/organizations/endpoints.h"

#include "domain/access.h"
#include "domain/deed.h"
#include "domain/ledger.h"
#include "domain/members.h"
#include "domain/retention.h"
#include "features/organizations/creating.h"
#include "features/organizations/messages.h"
#include "features/organizations/rules.h"
#include "features/organizations/transferring.h"
#include "http/request_facts.h"
#include "http/step_up.h"

namespace gatehouse::organizations {
namespace {
using domain::deed;
using domain::Event;
using domain::organization_in_reach;
using domain::organization_view_of;
using domain::OrganizationId;
using domain::OrganizationView;
using domain::Permission;
using domain::person_in_reach;
using domain::Reason;
using domain::Refusal;
using domain::require_permission;
using domain::StepUpPurpose;
using domain::Surface;
using domain::UnitOfWork;
using domain::UserId;

constexpr http::Route create_route{
    .method = http::Method::post,
    .path = "/api/organizations",
    .operation = "createOrganization",
    .summary = "Create an organization, or name one's own personal one",
    .tag = "organizations",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::records("ORGANIZATION_CREATED"),
    .surface = Surface::organization,
    .answers = "201 400 401 403 409 413 415 429 503",
};
constexpr http::Route read_route{
    .method = http::Method::get,
    .path = "/api/organizations/:id",
    .operation = "readOrganization",
    .summary = "Show an organization",
    .tag = "organizations",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 401 403 404 429 503",
    .versioned = true,
};
constexpr http::Route change_route{
    .method = http::Method::patch,
    .path = "/api/organizations/:id",
    .operation = "changeOrganization",
    .summary = "Change name, industry or size",
    .tag = "organizations",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::records("ORGANIZATION_UPDATED"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 412 413 415 429 503",
    .versioned = true,
};
constexpr http::Route delete_route{
    .method = http::Method::remove,
    .path = "/api/organizations/:id",
    .operation = "deleteOrganization",
    .summary
    = "Delete an organization with everything in it but the ledger; not while anybody in it "
      "is under a legal hold",
    .tag = "organizations",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::records("ORGANIZATION_DELETED"),
    .surface = Surface::organization,
    .answers = "204 401 403 404 409 429 503",
};

constexpr http::Route transfer_route{
    .method = http::Method::post,
    .path = "/api/organizations/:id/transfer",
    .operation = "transferOrganization",
    .summary = "Make somebody else the owner; whoever was it becomes an admin",
    .tag = "organizations",
    .access = http::Access::session(),
    .audit = http::Audit::records("ORGANIZATION_TRANSFERRED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 413 415 428 429 503",
};

OrganizationId named_in(http::Context const& context)
{
    return OrganizationId(context.parameter("id"));
}

Async<void> gate(http::Context& context, Permission permission)
{
    auto const actor = context.actor();
    co_await organization_in_reach(context.services, actor, named_in(context));
    require_permission(actor, permission);
}
Async<void> may_create(http::Context& context)
{
    require_permission(context.actor(), Permission::organization_create);
    co_return;
}
Async<void> may_view(http::Context& context)
{
    return gate(context, Permission::organization_view);
}
Async<void> may_edit(http::Context& context)
{
    return gate(context, Permission::organization_edit);
}
Async<void> may_delete(http::Context& context)
{
    return gate(context, Permission::organization_delete);
}

Async<void> may_transfer(http::Context& context)
{
    co_await gate(context, Permission::organization_transfer);
    co_await http::require_step_up(context, StepUpPurpose::security_settings);
}

Async<OrganizationView> create_organization(http::Context& context, CreateRequest request)
{
    auto wanted = understood(request);
    auto const facts = http::facts_of(context);
    auto const made = co_await create(context.services, facts, context.actor(), std::move(wanted));
    context.status(201);
    co_return organization_view_of(made);
}

Async<OrganizationView> show(http::Context& context, http::Nothing)
{
    auto const found
        = co_await organization_in_reach(context.services, context.actor(), named_in(context));
    co_return organization_view_of(found);
}

// The names of what was changed: the values are nobody's business in the ledger.
std::string fields_of(domain::OrganizationChange const& change)
{
    std::string fields;
    auto const add = [&](bool is_there, char const* name) {
        if (is_there)
            fields += (fields.empty() ? "" : " ") + std::string(name);
    };
    add(change.name.has_value(), "name");
    add(change.industry.has_value(), "industry");
    add(change.size.has_value(), "size");
    return fields;
}

// Under the lock: of two who expect the same version one wins.
Async<void> require_expected(UnitOfWork& work, OrganizationId id, http::IfMatch expected)
{
    auto const present = co_await work.organizations().find(id);
    if (!present)
        throw Refusal{.reason = Reason::not_found};
    expected.require(http::entity_tag(organization_view_of(*present)));
}

Async<OrganizationView> change_organization(http::Context& context, ChangeRequest request)
{
    auto const change = understood(request);
    auto const expected = http::IfMatch::of(context.request);
    auto const id = named_in(context);
    auto work = co_await context.services.storage.begin();
    co_await work->organizations().lock(id);
    co_await domain::require_same_standing(*work, context.actor(), context.now);
    if (expected)
        co_await require_expected(*work, id, *expected);
    bool const changed = co_await work->organizations().change(id, change, context.now);
    if (!changed)
        throw Refusal{.reason = Reason::not_found};
    auto const facts = http::facts_of(context);
    auto entry = deed(facts, context.actor(), Event::organization_updated, 200, id);
    entry.resource = "organization";
    entry.resource_id = id.text();
    entry.details["fields"] = fields_of(change);
    co_await work->ledger().append(std::move(entry));
    auto const now_is = co_await work->organizations().find(id);
    if (!now_is)
        throw Refusal{.reason = Reason::not_found};
    co_await work->commit();
    co_return organization_view_of(*now_is);
}

// The row is written before the cascade, into the chain of what goes: the ledger stays (I-9).
Async<http::Nothing> delete_organization(http::Context& context, http::Nothing)
{
    auto const id = named_in(context);
    auto const facts = http::facts_of(context);
    auto work = co_await context.services.storage.begin();
    co_await work->organizations().lock(id);
    co_await domain::require_same_standing(*work, context.actor(), context.now);
    bool const held = co_await work->members().retention().holds_anybody(id);
    if (held)
        throw Refusal{.reason = Reason::conflict, .message = "It is under a legal hold."};
    auto entry = deed(facts, context.actor(), Event::organization_deleted, 204, id);
    entry.resource = "organization";
    entry.resource_id = id.text();
    co_await work->ledger().append(std::move(entry));
    bool const deleted = co_await work->organizations().remove(id);
    if (!deleted)
        throw Refusal{.reason = Reason::not_found};
    co_await work->commit();
    co_return http::Nothing{};
}

Async<OrganizationView> transfer_organization(http::Context& context, TransferRequest request)
{
    UserId heir(request.new_owner_id);
    if (heir.empty())
        throw domain::invalid_field("newOwnerId", "is required");
    auto const person = co_await person_in_reach(context.services, context.actor(), heir);
    auto const facts = http::facts_of(context);
    auto const transferred = co_await transfer(context.services, facts, context.actor(), person.id);
    co_return organization_view_of(transferred);
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(create_route, may_create, create_organization),
        http::endpoint(read_route, may_view, show),
        http::endpoint(change_route, may_edit, change_organization),
        http::endpoint(delete_route, may_delete, delete_organization),
        http::endpoint(transfer_route, may_transfer, transfer_organization),
    };
}

} // namespace gatehouse::organizations
