// Asking for the erasure of one's own data, looking at that, and taking it back.
#include "features/data_erasure/endpoints.h"

#include "domain/access.h"
#include "domain/deed.h"
#include "domain/email_address.h"
#include "domain/erasures.h"
#include "domain/members.h"
#include "domain/organizations.h"
#include "domain/password_proof.h"
#include "domain/retention.h"
#include "domain/success.h"
#include "features/data_erasure/leaving.h"
#include "features/data_erasure/messages.h"
#include "http/request_facts.h"

namespace gatehouse::data_erasure {
namespace {
using domain::Actor;
using domain::deed;
using domain::Erasure;
using domain::Event;
using domain::Reason;
using domain::Refusal;
using domain::Success;
using domain::Surface;
using domain::UnitOfWork;
using domain::User;
using http::Context;
using http::Nothing;

constexpr http::Route ask_route{
    .method = http::Method::remove,
    .path = "/api/v1/me/data",
    .operation = "eraseMyData",
    .summary = "Ask for one's account and personal data to be erased, 14 days from now; the "
               "password proves who asks",
    .tag = "account",
    .access = http::Access::session(),
    .audit = http::Audit::records("PROFILE_UPDATED LOGIN_FAILURE ACCOUNT_LOCKED"),
    .limit = http::Limit::anonymous,
    .surface = Surface::account,
    .answers = "200 400 401 409 413 415 429 503",
};
constexpr http::Route show_route{
    .method = http::Method::get,
    .path = "/api/v1/me/data/erasure",
    .operation = "showMyErasure",
    .summary = "Show whether the caller's data are to be erased, and when",
    .tag = "account",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .limit = http::Limit::anonymous,
    .surface = Surface::account,
    .answers = "200 401 429 503",
};
constexpr http::Route keep_route{
    .method = http::Method::remove,
    .path = "/api/v1/me/data/erasure",
    .operation = "keepMyData",
    .summary = "Take the erasure of one's data back while its time has not come",
    .tag = "account",
    .access = http::Access::session(),
    .audit = http::Audit::records("PROFILE_UPDATED"),
    .limit = http::Limit::anonymous,
    .surface = Surface::account,
    .answers = "200 401 404 429 503",
};

ErasureView view_of(Erasure const& erasure)
{
    ErasureView view;
    view.state = "scheduled";
    view.requested_at = erasure.requested_at;
    view.due_at = erasure.due_at;
    return view;
}

Async<void> require_may_go(UnitOfWork& work, User person)
{
    bool const held
        = co_await work.members().retention().is_held(person.organization_id, person.id);
    if (held)
        throw Refusal{
            .reason = Reason::conflict,
            .message = "Your data are under a legal hold: they are kept until it is lifted."
        };
    bool const may = co_await leaves_nobody_stranded(work, person);
    if (!may)
        throw Refusal{
            .reason = Reason::last_owner, .message = "Transfer the organization or delete it first."
        };
}

Async<ErasureView> ask(Context& context, EraseRequest request)
{
    if (request.password.empty())
        throw domain::invalid_field("password", "is required");
    auto const facts = http::facts_of(context);
    auto& services = context.services;
    auto const held
        = co_await domain::prove_password(services, facts, context.caller(), request.password);
    auto& work = *held.work;
    auto const& person = held.user;
    co_await work.organizations().lock(person.organization_id);
    co_await require_may_go(work, person);
    Erasure erasure{
        .organization_id = person.organization_id,
        .user_id = person.id,
        .address = domain::CanonicalAddress(person.email).text(),
        .requested_at = facts.now,
        .due_at = facts.now + domain::erasure_grace
    };
    bool const made = co_await work.members().erasures().ask(erasure);
    if (!made) { // asked for before: that counts
        auto const before
            = co_await work.members().erasures().find(person.organization_id, person.id);
        co_await work.commit();
        co_return view_of(before.value_or(erasure));
    }
    auto entry = deed(facts, Actor::person(context.caller()), Event::profile_updated, 200, person);
    entry.details["erasure"] = std::string("requested");
    entry.details["dueAt"] = to_text(erasure.due_at);
    auto const row = co_await work.ledger().append(std::move(entry));
    Notice const notice{
        .kind = mail_text::MailKind::erasure_requested, .at = erasure.due_at, .ledger_row = row
    };
    co_await mail_about(services, work, person, erasure.address, notice);
    co_await work.commit();
    services.mail_waits();
    co_return view_of(erasure);
}

Async<ErasureView> show(Context& context, Nothing)
{
    context.no_store();
    auto const& caller = context.caller();
    auto work = co_await context.services.storage.read();
    auto const erasure
        = co_await work->members().erasures().find(caller.organization_id(), caller.user_id());
    if (!erasure)
        co_return ErasureView();
    auto view = view_of(*erasure);
    bool const held
        = co_await work->members().retention().is_held(caller.organization_id(), caller.user_id());
    if (held)
        view.state = "held";
    co_return view;
}

Async<Success> keep(Context& context, Nothing)
{
    auto const& caller = context.caller();
    auto const facts = http::facts_of(context);
    auto work = co_await context.services.storage.begin();
    co_await work->organizations().lock(caller.organization_id());
    auto const person = co_await domain::caller_as_stored(*work, caller, facts.now);
    auto& erasures = work->members().erasures();
    auto const asked = co_await erasures.find(person.organization_id, person.id);
    bool const kept = co_await erasures.cancel(person.organization_id, person.id);
    if (!asked || !kept)
        throw Refusal{.reason = Reason::not_found};
    auto entry = deed(facts, Actor::person(caller), Event::profile_updated, 200, person);
    entry.details["erasure"] = std::string("taken back");
    auto const row = co_await work->ledger().append(std::move(entry));
    Notice const notice{
        .kind = mail_text::MailKind::erasure_taken_back, .at = facts.now, .ledger_row = row
    };
    co_await mail_about(context.services, *work, person, asked->address, notice);
    co_await work->commit();
    context.services.mail_waits();
    Success answer;
    answer.message = "Your account stays.";
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(ask_route, ask),
        http::endpoint(show_route, show),
        http::endpoint(keep_route, keep),
    };
}

} // namespace gatehouse::data_erasure
