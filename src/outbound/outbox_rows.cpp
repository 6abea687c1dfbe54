// The sender's units of work on the outbox.
#include "outbound/outbox_rows.h"

namespace gatehouse::outbound {

Async<std::optional<domain::ClaimedMessage>>
claim_one(domain::Storage& storage, Instant now, Instant locked_until)
{
    auto work = co_await storage.begin();
    auto claimed = co_await work->outbox().claim(now, locked_until, 1);
    co_await work->commit();
    if (claimed.empty())
        co_return std::nullopt;
    co_return std::optional(std::move(claimed.front()));
}

Async<bool> note_ending(domain::Storage& storage, domain::ClaimedMessage row, Ending ending)
{
    auto work = co_await storage.begin();
    auto& outbox = work->outbox();
    bool mine = false;
    switch (ending.kind) {
    case Ending::Kind::sent:
        mine = co_await outbox.mark_sent(std::move(row), ending.at);
        break;
    case Ending::Kind::retry:
        mine = co_await outbox.mark_for_retry(std::move(row), std::move(ending.error), ending.at);
        break;
    case Ending::Kind::failed:
        mine = co_await outbox.mark_failed(std::move(row), std::move(ending.error));
        break;
    }
    co_await work->commit();
    co_return mine;
}

Async<domain::Backlog> count_backlog(domain::Storage& storage, Instant now)
{
    auto work = co_await storage.read();
    co_return co_await work->outbox().backlog(now);
}

Async<std::int64_t> make_waiting_due(domain::Storage& storage, Instant now)
{
    auto work = co_await storage.begin();
    auto const count = co_await work->outbox().hasten(now);
    co_await work->commit();
    co_return count;
}

} // namespace gatehouse::outbound
