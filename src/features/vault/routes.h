// The routes of the vault, each declared once.
#pragma once

#include "http/route.h"

namespace gatehouse::vault {

inline constexpr http::Route init_route{
    .method = http::Method::post,
    .path = "/api/v1/me/encryption-vault/init",
    .operation = "initVault",
    .summary = "Make the vault key, or give back the one there is",
    .tag = "vault",
    .access = http::Access::session(),
    .audit = http::Audit::records("VAULT_INIT"),
    .limit = http::Limit::anonymous,
    .surface = http::Surface::account,
    .answers = "200 400 401 403 413 415 429 503",
};
inline constexpr http::Route key_route{
    .method = http::Method::get,
    .path = "/api/v1/me/encryption-vault/key",
    .operation = "fetchVaultKey",
    .summary = "Give back the vault key",
    .tag = "vault",
    .access = http::Access::session(),
    .audit = http::Audit::records("VAULT_FETCH VAULT_FAILED_FETCH"),
    .limit = http::Limit::anonymous,
    .surface = http::Surface::account,
    .answers = "200 401 404 429 503",
};
inline constexpr http::Route status_route{
    .method = http::Method::get,
    .path = "/api/v1/me/encryption-vault/status",
    .operation = "vaultStatus",
    .summary = "Say which mode the vault is in",
    .tag = "vault",
    .access = http::Access::session(),
    .audit = http::Audit::none("tells no key"),
    .limit = http::Limit::anonymous,
    .surface = http::Surface::account,
    .answers = "200 401 429 503",
};
inline constexpr http::Route rotate_route{
    .method = http::Method::post,
    .path = "/api/v1/me/encryption-vault/rotate",
    .operation = "rotateVaultKey",
    .summary = "Replace the vault key by a new one",
    .tag = "vault",
    .access = http::Access::session(),
    .audit = http::Audit::records("VAULT_ROTATE VAULT_INIT"),
    .limit = http::Limit::anonymous,
    .surface = http::Surface::account,
    .answers = "200 400 401 403 409 413 415 429 503",
};
inline constexpr http::Route set_recovery_route{
    .method = http::Method::post,
    .path = "/api/v1/me/encryption-vault/recovery-wrap",
    .operation = "setRecoveryWrap",
    .summary = "Keep the key as wrapped under a recovery code",
    .tag = "vault",
    .access = http::Access::session(),
    .audit = http::Audit::records("VAULT_RECOVERY_SET"),
    .limit = http::Limit::anonymous,
    .surface = http::Surface::account,
    .answers = "200 400 401 403 404 413 415 429 503",
};
inline constexpr http::Route clear_recovery_route{
    .method = http::Method::remove,
    .path = "/api/v1/me/encryption-vault/recovery-wrap",
    .operation = "clearRecoveryWrap",
    .summary = "Drop the recovery wrap",
    .tag = "vault",
    .access = http::Access::session(),
    .audit = http::Audit::records("VAULT_RECOVERY_CLEAR"),
    .limit = http::Limit::anonymous,
    .surface = http::Surface::account,
    .answers = "200 401 403 404 409 429 503",
};
inline constexpr http::Route zero_knowledge_route{
    .method = http::Method::post,
    .path = "/api/v1/me/encryption-vault/zero-knowledge",
    .operation = "switchZeroKnowledge",
    .summary = "Take the key away from the server, or hand it back",
    .tag = "vault",
    .access = http::Access::session(),
    .audit = http::Audit::records("VAULT_ZK_ENABLE VAULT_ZK_DISABLE"),
    .limit = http::Limit::anonymous,
    .surface = http::Surface::account,
    .answers = "200 400 401 403 404 409 413 415 429 503",
};

} // namespace gatehouse::vault
