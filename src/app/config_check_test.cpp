// What refuses to start, and with which words: bad values, contradictions, switches of test
// elsewhere.
#include "app/config.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gatehouse::app {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// The defaults, and over them what was given.
Values given(Pairs const& pairs)
{
    Values values;
    for (auto const& setting : settings())
        values[std::string(setting.name)] = {std::string(setting.fallback), "default"};
    for (auto const& [name, value] : pairs)
        values[name] = {value, "--" + name};
    return values;
}

std::string const good_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

Pairs production(Pairs more = {})
{
    Pairs all{
        {"env", "production"},
        {"public_url", "https://id.example.test"},
        {"mail", "smtp://localhost:25"},
        {"kek", good_key}
    };
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

Pairs in(std::string const& environment, Pairs more = {})
{
    Pairs all{{"env", environment}, {"kek", good_key}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

// The line of the refusal, or nothing where it was understood.
std::string refusal(Pairs const& pairs)
{
    try {
        understand(given(pairs));
    } catch (BadConfiguration const& refused) {
        return refused.what();
    }
    return "";
}

Configuration understood(Pairs const& pairs)
{
    return understand(given(pairs));
}

TEST(Configuration, the_usual_settings_of_each_environment_are_understood)
{
    EXPECT_EQ(refusal(production()), "");
    EXPECT_EQ(refusal(in("test")), "");
    EXPECT_EQ(refusal({{"env", "development"}}), "") << "development makes its own key";
    EXPECT_EQ(understood(production()).domain.environment, domain::Environment::production);
    EXPECT_EQ(understood(in("test")).domain.environment, domain::Environment::test);
}

TEST(Configuration, unset_means_production)
{
    EXPECT_EQ(
        refusal({}), "GATEHOUSE_PUBLIC_URL: must be set in production, e.g. https://id.example.com"
    );
}

// A-05, M-30: a forgotten or misspelt variable must not open a production server (D-2).
TEST(Configuration, an_environment_that_is_none_of_the_three_refuses)
{
    for (auto const* const name : {"", "Test", "TEST", "test ", "prod", "staging", "dev"})
        EXPECT_TRUE(refusal(in(name)).starts_with("--env: ")) << name;
}

TEST(Configuration, switches_of_test_refuse_everywhere_else)
{
    Pairs const switches{
        {"provisioning", "open"}, {"reset_token_storage", "column"}, {"rate_limit", "off"}
    };
    for (auto const& each : switches) {
        EXPECT_EQ(refusal(in("test", {each})), "") << each.first;
        auto const line = "--" + each.first + ": is for GATEHOUSE_ENV=test alone; remove it";
        EXPECT_EQ(refusal(production({each})), line);
        EXPECT_EQ(refusal(in("development", {each})), line);
    }
    EXPECT_EQ(refusal(in("test", switches)), "");
    auto const open = understood(in("test", switches)).domain;
    EXPECT_EQ(open.provisioning, domain::Provisioning::open);
    EXPECT_EQ(open.reset_token_storage, domain::ResetTokenStorage::column);
    EXPECT_FALSE(open.rate_limit);
}

TEST(Configuration, test_serves_on_loopback_alone)
{
    for (auto const* const address :
         {"127.0.0.1:1", "127.9.8.7:1", "[::1]:1", "localhost:1", "127.0.0.1:0"})
        EXPECT_EQ(refusal(in("test", {{"listen", address}})), "") << address;
    for (auto const* const address :
         {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "192.168.1.1:1", "localhost.example.test:1"})
        EXPECT_TRUE(refusal(in("test", {{"listen", address}})).starts_with("--listen: "))
            << address;
    EXPECT_NE(refusal(in("test", {{"operator_listen", "0.0.0.0:9999"}})), "");
    EXPECT_EQ(refusal(in("test", {{"operator_listen", "127.0.0.1:9999"}})), "");
    // A name that only begins like a loopback address may lead anywhere.
    EXPECT_TRUE(refusal(in("test", {{"listen", "127.evil.example:1"}})).starts_with("--listen: "));
    EXPECT_EQ(refusal(production({{"listen", "0.0.0.0:8080"}})), "");
}

TEST(Configuration, values_that_are_none_of_the_words_are_refused)
{
    EXPECT_EQ(
        refusal(in("test", {{"provisioning", "OPEN"}})), "--provisioning: must be closed or open"
    );
    EXPECT_EQ(refusal(in("test", {{"rate_limit", "no"}})), "--rate_limit: must be on or off");
    EXPECT_EQ(
        refusal(in("test", {{"reset_token_storage", ""}})),
        "--reset_token_storage: must be hash or column"
    );
    EXPECT_TRUE(refusal(in("test", {{"log_level", "loud"}})).starts_with("--log_level: "));
}

TEST(Configuration, new_signing_keys_are_of_a_known_algorithm)
{
    EXPECT_EQ(understood(in("test", {})).signing_algorithm, jose::Algorithm::eddsa);
    EXPECT_EQ(
        understood(in("test", {{"signing_algorithm", "ES256"}})).signing_algorithm,
        jose::Algorithm::es256
    );
    EXPECT_EQ(
        understood(production({{"signing_algorithm", "RS256"}})).signing_algorithm,
        jose::Algorithm::rs256
    );
    for (auto const* const name : {"", "none", "HS256", "eddsa", "PS256", "ES384"})
        EXPECT_EQ(
            refusal(in("test", {{"signing_algorithm", name}})),
            "--signing_algorithm: must be EdDSA or ES256 or RS256"
        );
    EXPECT_EQ(understood(in("test", {{"verified_token_cache", "0"}})).verified_token_cache, 0);
    EXPECT_NE(refusal(in("test", {{"verified_token_cache", "-1"}})), "");
}

TEST(Configuration, numbers_are_whole_and_within_their_bounds)
{
    for (auto const* const number : {"", "x", "1x", "-1", "1.5", " 1", "99999999999999999999"}) {
        auto const line = refusal(in("test", {{"sessions_max_active_per_user", number}}));
        EXPECT_TRUE(line.starts_with("--sessions_max_active_per_user: must be a whole number"))
            << number;
    }
    EXPECT_EQ(
        understood(in("test", {{"sessions_max_active_per_user", "3"}}))
            .domain.max_active_sessions_per_user,
        3
    );
    EXPECT_NE(refusal(in("test", {{"hash_queue", "0"}})), "");
    EXPECT_NE(refusal(in("test", {{"limit_client_register", "0"}})), "");
    EXPECT_NE(refusal(in("test", {{"self_check_seconds", "0"}})), "");
    EXPECT_NE(refusal(in("test", {{"self_check_seconds", "61"}})), "");
    EXPECT_EQ(understood(in("test")).self_check_seconds, 60) << "broken controls show within 90 s";
    EXPECT_NE(refusal(in("test", {{"system_ledger_days", "89"}})), "");
    EXPECT_EQ(understood(in("test")).system_ledger_days, 400);
    EXPECT_EQ(
        understood(in("test", {{"system_ledger_days", "0"}})).system_ledger_days, std::nullopt
    );
}

TEST(Configuration, addresses_need_host_and_port)
{
    for (auto const* const address :
         {"",
          "8080",
          ":8080",
          "127.0.0.1",
          "127.0.0.1:",
          "[::1]",
          "127.0.0.1:65536",
          "127.0.0.1:-1",
          "127.0.0.1:80x"})
        EXPECT_TRUE(refusal(production({{"listen", address}})).starts_with("--listen: "))
            << address;
    auto const made = understood(production({{"listen", "[::1]:8443"}}));
    EXPECT_EQ(made.listen.host, "::1");
    EXPECT_EQ(made.listen.port, 8443);
}

TEST(Configuration, the_public_url_is_https_in_production)
{
    EXPECT_NE(refusal(production({{"public_url", "http://id.example.test"}})), "");
    EXPECT_NE(refusal(production({{"public_url", "id.example.test"}})), "");
    EXPECT_NE(refusal(in("test", {{"public_url", "ftp://id.example.test"}})), "");
    for (auto const* const bad :
         {"https://",
          "https://:443",
          "https://exa mple.test",
          "https://m\u00FCller.test",
          "https://id.example.test?x=1",
          "https://id.example.test/#f",
          "https://user:word@id.example.test",
          "https://id.example.test:",
          "https://id.example.test:port"})
        EXPECT_NE(refusal(production({{"public_url", bad}})), "") << bad;
    for (auto const* const good :
         {"https://id.example.test:8443", "https://[2001:db8::1]:8443/auth", "https://10.0.0.1/a-b"
         })
        EXPECT_EQ(refusal(production({{"public_url", good}})), "") << good;
    EXPECT_EQ(
        understood(production({{"public_url", "https://id.example.test///"}})).domain.public_url,
        "https://id.example.test"
    );
    EXPECT_EQ(understood(in("test")).domain.public_url, "http://127.0.0.1:8080");
}

TEST(Configuration, keys_and_secrets_are_required_where_they_matter)
{
    Pairs const without_key{{"public_url", "https://id.example.test"}, {"mail", "spool:x"}};
    EXPECT_EQ(
        refusal(without_key), "GATEHOUSE_KEK: must be set; make one with: openssl rand -base64 32"
    );
    EXPECT_TRUE(refusal({{"env", "test"}}).starts_with("GATEHOUSE_KEK: "));
    std::string const short_secret(31, 's');
    EXPECT_TRUE(refusal(production({{"jwt_secret", short_secret}})).starts_with("--jwt_secret: "));
    EXPECT_NE(refusal(in("development", {{"jwt_secret", short_secret}})), "");
    EXPECT_EQ(refusal(in("test", {{"jwt_secret", short_secret}})), "");
    EXPECT_EQ(refusal(production({{"jwt_secret", short_secret + "s"}})), "");
    EXPECT_TRUE(refusal(in("test", {{"service_key", short_secret}})).starts_with("--service_key: ")
    );
    EXPECT_NE(refusal(in("test", {{"service_key", short_secret + " s"}})), "");
    EXPECT_EQ(refusal(production({{"service_key", short_secret + "s"}})), "");
}

TEST(Configuration, mail_has_a_transport_and_production_never_captures)
{
    EXPECT_EQ(refusal(in("test", {{"mail", "capture"}})), "");
    EXPECT_NE(refusal(production({{"mail", "capture"}})), "");
    EXPECT_NE(refusal(production({{"mail", ""}})), "");
    EXPECT_NE(refusal(in("test", {{"mail", "pigeon://roof"}})), "");
    EXPECT_EQ(understood(in("test")).mail, "capture");
}

TEST(Configuration, certificate_and_key_go_together)
{
    EXPECT_TRUE(refusal(production({{"tls_cert", "a.pem"}})).starts_with("GATEHOUSE_TLS_KEY: "));
    EXPECT_TRUE(refusal(production({{"tls_key", "a.pem"}})).starts_with("GATEHOUSE_TLS_CERT: "));
    EXPECT_EQ(refusal(production({{"tls_cert", "a.pem"}, {"tls_key", "b.pem"}})), "");
}

TEST(Configuration, production_shows_its_operations_on_loopback_unless_told_otherwise)
{
    auto const usual = understood(production());
    ASSERT_TRUE(usual.operator_listen);
    EXPECT_EQ(usual.operator_listen->host, "127.0.0.1");
    EXPECT_EQ(usual.operator_listen->port, 8081);
    EXPECT_FALSE(understood(in("test")).operator_listen);
}

TEST(Configuration, databases_hashes_and_origins_are_checked)
{
    EXPECT_NE(refusal(production({{"database_url", "mysql://x"}})), "");
    EXPECT_NE(refusal(production({{"database_url", "var/x.db"}})), "");
    EXPECT_EQ(refusal(production({{"database_url", "postgresql://db/x"}})), "");
    for (auto const* const policy : {"", "bcrypt", "bcrypt:3", "bcrypt:17", "md5", "argon2id:3"})
        EXPECT_TRUE(
            refusal(production({{"password_hash", policy}})).starts_with("--password_hash: ")
        ) << policy;
    EXPECT_EQ(understood(production({{"password_hash", "bcrypt:12"}})).password_hash.cost, 12);
    EXPECT_NE(refusal(production({{"allowed_origins", "https://a.test, b.test"}})), "");
    EXPECT_EQ(
        understood(production({{"allowed_origins", " https://a.test , http://b.test ,"}}))
            .domain.allowed_origins,
        (std::vector<std::string>{"https://a.test", "http://b.test"})
    );
}

} // namespace
} // namespace gatehouse::app
