// What signing in and refreshing are answered with, by whichever route they come to their end.
#pragma once

#include "core/secret.h"
#include "domain/opening_session.h"
#include "domain/person_view.h"
#include "http/context.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>
#include <variant>

namespace gatehouse::http {

struct SignedIn {
    std::variant<domain::AccountView, domain::MemberView> user; // as the surface shows people
    SecretString access_token;
    SecretString refresh_token;
    SecretString token;
    std::int64_t expires_in = 0; // seconds, of the access token
    std::string token_type;
    std::string session_id;
};
BOOST_DESCRIBE_STRUCT(
    SignedIn, (), (user, access_token, refresh_token, token, expires_in, token_type, session_id)
)

struct Refreshed {
    SecretString access_token;
    SecretString refresh_token;
    SecretString token;
    std::int64_t expires_in = 0; // seconds, of the access token
    std::string token_type;
    std::string session_id;
    bool requires_step_up = false; // a refresh that asks for more is answered 428
};
BOOST_DESCRIBE_STRUCT(
    Refreshed,
    (),
    (access_token, refresh_token, token, expires_in, token_type, session_id, requires_step_up)
)

// With the cookies of the surface on which it began.
SignedIn
welcome(Context& context, Surface surface, domain::User const& user, domain::SessionTokens tokens);
Refreshed renewed(
    Context& context,
    Surface surface,
    domain::Session const& session,
    domain::MintedTokens minted,
    SecretString refresh_token
);

// The cookie of a refresh token, for as long as the session may live.
Cookie refresh_cookie_of(domain::Session const& session, SecretString const& token, Instant now);

} // namespace gatehouse::http
