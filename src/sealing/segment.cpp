// The four files of a segment, page by page.
#include "sealing/segment.h"

#include "core/text.h"
#include "domain/seals.h"
#include "sealing/pruning.h"
#include "sealing/segment_range.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::OrganizationId;
using domain::Storage;

constexpr int rows_of_a_page = 400; // a few hundred kilobytes
constexpr int checkpoints_of_a_page = 500;

using Stub = std::optional<domain::Pruning>;

} // namespace

class Segment::Keys final : public SegmentFile {
public:
    explicit Keys(Segment const& of)
        : of_(of)
    {
    }
    std::string_view name() const override { return keys_file; }
    Async<bool> next(std::string& into) override
    {
        into += keys_json(of_.keys_);
        lines_ = 1;
        co_return false;
    }

private:
    Segment const& of_;
};

class Segment::CheckpointList final : public SegmentFile {
public:
    explicit CheckpointList(Segment const& of)
        : of_(of)
        , after_(of.proof_.first_seq - 1)
    {
    }
    std::string_view name() const override { return checkpoints_file; }
    Async<bool> next(std::string& into) override
    {
        auto work = co_await of_.storage_.read();
        auto const page = co_await work->sealed_ledger().checkpoints(
            of_.proof_.organization_id, after_, of_.proof_.last_seq, checkpoints_of_a_page
        );
        for (auto const& checkpoint : page) {
            append_checkpoint(into, {checkpoint, of_.key_of(checkpoint.kid)});
            after_ = checkpoint.chain_seq;
            ++lines_;
        }
        work.reset();
        bool const goes_on = page.size() == static_cast<std::size_t>(checkpoints_of_a_page);
        // A stub comes before the first checkpoint of it goes, so that this tells of each that
        // went.
        if (goes_on || of_.proof_.last_seq == 0)
            co_return goes_on;
        auto const newest = co_await newest_stub(of_.storage_, of_.proof_.organization_id);
        if (newest && newest->chain_seq >= of_.proof_.first_seq)
            co_await of_.refuse_gap(of_.proof_.first_seq);
        co_return false;
    }

private:
    Segment const& of_;
    std::int64_t after_;
};

class Segment::RowList final : public SegmentFile {
public:
    explicit RowList(Segment& of)
        : of_(of)
        , after_(of.proof_.first_seq - 1)
    {
    }
    std::string_view name() const override { return rows_file; }
    Async<bool> next(std::string& into) override
    {
        auto& proof = of_.proof_;
        auto work = co_await of_.storage_.read();
        auto const page = co_await work->sealed_ledger().rows(
            proof.organization_id, after_, proof.last_seq, rows_of_a_page
        );
        work.reset();
        for (auto const& sealed : page) {
            if (sealed.seq != after_ + 1 || !sealed.row)
                co_await of_.refuse_gap(after_ + 1);
            add(into, sealed);
            after_ = sealed.seq;
        }
        if (!page.empty() && after_ < proof.last_seq)
            co_return true;
        if (after_ != proof.last_seq && proof.last_seq != 0)
            co_await of_.refuse_gap(after_ + 1);
        co_return false;
    }

private:
    void add(std::string& into, domain::SealedRow const& sealed)
    {
        RowLine line{.seq = sealed.seq, .row_hash = sealed.row_hash, .row = {}};
        auto const moment = sealed.row ? parse_instant(sealed.row->created_at) : std::nullopt;
        if (!moment)
            throw std::runtime_error(
                "the ledger row " + std::to_string(sealed.ledger_id)
                + " is gone; see gatehouse audit verify"
            );
        if (*moment >= of_.from_ && *moment < of_.to_)
            line.row = sealed.row;
        append_row(into, line);
        ++(line.row ? of_.proof_.rows : of_.proof_.stubs);
        ++lines_;
    }

    Segment& of_;
    std::int64_t after_;
};

class Segment::ProofFile final : public SegmentFile {
public:
    explicit ProofFile(Segment const& of)
        : of_(of)
    {
    }
    std::string_view name() const override { return proof_file; }
    Async<bool> next(std::string& into) override
    {
        into += proof_json(of_.proof_);
        lines_ = 1;
        co_return false;
    }

private:
    Segment const& of_;
};

class Segment::StubFile final : public SegmentFile {
public:
    explicit StubFile(Segment const& of)
        : of_(of)
    {
    }
    std::string_view name() const override { return pruning_file; }
    Async<bool> next(std::string& into) override
    {
        into += pruning_json({*of_.stub_, of_.key_of(of_.stub_->kid)});
        lines_ = 1;
        co_return false;
    }

private:
    Segment const& of_;
};

Segment::Segment(Storage& storage, std::shared_ptr<Signer const> signer, Proof proof, Stub stub)
    : storage_(storage)
    , signer_(std::move(signer))
    , proof_(std::move(proof))
    , stub_(std::move(stub))
    , from_(parse_instant(proof_.from).value())
    , to_(parse_instant(proof_.to).value())
{
    files_.push_back(std::make_unique<Keys>(*this));
    files_.push_back(std::make_unique<CheckpointList>(*this));
    files_.push_back(std::make_unique<RowList>(*this));
    if (stub_)
        files_.push_back(std::make_unique<StubFile>(*this));
    files_.push_back(std::make_unique<ProofFile>(*this));
}

std::string Segment::key_of(std::string const& kid) const
{
    auto const found = std::ranges::find(keys_, kid, &ShownKey::kid);
    if (found == keys_.end())
        throw std::runtime_error("something is signed by an unknown key: " + kid);
    return found->public_key;
}

Segment::~Segment() = default;

Async<std::unique_ptr<Segment>> Segment::open(
    Storage& storage,
    crypto::KeyEncryptionKey const& key,
    OrganizationId organization,
    Instant from,
    Instant to
)
{
    auto signer = co_await signer_of(storage, key);
    auto keys = co_await shown_keys(storage, key);
    auto begun = co_await begin_segment(storage, std::move(organization), from, to);
    std::unique_ptr<Segment> made(
        new Segment(storage, std::move(signer), std::move(begun.proof), std::move(begun.stub))
    );
    made->keys_ = std::move(keys);
    co_return made;
}

// Rows that were there when it was opened and are not any more: pruned meanwhile, or taken away.
Async<void> Segment::refuse_gap(std::int64_t seq) const
{
    auto const newest = co_await newest_stub(storage_, proof_.organization_id);
    if (newest && newest->chain_seq >= seq)
        throw std::runtime_error(
            "rows up to " + std::to_string(newest->chain_seq) + " of the ledger of "
            + proof_.organization_id.text()
            + " were pruned while they were exported; ask for it once more"
        );
    throw std::runtime_error(
        "the ledger's chain of " + proof_.organization_id.text() + " has no row "
        + std::to_string(seq) + "; see gatehouse audit verify"
    );
}

std::vector<SegmentFile*> Segment::files()
{
    std::vector<SegmentFile*> files;
    for (auto const& file : files_)
        files.push_back(file.get());
    return files;
}

std::string Segment::head_hash() const
{
    return to_hex(proof_.head_hash);
}

std::string Segment::sign_manifest(std::string_view manifest) const
{
    auto const signature = signer_->pair.sign(domain::signed_manifest(manifest));
    return signer_->kid + " " + to_hex(signature) + "\n";
}

} // namespace gatehouse::sealing
