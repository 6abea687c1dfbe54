// The hash chain over the ledger, and what is signed over it (docs/ledger-format.md, behaviours
// §4).
#pragma once

#include "core/time.h"
#include "crypto/digest.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::domain {

using crypto::Digest;

inline constexpr std::int64_t chain_version = 1; // column `v`
inline constexpr std::string_view system_chain = "system"; // of rows without organization

// A row as the table keeps it; times and JSON as their texts.
struct LedgerRow {
    std::int64_t id = 0;
    std::int64_t version = chain_version;
    std::string created_at;
    std::string event_type;
    std::string outcome;
    std::optional<std::int64_t> status;
    std::optional<std::string> actor_id;
    std::optional<std::string> user_id;
    std::optional<std::string> session_id;
    std::optional<std::string> resource;
    std::optional<std::string> resource_id;
    std::optional<std::string> correlation_id;
    std::string details;
    // Erasable:
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::optional<std::string> email;
    std::optional<std::string> personal;
    std::optional<std::string> pii_salt;
    std::string pii_commitment; // 32 bytes
};

// enc(x): a 4-byte big-endian length and the bytes; NULL is FF FF FF FF.
void append_encoded(std::string& into, std::string_view text);
void append_encoded(std::string& into, std::optional<std::string> const& text);

std::string pii_commitment(
    std::string_view salt,
    std::optional<std::string> const& ip_address,
    std::optional<std::string> const& user_agent,
    std::optional<std::string> const& email,
    std::optional<std::string> const& personal
);

enum class Commitment {
    kept, // the values are those that were committed to
    erased, // nobody can say any more what they were
    broken,
};
Commitment commitment_of(LedgerRow const& row);

Digest genesis_hash(OrganizationId const& organization);

// Hashes rows of one chain; its buffer is kept from row to row.
class RowHasher {
public:
    explicit RowHasher(OrganizationId const& organization);
    Digest hash(std::int64_t seq, LedgerRow const& row, Digest const& previous);

private:
    std::string organization_; // encoded
    std::string buffer_;
};

// RFC 6962's tree hash over row hashes that come one after the other.
class BatchTree {
public:
    void add(Digest const& row_hash);
    std::int64_t size() const { return size_; }
    Digest root() const; // of an empty tree: the hash of nothing
    void clear();

private:
    std::int64_t size_ = 0;
    std::vector<std::pair<std::int64_t, Digest>> subtrees_; // full ones, the largest first
};

struct Checkpoint {
    OrganizationId organization_id;
    std::int64_t chain_seq = 0; // of the last row it covers
    Digest head_hash{};
    Digest batch_root{};
    std::string kid;
    std::string signature; // bytes
    Instant created_at;
    // The earliest and the latest moment of its rows, as their texts; a claim of the table, not
    // signed: empty where nobody makes it.
    std::string first_at = {};
    std::string last_at = {};

    bool operator==(Checkpoint const&) const = default;
};

// Stands for the rows of a chain up to `chain_seq`, which are gone.
struct Pruning {
    OrganizationId organization_id;
    std::int64_t chain_seq = 0;
    Digest head_hash{}; // row_hash of that row: the next one stands on it
    std::string kid;
    std::string signature; // bytes
    Instant created_at;

    bool operator==(Pruning const&) const = default;
};

// How a key came into the place of another one: both have signed it.
struct KeyChange {
    std::string previous_kid;
    std::string previous_signature; // bytes: by the key that retired
    std::string own_signature; // by the one that follows
    Instant changed_at;

    bool operator==(KeyChange const&) const = default;
};

// What its signature covers, and what that of a bundle's manifest covers.
std::string signed_text(Checkpoint const& checkpoint);
std::string signed_text(Pruning const& pruning);
std::string signed_manifest(std::string_view manifest);
std::string signed_text(KeyChange const& change, std::string_view kid); // of the one that follows

// The name of a key: whoever shows it under another one is found.
std::string kid_of(std::string_view public_key);

std::string bytes_of(Digest const& digest);
std::optional<Digest> digest_of(std::string_view bytes); // nothing unless 32

} // namespace gatehouse::domain
