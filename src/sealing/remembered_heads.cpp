// Comparing ends.
#include "sealing/remembered_heads.h"

#include "core/text.h"
#include "domain/prunings.h"

#include <cstdint>
#include <iterator>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::ChainHead;
using domain::OrganizationId;
using domain::UnitOfWork;

constexpr int ends_at_once = 500;
// Nodes' clocks, and how long a commit may take; what was signed so long ago is looked at again.
constexpr Duration clocks_differ_by = 5s;

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

Async<void> RememberedHeads::follow(UnitOfWork& work, Instant now)
{
    auto moment = followed_.value_or(now) - clocks_differ_by;
    std::string organization;
    std::int64_t seq = 0;
    for (bool more = true; more;) {
        auto ends
            = co_await work.seals().ends_signed_behind(moment, organization, seq, ends_at_once);
        more = std::ssize(ends) == ends_at_once;
        for (auto& end : ends) {
            moment = end.at;
            organization = end.organization_id.text();
            seq = end.head.seq;
            co_await take_over(work, std::move(end));
        }
    }
    followed_ = now;
}

Async<void> RememberedHeads::take_over(UnitOfWork& work, domain::SignedEnd end)
{
    auto const found = heads_.find(end.organization_id.text());
    bool const is_known = found != heads_.end() && end.head.seq <= found->second.seq;
    if (is_known)
        co_return;
    // What is not as it was here is told by whoever would seal on it, and not believed before.
    auto const wrong = co_await find_wrong(work, end.organization_id, end.head);
    if (!wrong)
        heads_.insert_or_assign(end.organization_id.text(), end.head);
}

void RememberedHeads::remember(std::vector<domain::Batch> const& batches)
{
    for (auto const& batch : batches)
        heads_[batch.checkpoint.organization_id.text()]
            = {.seq = batch.checkpoint.chain_seq, .hash = batch.checkpoint.head_hash};
}

} // namespace gatehouse::sealing
