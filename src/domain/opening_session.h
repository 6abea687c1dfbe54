// Opening a session: the rows and tokens that a proven sign-in ends in, for every way to sign in.
#pragma once

#include "core/async.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "domain/users.h"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

// What the client says of itself. Informative; it can only raise a risk score (decisions D-68).
struct Device {
    std::optional<std::string> fingerprint; // at most 128 bytes
    std::optional<std::string> id;
    std::optional<std::string> name;
    std::optional<std::string> country;
    std::optional<std::string> city;
};

// The client's fingerprint, else the digest of its user agent (behaviours §6).
std::string fingerprint_of(std::optional<std::string> const& sent, RequestFacts const& facts);

struct SessionTokens {
    SecretString access_token;
    SecretString token; // the long one, for the cookie
    SecretString refresh_token;
    std::string session_id;
    Duration token_life; // of `token`
    Session session;
    bool from_new_device = false; // of somebody who has signed in before
};

constexpr Duration access_token_life = 900s;
constexpr Duration token_life = 24h;
constexpr Duration remembered_token_life = 24h * 30;
constexpr Duration session_idle_life = 24h * 7;
constexpr Duration session_absolute_life = 24h * 30;

// What the sign-in was judged to be.
struct SessionRisk {
    int score = 0;
    bool degraded = false; // nobody could tell
};

// Writes the session and the first refresh token of its family into `work`, and purges the oldest
// sessions beyond the configured number. Nothing may be handed out before `work` is committed, and
// nothing written before: who may not enter from there is refused here, committed (403).
Async<SessionTokens> open_session(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    User const& user,
    Device device,
    std::vector<std::string> methods,
    bool remember_me,
    SessionRisk risk = {}
);

// Fresh access and long tokens for a session that lives already. The long one ends with the
// session's absolute end at the latest (behaviours §6). `work` says which key signs.
struct MintedTokens {
    SecretString access_token;
    SecretString token;
    Duration token_life;
};
Async<MintedTokens> mint_tokens(
    Services& services, UnitOfWork& work, Session const& session, User const& user, Instant now
);

} // namespace gatehouse::domain
