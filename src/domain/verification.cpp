// The one-time token of a mailbox proof.
#include "domain/verification.h"

#include "core/uuid.h"
#include "domain/one_time_tokens.h"

namespace gatehouse::domain {

Async<SecretString> begin_verification(
    Services& services, UnitOfWork& work, RequestFacts const& facts, User const& user
)
{
    auto opaque = mint_opaque_token(services.random);
    OneTimeToken token;
    token.id = OneTimeTokenId(mint_uuid(facts.now, services.random));
    token.organization_id = user.organization_id;
    token.user_id = user.id;
    token.purpose = TokenPurpose::verify_email;
    token.digest = opaque.digest;
    token.created_at = facts.now;
    token.expires_at = facts.now + verification_life;
    token.requested_ip = facts.client_address;
    co_await work.one_time_tokens().insert(std::move(token));
    co_return std::move(opaque.text);
}

} // namespace gatehouse::domain
