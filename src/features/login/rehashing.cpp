// A new hash for the same password, and the pending sign-ins bound to it, in one unit of work.
#include "features/login/rehashing.h"

#include "domain/attempts.h"
#include "domain/factor_secrets.h"
#include "domain/one_time_tokens.h"
#include "domain/step_up_challenges.h"

namespace gatehouse::login {
namespace {
using domain::CanonicalAddress;
using domain::password_state;
using domain::Services;
using domain::TokenPurpose;
using domain::User;

Async<void> rehash(Services& services, User user, SecretString password)
{
    auto const old_state = password_state(services.key_encryption_key, user);
    auto const old = user.password.value_or(crypto::StoredPassword());
    auto const fresh = co_await services.passwords.hash(std::move(password));
    user.password = fresh;
    auto const state = password_state(services.key_encryption_key, user);

    CanonicalAddress const address(user.email);
    auto work = co_await services.storage.begin();
    co_await work->attempts().lock(address); // a second step sees both changes or neither
    co_await work->one_time_tokens().rebind(
        user.organization_id, user.id, TokenPurpose::second_factor, old_state, state
    );
    co_await work->step_up_challenges().rebind(user.organization_id, user.id, old_state, state);
    bool const replaced
        = co_await work->users().upgrade_password(user.organization_id, user.id, old.hash, fresh);
    if (!replaced) // another password by now: what was pending stays bound to the old one, and void
        co_return;
    co_await work->commit();
}

} // namespace

void rehash_if_outdated(Services& services, User const& user, SecretString password)
{
    if (user.password && crypto::is_outdated(*user.password, services.passwords.policy()))
        services.afterwards("rehash", rehash(services, user, std::move(password)));
}

} // namespace gatehouse::login
