// Encryption vaults: one wrapped master key for each person (behaviours §9).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <optional>
#include <string>

namespace gatehouse::domain {

struct WrappedKey {
    std::string wrapped; // base64
    std::string iv; // base64
};

struct Vault {
    UserId user_id;
    OrganizationId organization_id;
    std::optional<WrappedKey> server_wrap; // none in zero-knowledge mode
    int wrap_version = 2;
    int format_version = 1;
    std::string kek_id;
    std::optional<std::string> key_check; // mk_check
    std::optional<WrappedKey> recovery_wrap;
    std::optional<Instant> recovery_set_at;
    bool zero_knowledge = false;
    Instant created_at;
    Instant updated_at;
};

class Vaults {
public:
    virtual ~Vaults() = default;
    // Inserts unless there is one: true for exactly one caller.
    virtual Async<bool> insert_new(Vault vault) = 0;
    // With the row locked until the unit of work ends.
    virtual Async<std::optional<Vault>> find_locked(OrganizationId organization, UserId user) = 0;
    virtual Async<std::optional<Vault>> find(OrganizationId organization, UserId user) = 0;
    virtual Async<void> save(Vault vault) = 0; // the whole row, under find_locked
};

} // namespace gatehouse::domain
