// Roles, suspension and deletion.
#include "domain/standing.h"
#include "domain/ending_session.h"

#include "domain/access.h"
#include "domain/account_reach.h"
#include "domain/deed.h"
#include "domain/invitations.h"
#include "domain/ledger.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/one_time_tokens.h"
#include "domain/organizations.h"
#include "domain/pictures.h"
#include "domain/refresh_tokens.h"
#include "domain/refusal.h"
#include "domain/resources.h"
#include "domain/retention.h"
#include "domain/sessions.h"
#include "domain/step_up_challenges.h"
#include "domain/verification.h"

namespace gatehouse::domain {
namespace {

// The person as they are now, nobody else deciding about standing in the organization meanwhile;
// nor may the actor have lost theirs since the gate (AZ-05).
Async<User> under_lock(UnitOfWork& work, Actor actor, User person, Instant now)
{
    co_await work.organizations().lock(person.organization_id);
    co_await require_same_standing(work, actor, now);
    auto found = co_await work.users().find(person.organization_id, person.id);
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    co_return std::move(*found);
}

// I-3 and I-4. The provisioner builds worlds and is bound by neither (I-11).
Async<void> require_may_leave(UnitOfWork& work, Actor actor, User person)
{
    if (actor.is(person.id))
        throw Refusal{.reason = Reason::self_action};
    if (actor.is_provisioner() || person.role != Role::owner)
        co_return; // the operator is bound: whoever is left must find somebody who may decide
    auto const others
        = co_await work.members().active_owners_beside(person.organization_id, person.id);
    if (others == 0)
        throw Refusal{.reason = Reason::last_owner};
}

Async<void> end_access(UnitOfWork& work, User person, Instant now)
{
    auto const& organization = person.organization_id;
    co_await end_sessions(
        work, person, std::nullopt, SessionEnd::admin_forced, RefreshEnd::admin_action, now
    );
    co_await work.one_time_tokens().void_all(
        organization, person.id, TokenPurpose::second_factor, now
    );
    co_await work.one_time_tokens().void_all(
        organization, person.id, TokenPurpose::reset_password, now
    );
    co_await work.step_up_challenges().void_open(organization, person.id, now);
}

Async<User> as_it_is(UnitOfWork& work, User person)
{
    auto found = co_await work.users().find(person.organization_id, person.id);
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    co_await work.commit();
    co_return std::move(*found);
}

void require_changed(bool changed)
{
    if (!changed)
        throw Refusal{.reason = Reason::not_found};
}

// Under the lock. `why` stands beside the old and the new status in its row.
Async<void> set_status(
    UnitOfWork& work, RequestFacts facts, Actor actor, User before, UserStatus status, Facts why
)
{
    co_await require_account_in_reach(work, actor, before); // perhaps raised since the gate
    bool const suspends = status == UserStatus::suspended;
    if (suspends)
        co_await require_may_leave(work, actor, before);
    if (suspends || before.status == UserStatus::suspended)
        co_await end_access(work, before, facts.now);
    bool const changed = co_await work.members().change_status(
        before.organization_id, before.id, status, facts.now
    );
    require_changed(changed);
    auto const event = suspends ? Event::user_suspended : Event::user_reactivated;
    auto entry = deed(facts, actor, event, 200, before);
    entry.details.merge(std::move(why));
    entry.details["oldValue"] = std::string(to_text(before.status));
    entry.details["newValue"] = std::string(to_text(status));
    co_await work.ledger().append(std::move(entry));
}

} // namespace

Async<void> require_may_change_role(UnitOfWork& work, Actor actor, User before, Role role)
{
    co_await require_account_in_reach(work, actor, before);
    require_may_make(actor, role);
    if (role != before.role && (before.role == Role::owner || actor.is(before.id)))
        co_await require_may_leave(work, actor, before);
}

Async<User> change_role(Storage& storage, RequestFacts facts, Actor actor, User person, Role role)
{
    auto work = co_await storage.begin();
    auto const before = co_await under_lock(*work, actor, std::move(person), facts.now);
    co_await require_may_change_role(*work, actor, before, role);
    bool const changed
        = co_await work->members().change_role(before.organization_id, before.id, role, facts.now);
    require_changed(changed);
    co_await work->organizations().settle_owner(before.organization_id, facts.now);
    if (role != before.role) {
        json::Object told{{"from", to_text(before.role)}, {"to", to_text(role)}};
        co_await work->members().notifications().add(
            before.organization_id,
            before.id,
            NotificationKind::role_changed,
            std::move(told),
            facts.now
        );
    }
    auto entry = deed(facts, actor, Event::role_changed, 200, before);
    entry.details["oldValue"] = std::string(to_text(before.role));
    entry.details["newValue"] = std::string(to_text(role));
    co_await work->ledger().append(std::move(entry));
    auto after = co_await as_it_is(*work, before);
    co_return after;
}

Async<User>
change_status(Storage& storage, RequestFacts facts, Actor actor, User person, UserStatus status)
{
    auto work = co_await storage.begin();
    auto const before = co_await under_lock(*work, actor, std::move(person), facts.now);
    co_await set_status(*work, facts, actor, before, status, {});
    auto after = co_await as_it_is(*work, before);
    co_return after;
}

Async<void> suspend(UnitOfWork& work, RequestFacts facts, Actor actor, User person, Facts why)
{
    auto const before = co_await under_lock(work, actor, std::move(person), facts.now);
    co_await set_status(work, facts, actor, before, UserStatus::suspended, std::move(why));
}

void tell_standing(LedgerEntry& entry, User const& before)
{
    entry.details["role"] = std::string(to_text(before.role));
    entry.details["status"] = std::string(to_text(before.status));
    if (before.custom_role_id)
        entry.details["custom_role"] = before.custom_role_id->text();
}

Async<std::int64_t> take_out_of_service(UnitOfWork& work, User person, Instant now)
{
    co_await end_access(work, person, now);
    co_await void_mailed_links(work, person, now);
    bool const removed = co_await work.members().remove(person.organization_id, person.id, now);
    require_changed(removed);
    CanonicalAddress const address(person.email); // nor is there a way back in through an old offer
    auto const superseded
        = co_await work.invitations().supersede(person.organization_id, address, now);
    bool const is_held
        = co_await work.members().retention().is_held(person.organization_id, person.id);
    if (!is_held) // the row itself stays
        co_await work.pictures().remove(person.organization_id, person.id);
    co_await work.assignments().remove_of(person.organization_id, person.id);
    co_await work.organizations().settle_owner(person.organization_id, now);
    co_return superseded;
}

Async<void> remove_person(Storage& storage, RequestFacts facts, Actor actor, User person)
{
    auto work = co_await storage.begin();
    auto const before = co_await under_lock(*work, actor, std::move(person), facts.now);
    co_await require_account_in_reach(*work, actor, before);
    co_await require_may_leave(*work, actor, before);
    auto const superseded = co_await take_out_of_service(*work, before, facts.now);
    auto entry = deed(facts, actor, Event::user_deleted, 204, before);
    entry.email = before.email;
    tell_standing(entry, before);
    if (superseded > 0)
        entry.details["invitationsRevoked"] = superseded;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

} // namespace gatehouse::domain
