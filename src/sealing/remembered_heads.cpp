// Comparing ends.
#include "sealing/remembered_heads.h"

#include "core/text.h"
#include "domain/prunings.h"

#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::ChainHead;
using domain::OrganizationId;
using domain::UnitOfWork;

std::string words_of(OrganizationId const& organization, ChainHead const& head, std::string found)
{
    return "the chain of " + organization.text() + " " + std::move(found)
        + ", and was sealed here up to row " + std::to_string(head.seq) + " ("
        + to_hex(domain::bytes_of(head.hash))
        + "): it was cut off or written anew, and is not sealed further";
}

// Whether the remembered row is still there as it was, other nodes having sealed behind it.
Async<bool> stands_on(UnitOfWork& work, OrganizationId organization, ChainHead head)
{
    auto const hash = co_await work.sealed_ledger().hash_at(organization, head.seq);
    if (hash)
        co_return *hash == domain::bytes_of(head.hash);
    auto const stub = co_await work.sealed_ledger().prunings().newest(organization);
    bool const is_pruned = stub && stub->chain_seq >= head.seq;
    co_return is_pruned;
}

} // namespace

Async<std::optional<std::string>> RememberedHeads::find_wrong(
    UnitOfWork& work, OrganizationId organization, std::optional<ChainHead> told
) const
{
    std::optional<std::string> wrong;
    auto const found = heads_.find(organization.text());
    if (found == heads_.end())
        co_return wrong;
    auto const head = found->second;
    auto const seq = told ? told->seq : 0;
    if (seq < head.seq) {
        wrong = words_of(organization, head, "ends at row " + std::to_string(seq));
        co_return wrong;
    }
    bool same = told && told->hash == head.hash;
    if (seq > head.seq)
        same = co_await stands_on(work, organization, head);
    if (!same)
        wrong = words_of(organization, head, "has another row there");
    co_return wrong;
}

void RememberedHeads::remember(std::vector<domain::Batch> const& batches)
{
    for (auto const& batch : batches)
        heads_[batch.checkpoint.organization_id.text()]
            = {.seq = batch.checkpoint.chain_seq, .hash = batch.checkpoint.head_hash};
}

} // namespace gatehouse::sealing
