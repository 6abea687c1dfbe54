// The configuration: flags before variables before the TOML file before defaults.
#pragma once

#include "app/setting.h"
#include "core/log.h"
#include "core/secret.h"
#include "crypto/stored_password.h"
#include "domain/settings.h"
#include "protocols/jose/algorithms.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::app {

struct Address {
    std::string host;
    std::uint16_t port = 0;
};

struct Configuration {
    domain::Settings domain;
    Address listen;
    std::optional<Address> operator_listen;
    std::string database_url;
    int database_connections = 8;
    std::string database_role; // whose statements they are, on PostgreSQL
    std::string mail;
    std::string mail_from;
    std::string mail_ca_file;
    std::string policy_dir; // empty: the shipped policy
    std::string place_database; // empty: nobody says where addresses are
    std::optional<SecretString> key_encryption_key; // base64
    std::string key_dir;
    std::optional<SecretString> jwt_secret;
    jose::Algorithm signing_algorithm = jose::Algorithm::eddsa; // of keys that are made
    int verified_token_cache = 16'384; // entries
    crypto::HashPolicy password_hash;
    int hash_threads = 0;
    int hash_queue = 64;
    bool libxcrypt_only = false; // bcrypt without lanes of our own
    int threads = 0;
    int limit_credential = 300;
    int limit_register = 100;
    int limit_anonymous = 3000;
    int connections = 20'000;
    int limit_connections = 1000; // of one client address; 0: none
    std::vector<std::string> trusted_proxies;
    std::string tls_certificate;
    std::string tls_key;
    std::string audit_checkpoints; // empty: in the database alone
    std::optional<std::int64_t> system_ledger_days = 400; // nothing: without end
    int self_check_seconds = 60;
    log::Level log_level = log::Level::info;
};

// What was given, from all places. Throws BadConfiguration for a key that nobody knows.
// `arguments` are those behind the command; the environment and the file are read here.
Values gather(std::vector<std::string> const& arguments);

// Values as checked types. Throws BadConfiguration for what cannot be used or contradicts itself.
Configuration understand(Values const& values);

// The same for what works on the database alone and serves nobody: its place, and how passwords are
// hashed. Nothing else is looked at, so an operator needs no key and no public address.
Configuration understand_database(Values const& values);

// The same with what signing keys are made and opened with.
Configuration understand_keys(Values const& values);

// For `config print`: one line for each setting, secrets hidden.
std::string printed(Values const& values);

} // namespace gatehouse::app
