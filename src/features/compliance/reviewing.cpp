// Each step is one unit of work with one row in the ledger.
#include "features/compliance/reviewing.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/deed.h"
#include "domain/evidence.h"
#include "domain/ledger.h"
#include "domain/refusal.h"
#include "domain/standing.h"
#include "domain/users.h"
#include "features/compliance/access_sources.h"

#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::AccessReview;
using domain::Actor;
using domain::Caller;
using domain::OrganizationId;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::ReviewItem;
using domain::Services;
using domain::UnitOfWork;

constexpr std::int64_t frozen_at_once = 500;

Refusal conflict(std::string message)
{
    return Refusal{.reason = Reason::conflict, .message = std::move(message)};
}

domain::LedgerEntry
told(RequestFacts const& facts, Caller const& caller, std::string const& review, char const* change)
{
    auto entry = domain::deed(
        facts, Actor::person(caller), domain::Event::settings_updated, 200, caller.organization_id()
    );
    entry.resource = "access_review";
    entry.resource_id = review;
    entry.details["change"] = std::string(change);
    return entry;
}

ReviewItem frozen(domain::AccessThen const& person, policy::Policy const& policy)
{
    ReviewItem item;
    item.user_id = person.user_id;
    item.role = person.role;
    item.status = person.status;
    item.custom_role_id = person.custom_role_id;
    item.custom_role = person.custom_role;
    item.permissions = domain::in_words(person.grants, policy);
    return item;
}

// How many there are.
Async<std::int64_t>
freeze(UnitOfWork& work, OrganizationId organization, std::string review, MatrixAsked asked)
{
    std::int64_t people = 0;
    std::string after;
    for (bool goes_on = true; goes_on;) {
        auto const found = co_await access_now(work, organization, asked, after, frozen_at_once);
        std::vector<ReviewItem> items;
        for (auto const& person : found)
            if (person.role != domain::unknown_role) // gone in this very moment
                items.push_back(frozen(person, *asked.policy));
        people += std::ssize(items);
        goes_on = std::ssize(found) == frozen_at_once;
        if (!found.empty())
            after = found.back().user_id;
        co_await work.evidence().access().reviews().add(organization, review, std::move(items));
    }
    co_return people;
}

Async<void> require_room(UnitOfWork& work, OrganizationId organization)
{
    auto& reviews = work.evidence().access().reviews();
    auto const open = co_await reviews.count_open(organization);
    if (open >= most_open)
        throw conflict("Ten reviews are open: sign one off first.");
    auto const kept = co_await reviews.count(organization);
    if (kept >= most_kept)
        throw conflict("There are 1,000 reviews already.");
}

Async<AccessReview> existing(UnitOfWork& work, OrganizationId organization, std::string review)
{
    auto found = co_await work.evidence().access().reviews().find(organization, std::move(review));
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    co_return std::move(*found);
}

// Why a decision found no item to stand in.
Async<void>
refuse_decision(UnitOfWork& work, OrganizationId organization, std::string review, std::string user)
{
    auto const present = co_await existing(work, organization, review);
    auto const item = co_await work.evidence().access().reviews().item(organization, review, user);
    if (!item)
        throw Refusal{.reason = Reason::not_found};
    throw conflict(
        present.signed_off_at ? "The review was signed off." : "This access was revoked before."
    );
}

// Suspended with a row that says why; of somebody who is gone nothing is left to be revoked.
Async<bool> revoke_access(
    UnitOfWork& work,
    RequestFacts facts,
    Caller const& caller,
    std::string review,
    ReviewItem const& decided
)
{
    auto const person
        = co_await work.users().find(caller.organization_id(), domain::UserId(decided.user_id));
    if (!person)
        co_return false;
    domain::Facts why{{"accessReview", std::move(review)}};
    co_await domain::suspend(
        work, std::move(facts), Actor::person(caller), *person, std::move(why)
    );
    co_return true;
}

} // namespace

Async<AccessReview>
begin_review(Services& services, RequestFacts facts, Caller const& caller, std::string name)
{
    auto const& organization = caller.organization_id();
    AccessReview review{
        .id = mint_uuid(facts.now, services.random), .organization_id = organization
    };
    review.name = std::move(name);
    review.created_by = caller.user_id().text();
    review.created_at = facts.now;
    auto work = co_await services.storage.begin();
    co_await domain::hold_standing(*work, Actor::person(caller), organization, facts.now);
    co_await require_room(*work, organization);
    co_await work->evidence().access().reviews().insert(review);
    MatrixAsked asked{.at = facts.now, .permission = {}, .policy = caller.policy};
    auto const people = co_await freeze(*work, organization, review.id, std::move(asked));
    auto entry = told(facts, caller, review.id, "review begun");
    entry.status = 201;
    entry.details["people"] = people;
    co_await work->ledger().append(std::move(entry));
    auto made = co_await existing(*work, organization, review.id);
    co_await work->commit();
    co_return made;
}

Async<AccessReview> decide(
    Services& services,
    RequestFacts facts,
    Caller const& caller,
    std::string review,
    ReviewItem decided
)
{
    auto const& organization = caller.organization_id();
    bool const revokes = decided.decision == "revoke";
    decided.decided_by = caller.user_id().text();
    decided.decided_at = facts.now;
    auto work = co_await services.storage.begin();
    // Before anything is locked that suspending locks later.
    if (revokes)
        co_await work->organizations().lock(organization);
    co_await domain::hold_standing(*work, Actor::person(caller), organization, facts.now);
    auto& reviews = work->evidence().access().reviews();
    bool const stands = co_await reviews.decide(organization, review, decided);
    if (!stands)
        co_await refuse_decision(*work, organization, review, decided.user_id);
    bool suspended = false;
    if (revokes)
        suspended = co_await revoke_access(*work, facts, caller, review, decided);
    if (!suspended) {
        auto entry = told(facts, caller, review, "access reviewed");
        entry.user_id = domain::UserId(decided.user_id);
        entry.details["decision"] = *decided.decision;
        entry.personal["reason"] = *decided.reason;
        co_await work->ledger().append(std::move(entry));
    }
    auto after = co_await existing(*work, organization, review);
    co_await work->commit();
    co_return after;
}

Async<AccessReview>
sign_off(Services& services, RequestFacts facts, Caller const& caller, std::string review)
{
    auto const& organization = caller.organization_id();
    auto work = co_await services.storage.begin();
    co_await domain::hold_standing(*work, Actor::person(caller), organization, facts.now);
    auto& reviews = work->evidence().access().reviews();
    bool const signed_off
        = co_await reviews.sign_off(organization, review, caller.user_id().text(), facts.now);
    auto const present = co_await existing(*work, organization, review);
    if (!signed_off)
        throw conflict(
            present.signed_off_at ? "The review was signed off before."
                                  : "Somebody is undecided: decide about everybody first."
        );
    auto entry = told(facts, caller, review, "review signed off");
    entry.details["kept"] = present.kept;
    entry.details["revoked"] = present.revoked;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return present;
}

} // namespace gatehouse::compliance
