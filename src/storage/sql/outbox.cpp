// Messages that wait to be sent, claimed by one sender at a time.
#include "domain/outbox.h"

#include "storage/sql/join.h"
#include "storage/sql/stores.h"

#include <algorithm>
#include <utility>

namespace gatehouse::sql {
namespace {
using domain::Backlog;
using domain::ClaimedMessage;
using domain::OrganizationId;
using domain::OutboxId;
using domain::OutboxStore;
using domain::QueuedMessage;

constexpr Statement insert_message(
    "INSERT INTO outbox (id, organization_id, topic, dedupe_key, recipient, payload_sealed, "
    "ledger_id, next_attempt_at, created_at) VALUES ($1, $2, 'mail', $3, $4, $5, $6, $7, $7) "
    "ON CONFLICT (organization_id, dedupe_key) DO NOTHING RETURNING id"
);

// $1 is now. A claim that was not ended in time is due again: its sender has died.
constexpr Text is_due = "topic = 'mail' AND ((status = 'pending' AND next_attempt_at <= $1) "
                        "OR (status = 'sending' AND locked_until <= $1))";

constexpr Statement select_backlog(joined<
                                   "SELECT count(*), count(*) FILTER (WHERE ",
                                   is_due,
                                   "), min(created_at) FROM outbox WHERE topic = 'mail' AND status "
                                   "IN ('pending', 'sending')">);

constexpr Text claim_head = "WITH due AS (SELECT organization_id, id FROM outbox WHERE ";
constexpr Text claim_middle = " ORDER BY next_attempt_at, id LIMIT $3";
constexpr Text claim_tail
    = ") UPDATE outbox SET status = 'sending', locked_until = $2, attempts = attempts + 1 "
      "WHERE (organization_id, id) IN (SELECT organization_id, id FROM due) "
      "RETURNING id, organization_id, recipient, payload_sealed, attempts, created_at, "
      "next_attempt_at";
// PostgreSQL: several senders pass over each other's rows. SQLite: there is one writer.
constexpr auto claim_due = either(
    {.postgres = joined<claim_head, is_due, claim_middle, " FOR UPDATE SKIP LOCKED", claim_tail>,
     .sqlite = joined<claim_head, is_due, claim_middle, claim_tail>}
);

constexpr Text still_claimed
    = " WHERE organization_id = $1 AND id = $2 AND attempts = $3 AND status = 'sending'";
constexpr Statement
    set_sent(joined<
             "UPDATE outbox SET status = 'sent', sent_at = $4, payload_sealed = NULL, "
             "locked_until = NULL, last_error = NULL",
             still_claimed>);
constexpr Statement
    set_pending(joined<
                "UPDATE outbox SET status = 'pending', last_error = $4, next_attempt_at = $5, "
                "locked_until = NULL",
                still_claimed>);
constexpr Statement
    set_failed(joined<
               "UPDATE outbox SET status = 'failed', last_error = $4, payload_sealed = NULL, "
               "locked_until = NULL",
               still_claimed>);
constexpr Statement
    hasten_retries("UPDATE outbox SET next_attempt_at = $1 "
                   "WHERE topic = 'mail' AND status = 'pending' AND next_attempt_at > $1");

class SqlOutbox final : public OutboxStore {
public:
    explicit SqlOutbox(Connection& connection)
        : connection_(connection)
    {
    }

    Async<bool> enqueue(QueuedMessage message) override
    {
        auto const rows = co_await connection_.query(
            insert_message,
            Scope::organization(message.organization_id),
            values(
                message.id,
                message.organization_id,
                message.dedupe_key,
                message.recipient,
                Bytes(message.payload_sealed),
                message.ledger_id,
                message.created_at
            )
        );
        co_return !rows.empty();
    }

    Async<Backlog> backlog(Instant now) override
    {
        auto const rows
            = co_await connection_.query(select_backlog, Scope::directory(), values(now));
        auto const row = rows.front();
        co_return Backlog{
            .waiting = row.integer(0),
            .due = row.integer(1),
            .oldest = row.optional_instant(2),
        };
    }

    Async<std::vector<ClaimedMessage>> claim(Instant now, Instant locked_until, int limit) override
    {
        auto const rows = co_await connection_.query(
            claim_due, Scope::directory(), values(now, locked_until, limit)
        );
        std::vector<std::pair<Instant, ClaimedMessage>> claimed;
        for (auto const row : rows)
            claimed.emplace_back(row.instant(6), message_in(row));
        std::ranges::sort(claimed, [](auto const& one, auto const& other) {
            return std::pair(one.first, one.second.id) < std::pair(other.first, other.second.id);
        });
        std::vector<ClaimedMessage> messages;
        for (auto& [due, message] : claimed)
            messages.push_back(std::move(message));
        co_return messages;
    }

    Async<bool> mark_sent(ClaimedMessage message, Instant now) override
    {
        auto const rows = co_await connection_.query(
            set_sent,
            Scope::organization(message.organization_id),
            values(message.organization_id, message.id, message.attempt, now)
        );
        co_return rows.changed() == 1;
    }

    Async<bool>
    mark_for_retry(ClaimedMessage message, std::string error, Instant next_attempt) override
    {
        auto const rows = co_await connection_.query(
            set_pending,
            Scope::organization(message.organization_id),
            values(message.organization_id, message.id, message.attempt, error, next_attempt)
        );
        co_return rows.changed() == 1;
    }

    Async<bool> mark_failed(ClaimedMessage message, std::string error) override
    {
        auto const rows = co_await connection_.query(
            set_failed,
            Scope::organization(message.organization_id),
            values(message.organization_id, message.id, message.attempt, error)
        );
        co_return rows.changed() == 1;
    }

    Async<std::int64_t> hasten(Instant now) override
    {
        auto const rows
            = co_await connection_.query(hasten_retries, Scope::directory(), values(now));
        co_return rows.changed();
    }

private:
    static ClaimedMessage message_in(Row const& row)
    {
        return {
            .id = OutboxId(row.text(0)),
            .organization_id = OrganizationId(row.text(1)),
            .recipient = row.text(2),
            .payload_sealed = row.optional_bytes(3).value_or(std::string()),
            .attempt = static_cast<int>(row.integer(4)),
            .created_at = row.instant(5),
        };
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<OutboxStore> make_outbox(Connection& connection)
{
    return std::make_unique<SqlOutbox>(connection);
}

} // namespace gatehouse::sql
