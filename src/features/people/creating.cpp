// Adding a person: looked up before hashing, decided under the lock on the address.
#include "features/people/creating.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/adding.h"
#include "domain/attempts.h"
#include "domain/organizations.h"
#include "domain/refusal.h"

namespace gatehouse::people {
using domain::Actor;
using domain::CanonicalAddress;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::Role;
using domain::Services;
using domain::User;
using domain::UserId;

User person_of(Random& random, NewPerson const& wanted, Instant now)
{
    User user;
    user.id = UserId(mint_uuid(now, random));
    user.organization_id = wanted.organization_id;
    user.email = wanted.email;
    user.first_name = wanted.first_name;
    user.last_name = wanted.last_name;
    user.role = wanted.role;
    user.created_at = now;
    user.updated_at = now;
    return user;
}

Async<User> create(Services& services, RequestFacts facts, Actor actor, NewPerson wanted)
{
    CanonicalAddress const address(wanted.email);
    auto user = person_of(services.random, wanted, facts.now);
    { // saves the hash; the look that counts is the unique rule under the lock
        auto look = co_await services.storage.read();
        auto const there = co_await look->members().find_by_address(user.organization_id, address);
        if (there)
            throw Refusal{.reason = Reason::email_already_registered};
    }
    user.password = co_await services.passwords.hash(std::move(wanted.password));

    auto work = co_await services.storage.begin();
    co_await work->attempts().lock(address);
    if (user.role == Role::owner) // may become the owner that the organization names: locked first
        co_await work->organizations().lock(user.organization_id);
    co_await domain::hold_standing(*work, actor, user.organization_id, facts.now);
    co_await domain::add_person(*work, facts, actor, user);
    co_await work->commit();
    co_return user;
}

} // namespace gatehouse::people
