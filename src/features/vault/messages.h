// What is said about a person's encryption vault.
#pragma once

#include "core/secret.h"
#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::vault {

struct KeyAnswer {
    SecretString master_key; // base64, 32 bytes
    std::int64_t format_version = 1;
    std::string kek_id;
};
BOOST_DESCRIBE_STRUCT(KeyAnswer, (), (master_key, format_version, kek_id))

struct RecoveryWanted { // zero-knowledge: only the person's own code opens the key
    bool requires_recovery_code = true;
    std::string recovery_wrapped_mk;
    std::string recovery_iv;
    std::int64_t format_version = 1;
};
BOOST_DESCRIBE_STRUCT(
    RecoveryWanted, (), (requires_recovery_code, recovery_wrapped_mk, recovery_iv, format_version)
)

struct VaultStatus {
    bool initialised = false;
    bool zero_knowledge = false;
    bool has_recovery_wrap = false;
    std::optional<Instant> recovery_set_at;
    std::optional<std::int64_t> format_version;
    std::optional<std::string> kek_id;
    std::optional<Instant> created_at;
    std::optional<Instant> updated_at;
};
BOOST_DESCRIBE_STRUCT(
    VaultStatus,
    (),
    (initialised,
     zero_knowledge,
     has_recovery_wrap,
     recovery_set_at,
     format_version,
     kek_id,
     created_at,
     updated_at)
)

struct RecoveryWrapRequest {
    std::string recovery_wrapped_mk; // base64 of 48 bytes: ciphertext and tag
    std::string recovery_iv; // base64 of 12 bytes
};
BOOST_DESCRIBE_STRUCT(RecoveryWrapRequest, (), (recovery_wrapped_mk, recovery_iv))

struct ZeroKnowledgeRequest {
    bool enable = false;
    std::optional<SecretString> master_key; // to switch it off: base64, 32 bytes
};
BOOST_DESCRIBE_STRUCT(ZeroKnowledgeRequest, (), (enable, master_key))

} // namespace gatehouse::vault
