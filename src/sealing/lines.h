// The ledger files of bundles, and published checkpoints: one line each (docs/ledger-format.md).
#pragma once

#include "domain/ledger_chain.h"
#include "sealing/audit_keys.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::sealing {

inline constexpr char const* keys_file = "ledger/keys.json";
inline constexpr char const* checkpoints_file = "ledger/checkpoints.jsonl";
inline constexpr char const* rows_file = "ledger/rows.jsonl";
inline constexpr char const* pruning_file = "ledger/pruning.json";
inline constexpr char const* proof_file = "ledger/proof.json";

struct RowLine {
    std::int64_t seq = 0;
    std::string row_hash; // bytes
    std::optional<domain::LedgerRow> row; // nothing: a stub
};
void append_row(std::string& into, RowLine const& line);
std::optional<RowLine> parse_row(std::string_view line); // without its line feed
bool parse_row(std::string_view line, RowLine& into); // whose memory is used again

struct CheckpointLine {
    domain::Checkpoint checkpoint;
    std::string public_key; // bytes
};
void append_checkpoint(std::string& into, CheckpointLine const& line);
std::optional<CheckpointLine> parse_checkpoint(std::string_view line);

struct PruningLine { // one line, in a file of its own
    domain::Pruning pruning;
    std::string public_key; // bytes
};
std::string pruning_json(PruningLine const& line);
std::optional<PruningLine> parse_pruning(std::string_view text);

using KeyLines = ShownKeys;
std::string keys_json(KeyLines const& keys);
std::optional<KeyLines> parse_keys(std::string_view text);

struct Proof {
    domain::OrganizationId organization_id;
    std::string from; // moments
    std::string to; // the first that does not belong to it
    std::int64_t first_seq = 1;
    std::int64_t last_seq = 0;
    std::string prev_hash; // bytes: before first_seq
    std::string head_hash; // of last_seq
    std::int64_t rows = 0;
    std::int64_t stubs = 0;
    std::int64_t unsealed = 0;
};
std::string proof_json(Proof const& proof);
std::optional<Proof> parse_proof(std::string_view text);

} // namespace gatehouse::sealing
