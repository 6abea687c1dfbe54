// Erasing people: who is due, and what is taken of them.
#include "domain/erasures.h"

#include "domain/changed.h"
#include "storage/sql/erasure_statements.h"
#include "storage/sql/errors.h"
#include "storage/sql/first_row.h"
#include "storage/sql/join.h"
#include "storage/sql/person_data.h"

namespace gatehouse::sql {
namespace {
using domain::Erasure;
using domain::ErasureCause;
using domain::Erasures;
using domain::OrganizationId;
using domain::UserId;

constexpr Text erasure_columns
    = "SELECT e.organization_id, e.user_id, e.cause, e.address, e.requested_at, e.due_at, "
      "e.ended_at, e.started_at FROM audit_erasures e WHERE ";
constexpr Statement insert_erasure(
    "INSERT INTO audit_erasures (organization_id, user_id, cause, address, requested_at, due_at) "
    "VALUES ($1, $2, 'requested', $3, $4, $5) ON CONFLICT DO NOTHING RETURNING user_id"
);
constexpr Statement
    find_erasure(joined<erasure_columns, "e.organization_id = $1 AND e.user_id = $2">);
constexpr Statement delete_early("DELETE FROM audit_erasures WHERE organization_id = $1 "
                                 "AND user_id = $2 AND cause = 'requested' AND ended_at IS NULL "
                                 "AND started_at IS NULL RETURNING user_id");
constexpr Text take_up_head
    = "INSERT INTO audit_erasures (organization_id, user_id, cause, address, requested_at, due_at) "
      "SELECT u.organization_id, u.id, 'deleted', ";
constexpr Text take_up_tail
    = ", u.deleted_at, $2 FROM users u WHERE u.deleted_at < $1 AND NOT EXISTS (SELECT 1 FROM "
      "audit_erasures "
      "a WHERE a.organization_id = u.organization_id AND a.user_id = u.id) AND NOT EXISTS "
      "(SELECT 1 FROM legal_holds h WHERE h.organization_id = u.organization_id "
      "AND h.user_id IN ('', u.id)) ORDER BY u.deleted_at LIMIT $3";
constexpr auto take_up = either(
    {.postgres = joined<take_up_head, "lower(u.email COLLATE \"C\")", take_up_tail>,
     .sqlite = joined<take_up_head, "lower(u.email)", take_up_tail>}
);
constexpr Statement select_due(joined<
                               erasure_columns,
                               "e.due_at <= $1 AND NOT EXISTS (SELECT 1 FROM legal_holds h "
                               "WHERE h.organization_id = e.organization_id "
                               "AND h.user_id IN ('', e.user_id)) ORDER BY e.due_at LIMIT $2">);
constexpr Statement set_ended("UPDATE audit_erasures SET ended_at = $3 WHERE organization_id = $1 "
                              "AND user_id = $2 AND ended_at IS NULL RETURNING user_id");
constexpr Statement
    set_due("UPDATE audit_erasures SET due_at = $3 WHERE organization_id = $1 AND user_id = $2");
constexpr Statement drop_alive(
    "DELETE FROM audit_erasures WHERE organization_id = $1 AND user_id = $2 AND cause = 'deleted' "
    "AND EXISTS (SELECT 1 FROM users u WHERE u.organization_id = $1 AND u.id = $2 "
    "AND u.deleted_at IS NULL) RETURNING user_id"
);
// The address with which it was asked for, and the one they have by now.
constexpr Text mail_head = "SELECT id FROM outbox WHERE organization_id = $1 AND status IN "
                           "('pending', 'sending') AND lower(recipient";
constexpr auto find_mail = either(
    {.postgres = joined<
         mail_head,
         " COLLATE \"C\") IN ($3, (SELECT u.email_canonical FROM users u "
         "WHERE u.organization_id = $1 AND u.id = $2)) LIMIT 1">,
     .sqlite = joined<
         mail_head,
         ") IN ($3, (SELECT lower(u.email) FROM users u "
         "WHERE u.organization_id = $1 AND u.id = $2)) LIMIT 1">}
);

// $1 the person, $2 the address with which it was asked for, $3 how many rows; rows that are about
// nobody only while nobody else has the address that they name.
constexpr Text erase_head
    = "UPDATE audit_ledger SET ip_address = NULL, user_agent = NULL, email = NULL, personal = "
      "NULL, pii_salt = NULL WHERE id IN (SELECT f.id FROM (SELECT a.id, a.organization_id, "
      "a.user_id, a.actor_id FROM audit_ledger a WHERE a.user_id = $1 AND a.pii_salt IS NOT NULL "
      "UNION ALL SELECT a.id, a.organization_id, a.user_id, a.actor_id FROM audit_ledger a WHERE "
      "a.actor_id = $1 AND a.actor_id IS NOT a.user_id AND a.pii_salt IS NOT NULL UNION ALL ";
constexpr Text erase_strangers
    = "SELECT a.id, a.organization_id, a.user_id, a.actor_id FROM audit_erasures e CROSS "
      "JOIN json_each(e.addresses) j CROSS JOIN audit_ledger a INDEXED BY audit_ledger_named_idx "
      "WHERE e.user_id = $1 AND e.address IS $2 "
      "AND e.started_at IS NOT NULL AND a.organization_id IN ('system', e.organization_id) "
      "AND lower(a.email) = j.value AND a.user_id IS NULL AND a.email IS NOT NULL "
      "AND a.actor_id IS NOT $1 AND NOT EXISTS (SELECT 1 FROM users u WHERE lower(u.email) = "
      "j.value AND u.id <> $1 AND u.deleted_at IS NULL AND a.organization_id IN ('system', "
      "u.organization_id))) f WHERE NOT EXISTS (SELECT 1 FROM legal_holds h "
      "WHERE h.organization_id = f.organization_id AND h.user_id IN (f.user_id, f.actor_id)) "
      "LIMIT $3) RETURNING organization_id, id";
constexpr auto erase_rows = either(
    {.postgres = "SELECT chain, row_id FROM auth.erase_ledger($1, $2, $3)",
     .sqlite = joined<erase_head, erase_strangers>}
);

constexpr Statement
    delete_user("DELETE FROM users WHERE organization_id = $1 AND id = $2 RETURNING id");
// A row that is left is one that somebody else's hold keeps: about them, by them, or one by that
// other that names an address of theirs.
constexpr Text done_head
    = "DELETE FROM audit_erasures WHERE organization_id = $1 AND user_id = $2 AND started_at IS "
      "NOT "
      "NULL AND NOT EXISTS (SELECT 1 FROM audit_ledger a WHERE a.user_id = $2 AND a.pii_salt IS "
      "NOT "
      "NULL) AND NOT EXISTS (SELECT 1 FROM audit_ledger b WHERE b.actor_id = $2 AND b.pii_salt IS "
      "NOT NULL AND b.actor_id IS DISTINCT FROM b.user_id) AND NOT EXISTS (SELECT 1 FROM "
      "legal_holds h JOIN audit_ledger c ON c.organization_id = h.organization_id "
      "AND c.actor_id = h.user_id WHERE h.organization_id = $1 AND c.user_id IS NULL "
      "AND c.actor_id IS DISTINCT FROM c.user_id AND c.pii_salt IS NOT NULL AND c.email IS NOT "
      "NULL "
      "AND lower(c.email";
constexpr Text done_tail = " AND u.id <> $2 AND u.deleted_at IS NULL)) RETURNING user_id";
constexpr auto delete_done = either(
    {.postgres = joined<
         done_head,
         " COLLATE \"C\") = ANY (audit_erasures.addresses) AND NOT EXISTS (SELECT 1 FROM users u "
         "WHERE u.organization_id = $1 AND u.email_canonical = lower(c.email COLLATE \"C\")",
         done_tail>,
     .sqlite = joined<
         done_head,
         ") IN (SELECT value FROM json_each(audit_erasures.addresses)) AND NOT EXISTS (SELECT 1 "
         "FROM users u WHERE u.organization_id = $1 AND lower(u.email) = lower(c.email)",
         done_tail>}
);

ErasureCause cause_in(std::string const& text)
{
    if (text == "requested")
        return ErasureCause::requested;
    if (text == "deleted")
        return ErasureCause::deleted;
    throw StorageError(StorageError::Kind::broken, "audit_erasures.cause holds no cause");
}

Erasure read_erasure(Row const& row)
{
    return {
        .organization_id = OrganizationId(row.text(0)),
        .user_id = UserId(row.text(1)),
        .cause = cause_in(row.text(2)),
        .address = row.optional_text(3),
        .requested_at = row.instant(4),
        .due_at = row.instant(5),
        .ended_at = row.optional_instant(6),
        .started_at = row.optional_instant(7)
    };
}

class SqlErasures final : public Erasures {
public:
    explicit SqlErasures(Connection& connection)
        : connection_(connection)
    {
    }

