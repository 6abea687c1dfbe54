// The one-time tokens of a mailbox proof.
#include "domain/verification.h"

#include "core/json.h"
#include "core/uuid.h"
#include "domain/one_time_tokens.h"

#include <array>

namespace gatehouse::domain {

namespace {
constexpr std::array mailed{
    TokenPurpose::verify_email,
    TokenPurpose::change_email,
    TokenPurpose::reset_password,
    TokenPurpose::magic_link
};

Async<SecretString> begin(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    User const& user,
    TokenPurpose purpose,
    std::optional<std::string> payload
)
{
    auto opaque = mint_opaque_token(services.random);
    OneTimeToken token;
    token.id = OneTimeTokenId(mint_uuid(facts.now, services.random));
    token.organization_id = user.organization_id;
    token.user_id = user.id;
    token.purpose = purpose;
    token.digest = opaque.digest;
    token.payload = std::move(payload);
    token.created_at = facts.now;
    token.expires_at = facts.now + verification_life;
    token.requested_ip = facts.client_address;
    co_await work.one_time_tokens().insert(std::move(token));
    co_return std::move(opaque.text);
}
} // namespace

Async<SecretString> begin_verification(
    Services& services, UnitOfWork& work, RequestFacts const& facts, User const& user
)
{
    return begin(services, work, facts, user, TokenPurpose::verify_email, std::nullopt);
}

Async<SecretString> begin_address_change(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    User const& user,
    std::string wanted
)
{
    co_await work.one_time_tokens().void_all(
        user.organization_id, user.id, TokenPurpose::change_email, facts.now
    );
    json::Object members;
    members.push_back({"email", std::move(wanted)});
    auto payload = json::canonical(json::Value(std::move(members)));
    auto text = co_await begin(
        services, work, facts, user, TokenPurpose::change_email, std::move(payload)
    );
    co_return text;
}

std::optional<std::string> address_in(OneTimeToken const& token)
{
    auto const parsed = json::parse(token.payload.value_or(""));
    auto const* const member = parsed ? parsed->find("email") : nullptr;
    auto const* const text = member ? member->text() : nullptr;
    return text ? std::optional(*text) : std::nullopt;
}

Async<void> void_mailed_links(UnitOfWork& work, User const& user, Instant now)
{
    for (auto const purpose : mailed)
        co_await work.one_time_tokens().void_all(user.organization_id, user.id, purpose, now);
    co_await work.users().mirror_reset(user.organization_id, user.id, std::nullopt, std::nullopt);
}

} // namespace gatehouse::domain
