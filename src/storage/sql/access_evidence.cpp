// People of a moment, and the rows of the ledger around it.
#include "storage/sql/access_evidence.h"

#include "storage/sql/granted.h"
#include "storage/sql/join.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::AccessEvidence;
using domain::AccessReviews;
using domain::NearChange;
using domain::OrganizationId;
using domain::Standing;

// $2: the first moment behind the one that is asked about, whose microseconds belong to it.
constexpr Text people_head
    = "SELECT * FROM (SELECT u.id, u.email, CAST(u.role AS text), u.status, u.custom_role_id, "
      "(SELECT ";
constexpr Text people_tail
    = "(g.cell || g.permission_id, ' ') FROM user_permissions g WHERE g.organization_id = "
      "u.organization_id AND g.user_id = u.id AND g.created_at < $2), u.created_at FROM users u "
      "WHERE u.organization_id = $1 AND u.created_at < $2 AND (u.deleted_at IS NULL "
      "OR u.deleted_at >= $2) AND u.id > $3 ORDER BY u.id LIMIT $4) present UNION ALL ";
// Whoever has no row any more, by the rows that tell how they came and went: since they joined, or,
// where no row says when that was, ever before they were first named; until they left, were deleted
// by SQL, or were last named.
constexpr Text gone_head
    = "SELECT g.user_id, COALESCE((SELECT n.email FROM audit_ledger n WHERE "
      "n.user_id = g.user_id AND n.email IS NOT NULL ORDER BY n.id DESC LIMIT 1), ''), '', "
      "'active', NULL, NULL, g.since FROM (SELECT m.user_id, COALESCE(min(CASE WHEN m.event_type "
      "IN ('USER_CREATED', 'REGISTER', 'INVITATION_ACCEPTED') THEN m.created_at END), (SELECT "
      "min(f.created_at) FROM audit_ledger f WHERE f.user_id = m.user_id)) AS since, "
      "min(CASE WHEN m.event_type IN ('USER_CREATED', 'REGISTER', 'INVITATION_ACCEPTED') "
      "THEN m.created_at END) AS joined, "
      "COALESCE(min(CASE WHEN m.event_type = 'USER_DELETED' "
      "OR m.details LIKE '%\"step\":\"access ended\"%' THEN m.created_at END), (SELECT "
      "e.requested_at FROM audit_erasures e WHERE e.organization_id = $1 AND e.user_id = m.user_id "
      "AND e.cause = 'deleted'), min(";
constexpr Text gone_tail
    = "), (SELECT max(t.created_at) FROM audit_ledger t WHERE t.user_id = m.user_id)) AS gone FROM "
      "audit_ledger m WHERE m.organization_id = $1 "
      "AND m.event_type IN ('USER_CREATED', 'REGISTER', 'INVITATION_ACCEPTED', 'USER_DELETED', "
      "'ACCOUNT_DELETED') AND m.user_id IS NOT NULL AND m.outcome = 'success' AND m.user_id > $3 "
      "AND NOT EXISTS (SELECT 1 FROM users k WHERE k.organization_id = $1 AND k.id = m.user_id) "
      "GROUP BY m.user_id) g WHERE (g.joined IS NULL OR g.joined < $2) AND g.gone >= $2 "
      "ORDER BY 1 LIMIT $4";
constexpr auto select_people = either(
    {.postgres = joined<
         people_head,
         postgres_gathers,
         people_tail,
         gone_head,
         "CAST(CAST(m.details AS json) ->> 'goneSince' AS timestamptz)",
         gone_tail>,
     .sqlite = joined<
         people_head,
         sqlite_gathers,
         people_tail,
         gone_head,
         "m.details ->> 'goneSince'",
         gone_tail>}
);

// Changes of one person, or of one role, happen one after the other: their ids rise with them.
constexpr Text nearest_head
    = "SELECT about, kind, id, details, earlier, event_type FROM (SELECT r.*, row_number() OVER "
      "(PARTITION BY about, kind, earlier ORDER BY CASE WHEN earlier THEN -id ELSE id END) AS "
      "place "
      "FROM (";
constexpr Text nearest_tail = ") r) placed WHERE place = 1 ORDER BY about, kind, id";
// Every event that changes how somebody stands; of some events those rows alone that do.
constexpr Text of_people
    = "SELECT user_id AS about, CASE WHEN event_type IN ('ROLE_CHANGED', "
      "'ORGANIZATION_TRANSFERRED') THEN 'role' WHEN event_type = 'PERMISSION_CHANGED' THEN "
      "'custom_role' WHEN event_type IN ('USER_CREATED', 'REGISTER', 'INVITATION_ACCEPTED') THEN "
      "'joined' WHEN event_type IN ('USER_DELETED', 'ACCOUNT_DELETED') THEN 'left' ELSE 'status' "
      "END AS kind, id, details, created_at < $2 AS earlier, event_type FROM audit_ledger";
