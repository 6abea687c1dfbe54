// Ledger rows as they are read back, whole.
#pragma once

#include "domain/ledger_chain.h"
#include "storage/sql/join.h"
#include "storage/sql/rows.h"

#include <stdexcept>

namespace gatehouse::sql {

inline constexpr Text ledger_columns
    = "l.id, l.v, l.created_at, l.event_type, l.outcome, l.status, l.actor_id, l.user_id, "
      "l.session_id, l.resource, l.resource_id, l.correlation_id, l.details, l.ip_address, "
      "l.user_agent, l.email, l.personal, l.pii_salt, l.pii_commitment";

// `at` is the column of its id.
inline domain::LedgerRow read_ledger_row(Row const& row, std::size_t at)
{
    domain::LedgerRow read;
    read.id = row.integer(at);
    read.version = row.integer(at + 1);
    read.created_at = to_text(row.instant(at + 2));
    read.event_type = row.text(at + 3);
    read.outcome = row.text(at + 4);
    read.status = row.optional_integer(at + 5);
    read.actor_id = row.optional_text(at + 6);
    read.user_id = row.optional_text(at + 7);
    read.session_id = row.optional_text(at + 8);
    read.resource = row.optional_text(at + 9);
    read.resource_id = row.optional_text(at + 10);
    read.correlation_id = row.optional_text(at + 11);
    read.details = row.text(at + 12);
    read.ip_address = row.optional_text(at + 13);
    read.user_agent = row.optional_text(at + 14);
    read.email = row.optional_text(at + 15);
    read.personal = row.optional_text(at + 16);
    read.pii_salt = row.optional_bytes(at + 17);
    read.pii_commitment = row.bytes(at + 18);
    return read;
}

// A hash of the chain; throws std::runtime_error where the column holds none.
inline domain::Digest read_digest(Row const& row, std::size_t at)
{
    auto const digest = domain::digest_of(row.bytes(at));
    if (!digest)
        throw std::runtime_error("a hash of the ledger's chain has not 32 bytes");
    return *digest;
}

inline constexpr Text checkpoint_columns
    = "organization_id, chain_seq, head_hash, batch_root, kid, signature, created_at";

inline domain::Checkpoint read_checkpoint(Row const& row)
{
    return {
        .organization_id = domain::OrganizationId(row.text(0)),
        .chain_seq = row.integer(1),
        .head_hash = read_digest(row, 2),
        .batch_root = read_digest(row, 3),
        .kid = row.text(4),
        .signature = row.bytes(5),
        .created_at = row.instant(6),
    };
}

} // namespace gatehouse::sql
