// The four files of a segment, page by page.
#include "sealing/segment.h"

#include "core/text.h"
#include "domain/prunings.h"
#include "domain/seals.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::ChainRange;
using domain::OrganizationId;
using domain::Storage;

constexpr int rows_of_a_page = 400; // a few hundred kilobytes
constexpr int checkpoints_of_a_page = 500;

using Stub = std::optional<domain::Pruning>;

// The hash that the chain has after `seq`.
Async<std::string> hash_after(
    domain::UnitOfWork& work, OrganizationId organization, std::int64_t seq, Stub const& stub
)
{
    if (seq == 0)
        co_return domain::bytes_of(domain::genesis_hash(organization));
    if (stub && stub->chain_seq == seq)
        co_return domain::bytes_of(stub->head_hash);
    auto const hash = co_await work.sealed_ledger().hash_at(organization, seq);
    if (!hash)
        throw std::runtime_error(
            "the ledger's chain of " + organization.text() + " has no row " + std::to_string(seq)
            + "; see gatehouse audit verify"
        );
    co_return *hash;
}

// Behind the stub: what it stands for is gone, or is going at this moment.
ChainRange behind(ChainRange range, Stub const& stub)
{
    if (!stub || range.last == 0)
        return range;
    if (range.last <= stub->chain_seq)
        return {};
    range.first = std::max(range.first, stub->chain_seq + 1);
    return range;
}

Async<Stub> stub_of(Storage& storage, OrganizationId organization)
{
    auto work = co_await storage.read();
    auto stub = co_await work->sealed_ledger().prunings().newest(std::move(organization));
    co_return stub;
}

Async<Proof>
proof_of(Storage& storage, OrganizationId organization, Instant from, Instant to, Stub const& stub)
{
    auto work = co_await storage.read();
    auto const met = co_await work->sealed_ledger().range(organization, from, to);
    auto const range = behind(met, stub);
    Proof proof;
    proof.organization_id = organization;
    proof.from = to_text(from);
    proof.to = to_text(to);
    proof.first_seq = range.first;
    proof.last_seq = range.last;
    proof.prev_hash = co_await hash_after(*work, organization, range.first - 1, stub);
    proof.head_hash = co_await hash_after(*work, organization, range.last, stub);
    proof.unsealed = co_await work->sealed_ledger().unsealed(organization);
    co_return proof;
}

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
        co_return page.size() == static_cast<std::size_t>(checkpoints_of_a_page);
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
        for (auto const& sealed : page) {
            add(into, sealed);
            after_ = sealed.seq;
        }
        if (!page.empty() && after_ < proof.last_seq)
            co_return true;
        if (after_ != proof.last_seq && proof.last_seq != 0)
            throw std::runtime_error(
                "the ledger's chain of " + proof.organization_id.text()
                + " ends before its checkpoint; see gatehouse audit verify"
            );
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
    auto const found = std::ranges::find(keys_, kid, &std::pair<std::string, std::string>::first);
    if (found == keys_.end())
        throw std::runtime_error("something is signed by an unknown key: " + kid);
    return found->second;
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
    auto const known = co_await keys_of(storage, &key, std::nullopt);
    auto stub = co_await stub_of(storage, organization);
    auto proof = co_await proof_of(storage, std::move(organization), from, to, stub);
    std::unique_ptr<Segment> made(
        new Segment(storage, std::move(signer), std::move(proof), std::move(stub))
    );
    for (auto const& [kid, public_key] : known.all())
        made->keys_.emplace_back(kid, public_key.bytes());
    co_return made;
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