constexpr Text by_person = " INDEXED BY audit_ledger_user_idx"; // not the whole organization's
constexpr Text of_people_listed
    = " WHERE organization_id = $1 AND event_type IN ('ROLE_CHANGED', 'USER_SUSPENDED', "
      "'USER_REACTIVATED', 'PERMISSION_CHANGED', 'ORGANIZATION_TRANSFERRED', 'FORCE_LOGOUT', "
      "'USER_CREATED', 'REGISTER', 'INVITATION_ACCEPTED', 'USER_DELETED', 'ACCOUNT_DELETED') "
      "AND outcome = 'success' AND (event_type <> 'FORCE_LOGOUT' "
      "OR details LIKE '%\"suspended\":true%') AND (event_type <> 'ACCOUNT_DELETED' "
      "OR details LIKE '%\"step\":\"access ended\"%') AND user_id ";
// Who gave an organization away is who did it.
constexpr Text of_givers
    = " UNION ALL SELECT actor_id AS about, 'role' AS kind, id, details, created_at < $2 AS "
      "earlier, event_type FROM audit_ledger WHERE organization_id = $1 "
      "AND event_type = 'ORGANIZATION_TRANSFERRED' AND outcome = 'success' AND actor_id ";
constexpr Text postgres_listed = "= ANY (CAST($3 AS text[]))";
constexpr Text sqlite_listed = "IN (SELECT value FROM json_each($3))";
constexpr auto select_of_people = either(
    {.postgres = joined<
         nearest_head,
         of_people,
         of_people_listed,
         postgres_listed,
         of_givers,
         postgres_listed,
         nearest_tail>,
     .sqlite = joined<
         nearest_head,
         of_people,
         by_person,
         of_people_listed,
         sqlite_listed,
         of_givers,
         sqlite_listed,
         nearest_tail>}
);
// Those that say what a role permits.
constexpr Statement select_of_roles(joined<
                                    nearest_head,
                                    "SELECT resource_id AS about, 'definition' AS kind, id, "
                                    "details, created_at < $2 AS earlier, event_type "
                                    "FROM audit_ledger WHERE organization_id = $1 "
                                    "AND event_type = 'PERMISSION_CHANGED' "
                                    "AND outcome = 'success' AND resource = 'role' "
                                    "AND (details LIKE '%\"newValue\"%' "
                                    "OR details LIKE '%\"oldValue\"%')",
                                    nearest_tail>);

Standing read_standing(Row const& row)
{
    Standing read;
    read.user_id = row.text(0);
    read.email = row.text(1);
    read.role = row.text(2);
    read.status = row.text(3);
    read.custom_role = row.optional_text(4);
    read.alone = read_granted(row.optional_text(5).value_or(""));
    read.since = row.instant(6);
    return read;
}

NearChange read_change(Row const& row)
{
    return {row.text(0), row.text(1), row.integer(2), row.text(3), row.boolean(4), row.text(5)};
}

class SqlAccessEvidence final : public AccessEvidence {
public:
    explicit SqlAccessEvidence(Connection& connection)
        : connection_(connection)
    {
    }

    AccessReviews& reviews() override
    {
        if (!reviews_)
            reviews_ = make_access_reviews(connection_);
        return *reviews_;
    }

    Async<std::vector<Standing>>
    people(OrganizationId organization, Instant at, std::string after, std::int64_t limit) override
    {
        auto bound = values(organization, at + 1ms, after, limit);
        return all(select_people, std::move(organization), std::move(bound), read_standing);
    }

    Async<std::vector<NearChange>> changes_of_people(
        OrganizationId organization, Instant at, std::vector<std::string> people
    ) override
    {
        auto bound = values(organization, at + 1ms, TextList(std::move(people)));
        return all(select_of_people, std::move(organization), std::move(bound), read_change);
    }

    Async<std::vector<NearChange>>
    changes_of_roles(OrganizationId organization, Instant at) override
    {
        auto bound = values(organization, at + 1ms);
        return all(select_of_roles, std::move(organization), std::move(bound), read_change);
    }

private:
    template <class Found>
    Async<std::vector<Found>>
    all(Statement const& statement,
        OrganizationId organization,
        Values bound,
        Found (*read)(Row const&))
    {
        auto const rows = co_await connection_.query(
            statement, Scope::organization(std::move(organization)), std::move(bound)
        );
        std::vector<Found> found;
        found.reserve(rows.size());
        for (auto const row : rows)
            found.push_back(read(row));
        co_return found;
    }

    Connection& connection_;
    std::unique_ptr<AccessReviews> reviews_; // made at its first use
};

} // namespace

std::unique_ptr<AccessEvidence> make_access_evidence(Connection& connection)
{
    return std::make_unique<SqlAccessEvidence>(connection);
}

} // namespace gatehouse::sql
