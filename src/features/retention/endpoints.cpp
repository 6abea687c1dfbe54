// How long an organization keeps what has ended, and whom a legal hold keeps: seen by who keeps it
// safe, changed by its owners, each change told in the ledger.
#include "features/retention/endpoints.h"

#include "domain/access.h"
#include "domain/deed.h"
#include "domain/members.h"
#include "domain/organizations.h"
#include "domain/success.h"
#include "features/retention/messages.h"
#include "features/retention/rules.h"
#include "http/request_facts.h"
#include "http/step_up.h"

namespace gatehouse::retention {
namespace {
using domain::Event;
using domain::LegalHold;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::require_permission;
using domain::StepUpPurpose;
using domain::Success;
using domain::Surface;
using domain::UnitOfWork;
using domain::UserId;
using http::Context;
using http::Nothing;

constexpr http::Route read_route{
    .method = http::Method::get,
    .path = "/api/security/retention",
    .operation = "readRetention",
    .summary = "Show for how many days the organization keeps what has ended",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 401 403 429 503",
};
constexpr http::Route change_route{
    .method = http::Method::put,
    .path = "/api/security/retention",
    .operation = "changeRetention",
    .summary
    = "Say for how many days the organization keeps what has ended; what is left out is as "
      "everywhere",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("SETTINGS_UPDATED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 413 415 428 429 503",
};
constexpr http::Route list_route{
    .method = http::Method::get,
    .path = "/api/security/legal-holds",
    .operation = "listLegalHolds",
    .summary
    = "List the legal holds of the organization: what they are about is neither erased nor "
      "shrunk",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 401 403 429 503",
};
constexpr http::Route hold_route{
    .method = http::Method::post,
    .path = "/api/security/legal-holds",
    .operation = "setLegalHold",
    .summary = "Put the organization, or one person of it, under a legal hold",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("SETTINGS_UPDATED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "201 400 401 403 404 409 413 415 428 429 503",
};
constexpr http::Route lift_route{
    .method = http::Method::post,
    .path = "/api/security/legal-holds/lift",
    .operation = "liftLegalHold",
    .summary = "Lift a legal hold",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("SETTINGS_UPDATED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 413 415 428 429 503",
};

Async<void> may_see(Context& context)
{
    require_permission(context.actor(), Permission::settings_security_view);
    co_return;
}
Async<void> may_change(Context& context)
{
    require_permission(context.actor(), Permission::settings_security_edit);
    co_await http::require_step_up(context, StepUpPurpose::security_settings);
}

// Nobody else changes it meanwhile, no job is in the middle of something, and the right is still
// there.
Async<std::unique_ptr<UnitOfWork>> under_lock(Context& context)
{
    auto work = co_await context.services.storage.begin();
    co_await work->members().retention().wait_for_jobs();
    co_await work->organizations().lock(context.caller().organization_id());
    co_await domain::require_same_standing(*work, context.actor(), context.now);
    co_return work;
}

Async<SettingsView> show(Context& context, Nothing)
{
    context.no_store();
    auto work = co_await context.services.storage.read();
    auto const settings
        = co_await work->members().retention().settings(context.caller().organization_id());
    co_return view_of(settings);
}

Async<SettingsView> change(Context& context, SettingsRequest request)
{
    auto const after = understood(request);
    auto const& organization = context.caller().organization_id();
    auto const facts = http::facts_of(context);
    auto work = co_await under_lock(context);
    auto const before = co_await work->members().retention().settings(organization);
    co_await work->members().retention().put_settings(organization, after, facts.now);
    auto entry = domain::deed(facts, context.actor(), Event::settings_updated, 200, organization);
    entry.resource = "retention";
    entry.resource_id = organization.text();
    entry.details["oldValue"] = to_words(before);
    entry.details["newValue"] = to_words(after);
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return view_of(after);
}

Async<HoldViews> list(Context& context, Nothing)
{
    context.no_store();
    auto work = co_await context.services.storage.read();
    auto const holds
        = co_await work->members().retention().holds(context.caller().organization_id());
    HoldViews views;
    for (auto const& hold : holds)
        views.push_back(view_of(hold));
    co_return views;
}

// `set` or `lifted`.
domain::LedgerEntry entry_about(
    Context& context, char const* what, std::optional<UserId> const& user, std::string const& reason
)
{
    auto const& organization = context.caller().organization_id();
    auto entry = domain::deed(
        http::facts_of(context), context.actor(), Event::settings_updated, 200, organization
    );
    entry.user_id = user;
    entry.resource = "legal_hold";
    entry.resource_id = user ? user->text() : organization.text();
    entry.details["legalHold"] = std::string(what);
    entry.personal["reason"] = reason; // may name people
    return entry;
}

std::optional<UserId> subject_in(HoldRequest const& request)
{
    if (!request.user_id)
        return std::nullopt;
    if (request.user_id->empty())
        throw domain::invalid_field("userId", "is empty");
    return UserId(*request.user_id);
}

// Deleted ones too, as long as their row is there; somebody of another organization is 403. Asked
// before anything else that the body says is judged.
Async<void> require_in_reach(Context& context, std::optional<std::string> named)
{
    if (!named || named->empty())
        co_return;
    UserId user(*named);
    auto work = co_await context.services.storage.read();
    bool const here
        = co_await work->members().retention().has_person(context.caller().organization_id(), user);
    work.reset();
    if (!here)
        co_await domain::person_in_reach(context.services, context.actor(), std::move(user));
}

Async<HoldView> hold(Context& context, http::Unjudged<HoldRequest> unjudged)
{
    co_await require_in_reach(context, unjudged.members().user_id);
    auto const request = std::move(unjudged).judged();
    auto const user = subject_in(request);
    LegalHold wanted{
        .organization_id = context.caller().organization_id(),
        .user_id = user,
        .reason = reason_in(request),
        .set_by = context.caller().user_id(),
        .set_at = context.now
    };
    auto work = co_await under_lock(context);
    bool const made = co_await work->members().retention().hold(wanted);
    if (!made)
        throw Refusal{.reason = Reason::conflict, .message = "It is under a legal hold already."};
    co_await work->ledger().append(entry_about(context, "set", user, wanted.reason));
    co_await work->commit();
    context.status(201);
    co_return view_of(wanted);
}

Async<Success> lift(Context& context, HoldRequest request)
{
    auto const user = subject_in(request);
    auto const reason = reason_in(request);
    auto work = co_await under_lock(context);
    bool const lifted
        = co_await work->members().retention().lift(context.caller().organization_id(), user);
    if (!lifted)
        throw Refusal{.reason = Reason::not_found};
    co_await work->ledger().append(entry_about(context, "lifted", user, reason));
    co_await work->commit();
    Success answer;
    answer.message = "The legal hold has been lifted.";
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(read_route, may_see, show),
        http::endpoint(change_route, may_change, change),
        http::endpoint(list_route, may_see, list),
        http::endpoint(hold_route, may_change, hold),
        http::endpoint(lift_route, may_change, lift),
    };
}

} // namespace gatehouse::retention
