// Walks along a chain, row by row, and says the first thing that is not as it was sealed.
#pragma once

#include "domain/ledger_chain.h"
#include "sealing/audit_keys.h"

#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::sealing {

struct Finding {
    std::optional<std::int64_t> seq; // of the row, where it is about one
    std::optional<std::int64_t> id; // in audit_ledger
    std::string what;
};
using Found = std::optional<Finding>; // nothing: all is right

// The next checkpoint of the chain, in order; nothing at the end.
using Checkpoints = std::function<std::optional<domain::Checkpoint>()>;

class ChainCheck {
public:
    // Begins behind the row before `first`, whose hash is `previous`.
    ChainCheck(
        domain::OrganizationId const& organization,
        std::int64_t first,
        domain::Digest const& previous,
        KnownKeys const& keys,
        Checkpoints checkpoints
    );

    // The number that the next row must have, and the hash it stands on.
    std::int64_t expected() const { return seq_ + 1; }
    domain::Digest const& head() const { return head_; }
    std::int64_t checkpoints() const { return checked_; }

    Found row(std::int64_t seq, domain::LedgerRow const& row, std::string_view stated_hash);
    Found stub(std::int64_t seq, std::string_view stated_hash);
    // After the last row.
    Found end();

    // Rows that were sealed much later than they were written, and the first of them.
    std::int64_t sealed_late() const { return late_; }
    Found const& first_late() const { return first_late_; }
    // Rows whose personal data are gone, and the first that no record of an erasure accounts for:
    // the chain may go on with one where this is only a piece of it.
    std::int64_t erased() const { return erased_; }
    std::int64_t unaccounted() const { return std::ssize(unaccounted_); }
    Found first_unaccounted() const;
    // One that stands behind the rows.
    void account_for(domain::LedgerRow const& record);
    // The latest moment of a row so far.
    std::string const& newest() const { return newest_; }

private:
    Found follow(std::int64_t seq, std::optional<std::int64_t> id, domain::Digest const& hash);
    Found check_numbers(std::int64_t seq, std::optional<std::int64_t> id) const;
    Found check(domain::Checkpoint const& checkpoint) const;
    Found check_times(domain::Checkpoint const& checkpoint) const;
    void note_times(std::int64_t seq, domain::LedgerRow const& row);
    void
    note_erasure(std::int64_t seq, domain::LedgerRow const& row, domain::Commitment commitment);
    void take_next();

    domain::OrganizationId organization_;
    KnownKeys const& keys_;
    Checkpoints checkpoints_;
    domain::RowHasher hasher_;
    domain::BatchTree tree_;
    std::int64_t seq_;
    std::int64_t signed_; // the last row that a checkpoint covers
    domain::Digest head_;
    std::optional<domain::Checkpoint> waits_;
    std::int64_t checked_ = 0;
    std::string late_before_; // rows of this batch from before this moment were sealed late
    std::string first_at_; // of this batch
    std::string last_at_;
    std::string newest_;
    std::int64_t late_ = 0;
    Found first_late_;
    std::int64_t erased_ = 0;
    std::map<std::int64_t, std::int64_t> unaccounted_; // seq by id
};

} // namespace gatehouse::sealing
