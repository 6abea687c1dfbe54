// The list of settings.
#include "app/setting.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace gatehouse::app {
namespace {

constexpr std::array all{
    Setting{"env", "production", "production, development or test"},
    Setting{"listen", "127.0.0.1:8080", "address and port for requests"},
    Setting{
        "operator_listen",
        "",
        "address and port for /metrics and /ready?verbose; "
        "default 127.0.0.1:8081 in production, else off"
    },
    Setting{"database_url", "sqlite:var/gatehouse.db", "sqlite:PATH or postgresql://…", true},
    Setting{
        "database_role",
        "gatehouse_app",
        "the role of row-level security on PostgreSQL; made where the user may, else beforehand"
    },
    Setting{"database_connections", "8", "connections to PostgreSQL"},
    Setting{
        "public_url",
        "",
        "where browsers reach this server; default: the listen address "
        "outside production"
    },
    Setting{"mail", "", "smtp://[user:pass@]host:port, smtps://…, spool:DIR or capture", true},
    Setting{"mail_from", "", "sender of mails; default gatehouse@ and the host of public_url"},
    Setting{
        "mail_ca_file",
        "",
        "certificates in PEM that a mail server may be signed by; default: those of the system"
    },
    Setting{"kek", "", "key-encryption key: 32 bytes in base64", true},
    Setting{"key_dir", "var/keys", "where development keeps the keys it made"},
    Setting{
        "jwt_secret",
        "",
        "HS256 secret of `token`, at least 32 bytes; without it the signing key",
        true
    },
    Setting{
        "signing_algorithm",
        "EdDSA",
        "EdDSA, ES256 or RS256, of signing keys that are made from now on"
    },
    Setting{
        "verified_token_cache",
        "16384",
        "signature checks that are kept for repeated tokens; 0: none"
    },
    Setting{
        "service_key",
        "",
        "what other applications ask for decisions about anybody with, at least 32 bytes; without "
        "it none may",
        true
    },
    Setting{
        "policy_dir",
        "",
        "folder with permissions.csv and resource-types.toml in place of the shipped ones; "
        "SIGHUP reads it again"
    },
    Setting{"password_hash", "bcrypt:10", "bcrypt:COST or argon2id, for new passwords"},
    Setting{"hash_threads", "0", "threads that hash passwords; 0: one for each processor"},
    Setting{
        "bcrypt_engine",
        "lanes",
        "lanes: several at once in each thread; libxcrypt: one after the other, by libxcrypt "
        "alone"
    },
    Setting{"hash_queue", "64", "passwords that may wait to be hashed; beyond it 503"},
    Setting{"threads", "0", "threads that serve requests; 0: one for each processor"},
    Setting{"provisioning", "closed", "closed, or open in test"},
    Setting{"reset_token_storage", "hash", "hash, or column in test"},
    Setting{
        "refresh_retry_window",
        "10",
        "seconds in which a rotated refresh token may be repeated; 0: never, as in test by "
        "default"
    },
    Setting{"rate_limit", "on", "on, or off in test"},
    Setting{
        "sessions_max_active_per_user", "0", "oldest sessions beyond it end at login; 0: no limit"
    },
    Setting{"invitations_per_day", "100", "invitations that an organization may send a day"},
    Setting{"code_mails_per_hour", "5", "mails with a code that one person may be sent an hour"},
    Setting{
        "limit_client_credential", "300", "requests with credentials a minute and client address"
    },
    Setting{"limit_client_register", "100", "registrations a minute and client address"},
    Setting{
        "limit_client_anonymous",
        "3000",
        "other anonymous or refused requests a minute and client address"
    },
    Setting{"connections", "20000", "connections of clients at once; more wait to be accepted"},
    Setting{
        "limit_client_connections",
        "1000",
        "connections of one client address at once, further ones are closed; 0: no limit"
    },
    Setting{"risk_step_up", "60", "score from which a sign-in must be proven once more"},
    Setting{"risk_block", "90", "score from which it is kept out, and every session ends"},
    Setting{
        "risk_weights",
        "",
        "weights of signals in place of the usual ones: NEW_DEVICE=30,UNUSUAL_HOUR=10"
    },
    Setting{
        "risk_history_milliseconds", "50", "how long looking back may take before it is left out"
    },
    Setting{"risk_listed_addresses", "", "addresses and networks of LISTED_ADDRESS, by commas"},
    Setting{"risk_dormant_days", "90", "days without a session after which it is DORMANT_ACCOUNT"},
    Setting{"place_database", "", "a file in MaxMind's format that says where addresses are"},
    Setting{"place_country_header", "", "field in which trusted proxies say the country"},
    Setting{"place_city_header", "", "field in which trusted proxies say the city"},
    Setting{"trusted_proxies", "", "addresses, separated by commas, whose X-Forwarded-For counts"},
    Setting{"allowed_origins", "", "origins, separated by commas, that may call and be led to"},
    Setting{"tls_cert", "", "certificate chain in PEM; with tls_key serves https"},
    Setting{"tls_key", "", "private key in PEM"},
    Setting{
        "audit_checkpoints",
        "",
        "where the ledger's checkpoints are kept outside the database: file:PATH, dir:PATH or "
        "https://…",
        true
    },
    Setting{
        "system_ledger_days",
        "400",
        "days for which the ledger keeps what belongs to no organization, 90 at least; 0: without "
        "end"
    },
    Setting{"self_check_seconds", "60", "how often the controls test themselves"},
    Setting{"log_level", "info", "trace, debug, info, warning or error"},
};

} // namespace

std::span<Setting const> settings()
{
    return all;
}

Setting const* find_setting(std::string_view name)
{
    auto const found = std::ranges::find(all, name, &Setting::name);
    return found == all.end() ? nullptr : &*found;
}

std::string variable_of(Setting const& setting)
{
    std::string name(setting.name == "jwt_secret" ? "" : "GATEHOUSE_");
    for (auto const letter : setting.name)
        name += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return name;
}

std::string flag_of(Setting const& setting)
{
    auto flag = "--" + std::string(setting.name);
    std::ranges::replace(flag, '_', '-');
    return flag;
}

} // namespace gatehouse::app