    Async<bool> ask(Erasure erasure) override
    {
        auto bound = values(
            erasure.organization_id,
            erasure.user_id,
            erasure.address,
            erasure.requested_at,
            erasure.due_at
        );
        return any(insert_erasure, erasure.organization_id, std::move(bound));
    }

    Async<std::optional<Erasure>> find(OrganizationId organization, UserId user) override
    {
        auto const rows = co_await connection_.query(
            find_erasure, Scope::organization(organization), values(organization, user)
        );
        co_return first_of(rows, read_erasure);
    }

    Async<bool> cancel(OrganizationId organization, UserId user) override
    {
        return any(delete_early, organization, values(organization, user));
    }

    Async<std::int64_t> take_up_deleted(Instant before, Instant now, std::int64_t most) override
    {
        auto const rows
            = co_await connection_.query(take_up, Scope::directory(), values(before, now, most));
        co_return rows.changed();
    }

    Async<std::vector<Erasure>> due(Instant now, std::int64_t most) override
    {
        auto const rows
            = co_await connection_.query(select_due, Scope::directory(), values(now, most));
        std::vector<Erasure> due;
        for (auto const row : rows)
            due.push_back(read_erasure(row));
        co_return due;
    }

    Async<bool> end_access(OrganizationId organization, UserId user, Instant now) override
    {
        return any(set_ended, organization, values(organization, user, now));
    }

