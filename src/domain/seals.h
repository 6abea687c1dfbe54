// The ledger's chain as stored: what waits to be sealed, the seals, their checkpoints and keys.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/ledger_chain.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct WaitingRow {
    OrganizationId organization_id;
    LedgerRow row;
};

struct ChainHead {
    std::int64_t seq = 0; // 0: nothing is sealed yet
    Digest hash{}; // row_hash of that row, or the genesis
};

struct SignedEnd {
    OrganizationId organization_id;
    ChainHead head;
    Instant at;
};

// Rows that are sealed together, all of one chain.
struct Batch {
    ChainHead after;
    std::vector<std::int64_t> ledger_ids; // in order
    std::string hashes; // their row hashes, one after the other
    Checkpoint checkpoint;
    Instant first_at; // the earliest and the latest created_at of its rows
    Instant last_at;
};

struct Waiting {
    std::int64_t rows = 0; // counted up to a bound
    Duration longest{0}; // by the database's clock
};

// For the sealer alone; across organizations.
class Seals {
public:
    virtual ~Seals() = default;
    virtual Async<Waiting> waiting() = 0;
    // Whether this row is one of them.
    virtual Async<bool> waits(OrganizationId organization, std::int64_t ledger_id) = 0;
    // Whether the database itself refuses changes of the ledger's rows and of what seals them.
    virtual Async<bool> ledger_is_guarded() = 0;
    // Until the end of the unit. `false`: another node seals at this moment.
    virtual Async<bool> lock() = 0;
    // The next ones of organizations behind `after`, whole organizations first to last.
    virtual Async<std::vector<WaitingRow>> next(std::string after, int limit) = 0;
    virtual Async<std::map<std::string, ChainHead>> heads(std::vector<std::string> organizations)
        = 0;
    // What any node signed, by its clock, behind this moment, and of this moment behind that row of
    // that chain; the earliest first.
    virtual Async<std::vector<SignedEnd>>
    ends_signed_behind(Instant moment, std::string organization, std::int64_t seq, int limit) = 0;
    // They wait no more. With `publish` the checkpoint waits to be published.
    virtual void append(Batch const& batch, bool publish) = 0;

    virtual Async<std::vector<Checkpoint>> unpublished(int limit) = 0;
    virtual void published(Checkpoint const& checkpoint) = 0;
};

// One row of a chain: where it stands and what was sealed there. Without a row: it is gone.
struct SealedRow {
    std::int64_t seq = 0;
    std::int64_t ledger_id = 0;
    std::string prev_hash; // bytes, as stored
    std::string row_hash;
    std::optional<LedgerRow> row;
};

// Whole batches; `first` 1 and `last` 0 where there is none.
struct ChainRange {
    std::int64_t first = 1;
    std::int64_t last = 0;
};

// Some rows of a ledger, by their ids.
struct Stretch {
    std::int64_t rows = 0;
    std::int64_t last = 0; // the id of the last one
    std::int64_t known = 0; // how many ids up to that one are sealed or wait to be
};

class Prunings;

// Reading chains back, for whoever verifies or exports them.
class SealedLedger {
public:
    virtual ~SealedLedger() = default;
    virtual Prunings& prunings() = 0; // what stands for rows that are gone
    // Every organization with rows in the ledger or in a chain, by id.
    virtual Async<std::vector<OrganizationId>> organizations() = 0;
    virtual Async<ChainRange> whole(OrganizationId organization) = 0;
    // The batches from the first to the last that have a row of this time; `to` is not in it.
    virtual Async<ChainRange> range(OrganizationId organization, Instant from, Instant to) = 0;
    // Seals behind `after` up to `last`.
    virtual Async<std::vector<SealedRow>>
    rows(OrganizationId organization, std::int64_t after, std::int64_t last, int limit) = 0;
    virtual Async<std::vector<Checkpoint>>
    checkpoints(OrganizationId organization, std::int64_t after, std::int64_t last, int limit) = 0;
    virtual Async<std::optional<std::string>> hash_at(OrganizationId organization, std::int64_t seq)
        = 0; // bytes, as stored
    virtual Async<std::int64_t> unsealed(OrganizationId organization) = 0; // they wait
    // Rows that tell of erasures and stand behind this one of the chain, or wait.
    virtual Async<std::vector<LedgerRow>>
    erasure_records(OrganizationId organization, std::int64_t behind) = 0;
    // Of so many rows of the ledger behind this id, in the order of their ids.
    virtual Async<Stretch> stretch(OrganizationId organization, std::int64_t after, int rows) = 0;
    // The first row of these ids that is neither sealed nor waits to be: it came past the way that
    // rows take. `after` is not among them, `last` is.
    virtual Async<std::optional<std::int64_t>>
    stranger(OrganizationId organization, std::int64_t after, std::int64_t last) = 0;
    // A row with a seal where no chain has any: at this number or before it.
    virtual Async<std::optional<std::int64_t>>
    sealed_below(OrganizationId organization, std::int64_t seq) = 0;
    // A row that waits and is gone.
    virtual Async<std::optional<std::int64_t>> vanished(OrganizationId organization) = 0;
};

struct AuditKey {
    std::string kid;
    std::string public_key; // 32 bytes
    std::string private_sealed; // bytes
    bool signs = false;
    Instant created_at;
    std::optional<KeyChange> change = {}; // nothing: the first key
};

class AuditKeys {
public:
    virtual ~AuditKeys() = default;
    virtual Async<std::vector<AuditKey>> all() = 0;
    // `false`: another one signs already.
    virtual Async<bool> insert(AuditKey key) = 0; // as the one that signs
    // In the place of the one that its change names, which retires. `false`: that one does not
    // sign.
    virtual Async<bool> rotate(AuditKey key) = 0;
};

} // namespace gatehouse::domain
