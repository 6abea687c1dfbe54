// Tokens as answers and cookies.
#include "http/signed_in.h"

#include <chrono>

namespace gatehouse::http {
namespace {

std::chrono::seconds in_seconds(Duration time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time);
}

} // namespace

Cookie refresh_cookie_of(domain::Session const& session, SecretString const& token, Instant now)
{
    return refresh_cookie(token, in_seconds(session.absolute_expires_at - now));
}

SignedIn
welcome(Context& context, Surface surface, domain::User const& user, domain::SessionTokens tokens)
{
    context.set_cookie(session_cookie(tokens.token, in_seconds(tokens.token_life)));
    if (surface == Surface::account)
        context.set_cookie(
            refresh_cookie(tokens.refresh_token, in_seconds(domain::session_absolute_life))
        );
    SignedIn answer;
    if (surface == Surface::account)
        answer.user = domain::account_view_of(user);
    else
        answer.user = domain::member_view_of(user);
    answer.access_token = std::move(tokens.access_token);
    answer.refresh_token = std::move(tokens.refresh_token);
    answer.token = std::move(tokens.token);
    answer.expires_in = in_seconds(domain::access_token_life).count();
    answer.token_type = "Bearer";
    answer.session_id = std::move(tokens.session_id);
    return answer;
}

Refreshed renewed(
    Context& context,
    Surface surface,
    domain::Session const& session,
    domain::MintedTokens minted,
    SecretString refresh_token
)
{
    context.set_cookie(session_cookie(minted.token, in_seconds(minted.token_life)));
    if (surface == Surface::account)
        context.set_cookie(refresh_cookie_of(session, refresh_token, context.now));
    Refreshed answer;
    answer.access_token = std::move(minted.access_token);
    answer.refresh_token = std::move(refresh_token);
    answer.token = std::move(minted.token);
    answer.expires_in = in_seconds(domain::access_token_life).count();
    answer.token_type = "Bearer";
    answer.session_id = session.id.text();
    return answer;
}

} // namespace gatehouse::http
