// One organization's piece of the chain as the ledger files of a bundle, made while it is sent
// (docs/ledger-format.md).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "domain/storage.h"
#include "sealing/audit_keys.h"
#include "sealing/lines.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::sealing {

class SegmentFile {
public:
    virtual ~SegmentFile() = default;
    virtual std::string_view name() const = 0; // `ledger/rows.jsonl`
    // Appends the next piece, a few hundred kilobytes at most; false: that was the last. Each call
    // is a unit of work of its own, and nothing is held in between.
    virtual Async<bool> next(std::string& into) = 0;
    std::int64_t lines() const { return lines_; } // so far; of JSON documents 1

protected:
    std::int64_t lines_ = 0;
};

class Segment {
public:
    // Rows with from ≤ created_at < to. What is sealed later is not in it. `storage` must outlive
    // it. Throws std::runtime_error where no audit key opens.
    static Async<std::unique_ptr<Segment>> open(
        domain::Storage& storage,
        crypto::KeyEncryptionKey const& key,
        domain::OrganizationId organization,
        Instant from,
        Instant to
    );
    ~Segment();

    // In the order in which they must be read to their ends: proof.json counts what came before.
    std::vector<SegmentFile*> files();

    // For the manifest: where the segment ends, and what was not sealed yet.
    std::int64_t head_seq() const { return proof_.last_seq; }
    std::string head_hash() const; // hex
    std::int64_t unsealed() const { return proof_.unsealed; }

    // The bytes of MANIFEST.sig.
    std::string sign_manifest(std::string_view manifest) const;

private:
    class Keys;
    class CheckpointList;
    class RowList;
    class StubFile;
    class ProofFile;
    Segment(
        domain::Storage& storage,
        std::shared_ptr<Signer const> signer,
        Proof proof,
        std::optional<domain::Pruning> stub
    );
    std::string key_of(std::string const& kid) const;
    Async<void> refuse_gap(std::int64_t seq) const; // throws

    domain::Storage& storage_;
    std::shared_ptr<Signer const> signer_;
    Proof proof_;
    std::optional<domain::Pruning> stub_; // where rows before were pruned
    Instant from_;
    Instant to_;
    KeyLines keys_;
    std::vector<std::unique_ptr<SegmentFile>> files_;
};

} // namespace gatehouse::sealing
