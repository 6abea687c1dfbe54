// Turning gathered values into checked types, and refusing what contradicts itself.
#include "app/config.h"

#include "app/judged_settings.h"
#include "app/risk_settings.h"
#include "app/setting_reader.h"
#include "crypto/digest.h"
#include "domain/retention.h"
#include "storage/postgres/role.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace gatehouse::app {
namespace {
using domain::Environment;
using domain::Provisioning;
using domain::ResetTokenStorage;

// Switches that weaken a control exist in exactly one environment (decisions D-2).
void check_test_only(SettingReader const& read, Configuration const& made)
{
    bool const test = made.domain.environment == Environment::test;
    if (test && !is_loopback(made.listen.host))
        read.refuse("listen", "environment test serves on a loopback address alone");
    if (test && made.operator_listen && !is_loopback(made.operator_listen->host))
        read.refuse("operator_listen", "environment test serves on a loopback address alone");
    auto const only_in_test = [&](std::string_view name, bool set) {
        if (set && !test)
            read.refuse(name, "is for GATEHOUSE_ENV=test alone; remove it");
    };
    only_in_test("provisioning", made.domain.provisioning == Provisioning::open);
    only_in_test(
        "reset_token_storage", made.domain.reset_token_storage == ResetTokenStorage::column
    );
    only_in_test("rate_limit", !made.domain.rate_limit);
}

void read_domain(SettingReader const& read, Configuration& made)
{
    auto& to = made.domain;
    to.environment
        = static_cast<Environment>(read.one_of("env", {"production", "development", "test"}));
    to.provisioning = static_cast<Provisioning>(read.one_of("provisioning", {"closed", "open"}));
    to.reset_token_storage
        = static_cast<ResetTokenStorage>(read.one_of("reset_token_storage", {"hash", "column"}));
    to.rate_limit = read.one_of("rate_limit", {"on", "off"}) == 0;
    to.max_active_sessions_per_user = read.number("sessions_max_active_per_user", 0, 100'000);
    // Tests are strict unless they say otherwise (decisions D-56).
    bool const is_strict
        = to.environment == Environment::test && read.is_default("refresh_retry_window");
    auto const window = std::chrono::seconds(read.number("refresh_retry_window", 0, 240));
    to.refresh_retry_window = is_strict ? 0s : window;
    to.invitations_per_day = read.number("invitations_per_day", 0, 1'000'000);
    to.code_mails_per_hour = read.number("code_mails_per_hour", 0, 1'000'000);
    to.allowed_origins = read.list("allowed_origins");
    for (auto const& origin : to.allowed_origins)
        if (!origin.starts_with("https://") && !origin.starts_with("http://"))
            read.refuse("allowed_origins", "each must begin with https:// or http://");
}

void read_public_url(SettingReader const& read, Configuration& made)
{
    auto url = read.text("public_url");
    bool const production = made.domain.environment == Environment::production;
    if (url.empty() && production)
        read.refuse("public_url", "must be set in production, e.g. https://id.example.com");
    if (url.empty())
        url = (made.tls_certificate.empty() ? "http://" : "https://") + read.text("listen");
    if (production && !url.starts_with("https://"))
        read.refuse("public_url", "must begin with https:// in production");
    if (!url.starts_with("https://") && !url.starts_with("http://"))
        read.refuse("public_url", "must begin with https:// or http://");
    while (url.ends_with('/'))
        url.pop_back();
    if (!is_plain_url(url))
        read.refuse(
            "public_url",
            "must be scheme://host[:port][/path] in plain ASCII, without user, query or fragment"
        );
    made.domain.public_url = std::move(url);
}

void read_secrets(SettingReader const& read, Configuration& made)
{
    if (auto const& key = read.text("kek"); !key.empty())
        made.key_encryption_key.emplace(key);
    else if (made.domain.environment != Environment::development)
        read.refuse("kek", "must be set; make one with: openssl rand -base64 32");
    if (auto const& secret = read.text("jwt_secret"); !secret.empty()) {
        if (secret.size() < 32 && made.domain.environment != Environment::test)
            read.refuse(
                "jwt_secret", "must have at least 32 bytes; make one with: openssl rand -hex 32"
            );
        made.jwt_secret.emplace(secret);
    }
    if (auto const& key = read.text("service_key"); !key.empty()) {
        if (auto const problem = problem_of_service_key(key); !problem.empty())
            read.refuse("service_key", problem);
        made.domain.service_key_digest = crypto::sha256_hex(key);
    }
    made.signing_algorithm
        = static_cast<jose::Algorithm>(read.one_of("signing_algorithm", {"EdDSA", "ES256", "RS256"})
        );
    made.verified_token_cache = read.number("verified_token_cache", 0, 10'000'000);
    made.key_dir = read.text("key_dir");
    made.policy_dir = read.text("policy_dir");
}

void read_mail(SettingReader const& read, Configuration& made)
{
    made.mail = read.text("mail");
    made.mail_from = read.text("mail_from");
    made.mail_ca_file = read.text("mail_ca_file");
    bool const production = made.domain.environment == Environment::production;
    if (made.mail.empty() && production)
        read.refuse(
            "mail", "must be set in production: smtp://host:port, smtps://host:port or spool:DIR"
        );
    if (made.mail.empty())
        made.mail = "capture";
    bool const captures = made.mail == "capture" || made.mail.starts_with("capture:");
    if (captures && production)
        read.refuse("mail", "capture keeps mails for reading; it is for development and test");
    auto const begins = [&](std::string_view with) {
        return made.mail.starts_with(with);
    };
    if (!captures && !begins("smtp://") && !begins("smtps://") && !begins("spool:"))
        read.refuse("mail", "must be smtp://…, smtps://…, spool:DIR, capture or capture:PORT");
    bool const sends = begins("smtp://") || begins("smtps://");
    if (!made.mail_ca_file.empty() && !sends)
        read.refuse("mail_ca_file", "is for smtp:// and smtps://; remove it");
    std::error_code cannot_look;
    if (!made.mail_ca_file.empty()
        && !std::filesystem::is_regular_file(made.mail_ca_file, cannot_look))
        read.refuse("mail_ca_file", "does not name a file");
}

void read_serving(SettingReader const& read, Configuration& made)
{
    made.listen = read.address("listen");
    if (!read.text("operator_listen").empty())
        made.operator_listen = read.address("operator_listen");
    else if (made.domain.environment == Environment::production)
        made.operator_listen = Address{"127.0.0.1", 8081};
    made.tls_certificate = read.text("tls_cert");
    made.tls_key = read.text("tls_key");
    if (made.tls_certificate.empty() != made.tls_key.empty())
        read.refuse(
            made.tls_key.empty() ? "tls_key" : "tls_cert", "tls_cert and tls_key go together"
        );
    made.threads = read.number("threads", 0, 256);
    made.limit_credential = read.number("limit_client_credential", 1, 1'000'000'000);
    made.limit_register = read.number("limit_client_register", 1, 1'000'000'000);
    made.limit_anonymous = read.number("limit_client_anonymous", 1, 1'000'000'000);
    made.connections = read.number("connections", 1, 1'000'000);
    made.limit_connections = read.number("limit_client_connections", 0, 1'000'000);
    made.trusted_proxies = read.list("trusted_proxies");
    made.audit_checkpoints = read.text("audit_checkpoints");
    auto const days = read.number("system_ledger_days", 0, 36'500);
    if (days > 0 && days < domain::shortest_ledger_days)
        read.refuse("system_ledger_days", "must be 0, without end, or at least 90");
    made.system_ledger_days = days > 0 ? std::optional<std::int64_t>(days) : std::nullopt;
    made.self_check_seconds = read.number("self_check_seconds", 1, 60);
}

void read_database(SettingReader const& read, Configuration& made)
{
    made.database_url = read.text("database_url");
    bool const known = made.database_url.starts_with("sqlite:")
        || made.database_url.starts_with("postgresql://")
        || made.database_url.starts_with("postgres://");
    if (!known)
        read.refuse("database_url", "must be sqlite:PATH or postgresql://…");
    made.database_connections = read.number("database_connections", 1, 1000);
    made.database_role = read.text("database_role");
    if (!postgres::is_role_name(made.database_role))
        read.refuse(
            "database_role", "must name a role: up to 63 letters, digits, _ and -, never empty"
        );
    auto const policy = crypto::parse_hash_policy(read.text("password_hash"));
    if (!policy)
        read.refuse("password_hash", "must be bcrypt:COST with a cost from 4 to 16, or argon2id");
    made.password_hash = *policy;
    made.hash_threads = read.number("hash_threads", 0, 1024);
    made.hash_queue = read.number("hash_queue", 1, 1'000'000);
    made.libxcrypt_only = read.one_of("bcrypt_engine", {"lanes", "libxcrypt"}) == 1;
}

} // namespace

Configuration understand_database(Values const& values)
{
    Configuration made;
    read_database(SettingReader(values), made);
    return made;
}

Configuration understand_keys(Values const& values)
{
    SettingReader const read(values);
    Configuration made;
    read_domain(read, made);
    read_secrets(read, made);
    read_database(read, made);
    return made;
}

Configuration understand(Values const& values)
{
    SettingReader const read(values);
    Configuration made;
    read_domain(read, made);
    read_serving(read, made);
    check_test_only(read, made);
    read_public_url(read, made);
    read_secrets(read, made);
    read_mail(read, made);
    read_risk(read, made);
    read_database(read, made);
    auto const level = log::parse_level(read.text("log_level"));
    if (!level)
        read.refuse("log_level", "must be trace, debug, info, warning or error");
    made.log_level = *level;
    return made;
}

} // namespace gatehouse::app
