// Chaining and signing.
#include "sealing/batching.h"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::sealing {
namespace {
using domain::Batch;
using domain::ChainHead;
using domain::WaitingRow;
using Heads = std::map<std::string, ChainHead>;
using Rows = std::vector<WaitingRow>;

ChainHead head_of(Heads const& heads, domain::OrganizationId const& organization)
{
    auto const found = heads.find(organization.text());
    if (found != heads.end())
        return found->second;
    return {.seq = 0, .hash = domain::genesis_hash(organization)};
}

Instant moment_of(domain::LedgerRow const& row)
{
    auto const moment = parse_instant(row.created_at);
    if (!moment)
        throw std::runtime_error(
            "the ledger row " + std::to_string(row.id) + " has no moment: " + row.created_at
        );
    return *moment;
}

Batch batch_of(
    Rows::const_iterator begin,
    Rows::const_iterator end,
    ChainHead const& head,
    Signer const& signer,
    Instant now
)
{
    Batch batch;
    batch.after = head;
    batch.first_at = moment_of(begin->row);
    batch.last_at = batch.first_at;
    domain::RowHasher hasher(begin->organization_id);
    domain::BatchTree tree;
    auto at = head;
    for (auto one = begin; one != end; ++one) {
        auto const& row = one->row;
        at.hash = hasher.hash(++at.seq, row, at.hash);
        tree.add(at.hash);
        batch.ledger_ids.push_back(row.id);
        batch.hashes += domain::bytes_of(at.hash);
        auto const moment = moment_of(row);
        batch.first_at = std::min(batch.first_at, moment);
        batch.last_at = std::max(batch.last_at, moment);
    }
    auto& checkpoint = batch.checkpoint;
    checkpoint.organization_id = begin->organization_id;
    checkpoint.chain_seq = at.seq;
    checkpoint.head_hash = at.hash;
    checkpoint.batch_root = tree.root();
    checkpoint.kid = signer.kid;
    checkpoint.created_at = now;
    checkpoint.signature = signer.pair.sign(domain::signed_text(checkpoint));
    return batch;
}

} // namespace

std::vector<Batch>
batches_of(Rows const& rows, Heads const& heads, Signer const& signer, Instant now)
{
    std::vector<Batch> batches;
    for (auto begin = rows.begin(); begin != rows.end();) {
        auto const& organization = begin->organization_id;
        auto const end = std::find_if(begin, rows.end(), [&](WaitingRow const& row) {
            return row.organization_id != organization;
        });
        batches.push_back(batch_of(begin, end, head_of(heads, organization), signer, now));
        begin = end;
    }
    return batches;
}

} // namespace gatehouse::sealing
