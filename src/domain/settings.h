// What the operator decided, as the features need it (decisions D-2, D-3).
#pragma once

#include "core/time.h"
#include "domain/risk.h"

#include <string>
#include <vector>

namespace gatehouse::domain {

enum class Environment { production, development, test };
enum class Provisioning { closed, open };
enum class ResetTokenStorage { hash, column };

struct Settings {
    Environment environment = Environment::production;
    Provisioning provisioning = Provisioning::closed;
    ResetTokenStorage reset_token_storage = ResetTokenStorage::hash;
    bool rate_limit = true; // off refuses nothing by count; recording goes on (decisions D-36)
    int max_active_sessions_per_user = 0; // 0: no limit
    // For so long a refresh token that was just rotated gives the same successor again to the same
    // device; 0: any second use is reuse (decisions D-56).
    Duration refresh_retry_window = 10s;
    std::string public_url; // without a trailing slash
    std::vector<std::string> allowed_origins;
    int invitations_per_day = 100; // of an organization (decisions D-105)
    int code_mails_per_hour = 5; // to one person (decisions D-105)
    int candidate_limit = 8; // decisions D-101
    RiskRules risk = {};
    // In lower case: the fields in which trusted proxies say where a client is; empty: they do not.
    std::string country_header = {};
    std::string city_header = {};
    // SHA-256 in hex of what other applications ask for decisions with; empty: none may.
    std::string service_key_digest;
};

} // namespace gatehouse::domain
