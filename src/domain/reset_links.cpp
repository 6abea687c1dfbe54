// Writing the token of a reset.
#include "domain/reset_links.h"

#include "core/uuid.h"
#include "domain/one_time_tokens.h"
#include "domain/opaque_token.h"

#include <utility>

namespace gatehouse::domain {

Async<SecretString>
begin_reset(Services& services, UnitOfWork& work, RequestFacts const& facts, User user)
{
    auto opaque = mint_opaque_token(services.random);
    OneTimeToken token;
    token.id = OneTimeTokenId(mint_uuid(facts.now, services.random));
    token.organization_id = user.organization_id;
    token.user_id = user.id;
    token.purpose = TokenPurpose::reset_password;
    token.digest = opaque.digest;
    token.created_at = facts.now;
    token.expires_at = facts.now + reset_link_life;
    token.requested_ip = facts.client_address;
    auto const stored = shown_or_digest(services.settings, opaque);
    co_await work.users().mirror_reset(user.organization_id, user.id, stored, token.expires_at);
    co_await work.one_time_tokens().insert(std::move(token));
    co_return std::move(opaque.text);
}

} // namespace gatehouse::domain
