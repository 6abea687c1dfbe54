// One step for each row.
#include "sealing/chain_check.h"

#include "domain/erasure_record.h"

#include <algorithm>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::Checkpoint;
using domain::Commitment;
using domain::Digest;
using domain::LedgerRow;

Finding about(std::int64_t seq, std::optional<std::int64_t> id, std::string what)
{
    return {.seq = seq, .id = id, .what = std::move(what)};
}

// Rows are sealed within a second; what stood open for so long was either written while the sealer
// did not work, or was taken out of the chain and put back.
constexpr Duration sealed_in_time = 5min;

} // namespace

ChainCheck::ChainCheck(
    domain::OrganizationId const& organization,
    std::int64_t first,
    Digest const& previous,
    KnownKeys const& keys,
    Checkpoints checkpoints
)
    : organization_(organization)
    , keys_(keys)
    , checkpoints_(std::move(checkpoints))
    , hasher_(organization)
    , seq_(first - 1)
    , signed_(first - 1)
    , head_(previous)
{
    take_next();
}

void ChainCheck::take_next()
{
    waits_ = checkpoints_();
    late_before_ = waits_ ? to_text(waits_->created_at - sealed_in_time) : std::string();
}

void ChainCheck::note_times(std::int64_t seq, LedgerRow const& row)
{
    if (first_at_.empty() || row.created_at < first_at_)
        first_at_ = row.created_at;
    last_at_ = std::max(last_at_, row.created_at);
    newest_ = std::max(newest_, row.created_at);
    if (row.created_at >= late_before_)
        return;
    ++late_;
    if (!first_late_)
        first_late_ = about(seq, row.id, "the row was sealed long after its own moment");
}

// A record comes behind what it is about: nothing is erased before it is written.
void ChainCheck::note_erasure(std::int64_t seq, LedgerRow const& row, Commitment commitment)
{
    if (commitment == Commitment::erased) {
        ++erased_;
        unaccounted_.emplace(row.id, seq);
    }
    account_for(row);
}

void ChainCheck::account_for(LedgerRow const& record)
{
    if (unaccounted_.empty() || !domain::is_erasure_record(record))
        return;
    for (auto const id : domain::rows_erased_by(record))
        unaccounted_.erase(id);
}

Found ChainCheck::first_unaccounted() const
{
    auto const first
        = std::ranges::min_element(unaccounted_, {}, [](auto const& one) { return one.second; });
    if (first == unaccounted_.end())
        return std::nullopt;
    return about(
        first->second, first->first, "its personal data are gone, and no erasure tells of it"
    );
}

Found ChainCheck::check_numbers(std::int64_t seq, std::optional<std::int64_t> id) const
{
    if (seq == expected())
        return std::nullopt;
    if (seq > expected())
        return about(expected(), std::nullopt, "the row is missing");
    return about(
        expected(),
        id,
        "row " + std::to_string(seq) + " is here: it stands twice, or in another place"
    );
}

Found ChainCheck::row(std::int64_t seq, LedgerRow const& row, std::string_view stated_hash)
{
    if (auto found = check_numbers(seq, row.id))
        return found;
    if (row.version != domain::chain_version)
        return about(seq, row.id, "its version is not known");
    auto const commitment = domain::commitment_of(row);
    if (commitment == Commitment::broken)
        return about(seq, row.id, "its personal data are not those that were committed to");
    auto const hash = hasher_.hash(seq, row, head_);
    if (domain::digest_of(stated_hash) != hash)
        return about(seq, row.id, "the row, or the hash sealed for it, was changed");
    note_times(seq, row);
    note_erasure(seq, row, commitment);
    return follow(seq, row.id, hash);
}

Found ChainCheck::stub(std::int64_t seq, std::string_view stated_hash)
{
    if (auto found = check_numbers(seq, std::nullopt))
        return found;
    auto const hash = domain::digest_of(stated_hash);
    if (!hash)
        return about(seq, std::nullopt, "its hash is none");
    return follow(seq, std::nullopt, *hash);
}

Found ChainCheck::follow(std::int64_t seq, std::optional<std::int64_t> id, Digest const& hash)
{
    seq_ = seq;
    head_ = hash;
    tree_.add(hash);
    if (waits_ && waits_->chain_seq < seq)
        return about(waits_->chain_seq, std::nullopt, "a checkpoint stands in another place");
    if (!waits_ || waits_->chain_seq != seq)
        return std::nullopt;
    if (auto found = check(*waits_)) {
        found->id = id;
        return found;
    }
    ++checked_;
    signed_ = seq;
    tree_.clear();
    first_at_.clear();
    last_at_.clear();
    take_next();
    return std::nullopt;
}

// Whoever looks for a period goes by these, and nobody has signed them.
Found ChainCheck::check_times(Checkpoint const& checkpoint) const
{
    bool const claims = !checkpoint.first_at.empty() && !first_at_.empty();
    if (!claims || (checkpoint.first_at == first_at_ && checkpoint.last_at == last_at_))
        return std::nullopt;
    return about(
        checkpoint.chain_seq,
        std::nullopt,
        "the checkpoint of rows " + std::to_string(signed_ + 1) + " to "
            + std::to_string(checkpoint.chain_seq) + " tells of another time than its rows"
    );
}

Found ChainCheck::check(Checkpoint const& checkpoint) const
{
    auto const wrong = [&](std::string const& what) {
        return about(
            checkpoint.chain_seq,
            std::nullopt,
            "the checkpoint of rows " + std::to_string(signed_ + 1) + " to "
                + std::to_string(checkpoint.chain_seq) + " " + what
        );
    };
    if (checkpoint.organization_id != organization_)
        return wrong("is of another organization");
    auto const* const key = keys_.find(checkpoint.kid);
    if (!key)
        return wrong("is signed by a key that is not trusted: " + checkpoint.kid);
    if (!key->verify(domain::signed_text(checkpoint), checkpoint.signature))
        return wrong("has a wrong signature");
    if (checkpoint.head_hash != head_)
        return wrong("ends with another row");
    if (checkpoint.batch_root != tree_.root())
        return wrong("covers other rows, or one before it is missing");
    return check_times(checkpoint);
}

Found ChainCheck::end()
{
    if (waits_)
        return about(
            expected(),
            std::nullopt,
            "the row is missing: rows up to " + std::to_string(waits_->chain_seq)
                + " were sealed, and the tail was cut"
        );
    if (signed_ != seq_)
        return about(signed_ + 1, std::nullopt, "the row is sealed and no checkpoint covers it");
    return std::nullopt;
}

} // namespace gatehouse::sealing