    Async<bool> start(OrganizationId organization, UserId user, Instant now) override
    {
        return any(set_started, organization, values(organization, user, now));
    }

    Async<void> postpone(OrganizationId organization, UserId user, Instant until) override
    {
        connection_.later(
            set_due, Scope::organization(organization), values(organization, user, until)
        );
        co_return;
    }

    Async<bool> drop_where_alive(OrganizationId organization, UserId user) override
    {
        return any(drop_alive, organization, values(organization, user));
    }

    Async<bool> mail_waits(OrganizationId organization, UserId user, std::string address) override
    {
        return any(find_mail, organization, values(organization, user, address));
    }

    Async<std::vector<domain::ErasedRow>> erase_ledger(Erasure erasure, std::int64_t most) override
    {
        auto const rows = co_await connection_.query(
            erase_rows, Scope::directory(), values(erasure.user_id, erasure.address, most)
        );
        std::vector<domain::ErasedRow> erased;
        for (auto const row : rows)
            erased.push_back({OrganizationId(row.text(0)), row.integer(1)});
        co_return erased;
    }

    Async<void> remove_person(Erasure erasure) override
    {
        connection_.note(domain::changed(erasure.user_id));
        auto const scope = Scope::organization(erasure.organization_id);
        auto const who = [&] {
            return values(erasure.organization_id, erasure.user_id);
        };
        connection_.later(delete_mails, scope, who());
        connection_.later(delete_invitations, scope, who());
        connection_.later(delete_attempts, Scope::directory(), who());
        connection_.later(delete_resets, Scope::directory(), who());
        connection_.later(forget_reasons, scope, who());
        connection_.later(reopen_reports, scope, who());
        connection_.later(delete_files, scope, who());
        co_await connection_.query(delete_user, scope, who());
    }

    Async<bool> finish(Erasure erasure) override
    {
        auto const rows = co_await connection_.query(
            delete_done, Scope::directory(), values(erasure.organization_id, erasure.user_id)
        );
        co_return !rows.empty();
    }

private:
    Async<bool> any(Statement const& statement, OrganizationId organization, Values bound)
    {
        auto const rows = co_await connection_.query(
            statement, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Erasures> make_erasures(Connection& connection)
{
    return std::make_unique<SqlErasures>(connection);
}

} // namespace gatehouse::sql
