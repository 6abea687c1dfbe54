// Who reads what the server prints when it starts may make its first organization, once.
#include "features/first_run/founding.h"

#include "core/uuid.h"
#include "domain/attempts.h"
#include "domain/first_link.h"
#include "domain/ledger.h"
#include "domain/opaque_token.h"
#include "domain/refusal.h"
#include "domain/reset_requests.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::first_run {
namespace {
using domain::CanonicalAddress;
using domain::Event;
using domain::ledger_entry;
using domain::Organization;
using domain::OrganizationId;
using domain::Outcome;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::Services;
using domain::TokenDigest;
using domain::UnitOfWork;
using domain::User;
using domain::UserId;

Founders founders(Services& services, Founding& wanted, Instant now)
{
    Founders made;
    made.organization = std::move(wanted.organization);
    made.organization.id = OrganizationId(mint_uuid(now, services.random));
    made.organization.created_at = now;
    auto& owner = made.owner;
    owner.id = UserId(mint_uuid(now, services.random));
    owner.organization_id = made.organization.id;
    owner.email = std::move(wanted.email);
    owner.first_name = std::move(wanted.first_name);
    owner.last_name = std::move(wanted.last_name);
    owner.role = domain::Role::owner;
    owner.created_at = now;
    owner.updated_at = now;
    return made;
}

// One row for the organization and one for the person, as with `gatehouse org create`.
Async<void> record(UnitOfWork& work, RequestFacts const& facts, User owner)
{
    auto house = ledger_entry(facts, Event::organization_created, Outcome::success, 201, owner);
    house.resource = "organization";
    house.resource_id = owner.organization_id.text();
    house.details["by"] = "first link";
    co_await work.ledger().append(std::move(house));
    auto person = ledger_entry(facts, Event::user_created, Outcome::success, 201, owner);
    person.resource = "user";
    person.resource_id = owner.id.text();
    person.email = owner.email;
    person.details["role"] = std::string(domain::to_text(owner.role));
    person.details["by"] = "first link";
    co_await work.ledger().append(std::move(person));
}

} // namespace

Async<std::optional<SecretString>> offer(Services& services, Instant now)
{
    auto token = domain::mint_opaque_token(services.random);
    auto work = co_await services.storage.begin();
    bool const offered
        = co_await work->reset_requests().first_link().offer(token.digest, now, now + link_life);
    if (!offered)
        co_return std::nullopt;
    co_await work->commit();
    co_return std::move(token.text);
}

Async<void> require_open(Services& services, SecretString const& token, Instant now)
{
    auto const digest = domain::digest_of(token);
    auto work = co_await services.storage.read();
    auto const is_open = co_await work->reset_requests().first_link().is_open(digest, now);
    if (!is_open)
        throw Refusal{.reason = Reason::not_found};
    if (!*is_open)
        throw Refusal{.reason = Reason::gone};
}

Async<Founders> found(Services& services, RequestFacts facts, Founding wanted)
{
    // Refuses before hashing; what counts is the claim below.
    co_await require_open(services, wanted.token, facts.now);
    auto const digest = domain::digest_of(wanted.token);
    auto made = founders(services, wanted, facts.now);
    made.owner.password = co_await services.passwords.hash(std::move(wanted.password));

    CanonicalAddress const address(made.owner.email);
    auto work = co_await services.storage.begin();
    co_await work->attempts().lock(address);
    bool const claimed = co_await work->reset_requests().first_link().claim(digest, facts.now);
    if (!claimed)
        throw Refusal{.reason = Reason::gone};
    co_await work->organizations().insert(made.organization);
    bool const inserted = co_await work->users().insert(made.owner);
    if (!inserted) // nobody can have been in it before
        throw Refusal{.reason = Reason::email_already_registered};
    co_await work->organizations().change_owner(made.organization.id, made.owner.id, facts.now);
    co_await record(*work, facts, made.owner);
    auto stored = co_await work->organizations().find(made.organization.id);
    if (!stored) // written a moment ago in this unit
        throw std::logic_error("an organization that was just made is not there");
    co_await work->commit();
    made.organization = std::move(*stored);
    co_return made;
}

} // namespace gatehouse::first_run
