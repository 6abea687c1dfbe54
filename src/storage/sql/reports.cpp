// Reports: claiming and settling them, their files, and the rows they are made of.
#include "domain/reports.h"

#include "storage/sql/first_row.h"
#include "storage/sql/granted.h"
#include "storage/sql/resource_row.h"
#include "storage/sql/session_row.h"
#include "storage/sql/stores.h"
#include "storage/sql/user_row.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::PersonWithGrants;
using domain::ReportCounts;
using domain::ReportFile;
using domain::ReportPiece;
using domain::Reports;
using domain::Resource;
using domain::ResourceId;
using domain::SessionId;
using domain::SessionOfPerson;
using domain::SignIn;
using domain::UserId;

// A null takes an attribute away.
constexpr Text change_head = "UPDATE resources SET data = ";
constexpr Text postgres_patch = "jsonb_strip_nulls(data || CAST($3 AS jsonb))";
constexpr Text sqlite_patch = "json_patch(data, $3)";
constexpr Text one_report = " WHERE organization_id = $1 AND id = $2 AND type = 'report' ";
constexpr Text to_be_claimed
    = "AND COALESCE(data->>'status', '') <> 'failed' AND COALESCE(data->>'claimedAt', '') < $4 "
      "AND (data->>'status' = 'generating' OR NOT EXISTS (SELECT 1 FROM report_files f "
      "WHERE f.organization_id = $1 AND f.report_id = $2)) RETURNING ";
constexpr auto claim_report = either(
    {.postgres = joined<change_head, postgres_patch, one_report, to_be_claimed, resource_columns>,
     .sqlite = joined<change_head, sqlite_patch, one_report, to_be_claimed, resource_columns>}
);
constexpr Text moved = ", updated_at = $4";
constexpr Text being_written
    = "AND data->>'status' = 'generating' AND data->>'claimedAt' = $5 RETURNING id";
constexpr auto settle_report = either(
    {.postgres = joined<change_head, postgres_patch, moved, one_report, being_written>,
     .sqlite = joined<change_head, sqlite_patch, moved, one_report, being_written>}
);
constexpr Statement keep_file(
    "INSERT INTO report_files (organization_id, report_id, content_type, bytes, created_at) "
    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization_id, report_id) DO UPDATE SET "
    "content_type = excluded.content_type, bytes = excluded.bytes, created_at = excluded.created_at"
);
constexpr Text piece_head = "SELECT content_type, created_at, length(bytes), ";
constexpr Text piece_tail = " FROM report_files WHERE organization_id = $1 AND report_id = $2";
constexpr auto find_piece = either(
    {.postgres
     = joined<piece_head, "substr(bytes, CAST($3 AS integer), CAST($4 AS integer))", piece_tail>,
     .sqlite = joined<piece_head, "substr(bytes, $3, $4)", piece_tail>}
);
constexpr Statement count_reports(
    "SELECT count(*), count(*) FILTER (WHERE data->>'status' = 'generating') FROM resources "
    "WHERE organization_id = $1 AND type = 'report'"
);

constexpr Text people_tail = " FROM users u WHERE u.organization_id = $1 AND u.deleted_at IS NULL "
                             "AND u.id > $2 ORDER BY u.id LIMIT $3";
constexpr auto select_people = either(
    {.postgres = joined<
         "SELECT ",
         user_columns,
         ", ",
         granted_head,
         postgres_gathers,
         granted_tail,
         people_tail>,
     .sqlite = joined<
         "SELECT ",
         user_columns,
         ", ",
         granted_head,
         sqlite_gathers,
         granted_tail,
         people_tail>}
);
constexpr Statement
    select_sessions(joined<
                    "SELECT ",
                    session_columns,
                    ", u.email FROM sessions s JOIN users u ON u.organization_id = "
                    "s.organization_id "
                    "AND u.id = s.user_id WHERE s.organization_id = $1 AND s.id > $3 "
                    "AND s.logged_out_at IS NULL AND s.revoked_at IS NULL AND s.expires_at > $2 "
                    "AND s.absolute_expires_at > $2 AND s.session_version = u.session_version "
                    "AND u.status = 'active' AND u.deleted_at IS NULL ORDER BY s.id LIMIT $4">);
constexpr Statement select_sign_ins(
    "SELECT l.id, l.created_at, l.event_type, l.outcome, l.user_id, COALESCE(l.email, u.email), "
    "l.ip_address, l.user_agent FROM audit_ledger l LEFT JOIN users u "
    "ON u.organization_id = l.organization_id AND u.id = l.user_id "
    "WHERE l.organization_id = $1 AND l.id > $3 AND l.created_at >= $2 AND l.event_type IN "
    "('LOGIN_SUCCESS', 'LOGIN_FAILURE', 'LOGIN_BLOCKED_UNVERIFIED', 'LOGIN_BLOCKED_SUSPENDED', "
    "'TWO_FACTOR_REQUIRED', 'ACCOUNT_LOCKED') ORDER BY l.id LIMIT $4"
);

std::string text_of(json::Object changes)
{
    return json::to_text(json::Value(std::move(changes)));
}

ReportPiece read_piece(Row const& row)
{
    return {
        .content_type = row.text(0),
        .written_at = row.instant(1),
        .size = row.integer(2),
        .bytes = row.bytes(3),
    };
}

PersonWithGrants read_person(Row const& row)
{
    return {
        .user = read_user(row),
        .granted = read_granted(row.optional_text(user_width).value_or("")),
    };
}

SessionOfPerson read_live(Row const& row)
{
    return {.session = read_session(row), .email = row.text(session_width)};
}

SignIn read_sign_in(Row const& row)
{
    return {
        .id = row.integer(0),
        .at = row.instant(1),
        .event = row.text(2),
        .outcome = row.text(3),
        .user_id = row.optional_text(4),
        .email = row.optional_text(5),
        .ip_address = row.optional_text(6),
        .user_agent = row.optional_text(7),
    };
}

class SqlReports final : public Reports {
public:
    explicit SqlReports(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::optional<Resource>> claim(
        OrganizationId organization, ResourceId report, json::Object changes, Instant stale
    ) override
    {
        auto bound = values(organization, report, text_of(std::move(changes)), to_text(stale));
        auto const rows = co_await connection_.query(
            claim_report, Scope::organization(organization), std::move(bound)
        );
        co_return first_of(rows, read_resource);
    }

    Async<bool> settle(
        OrganizationId organization,
        ResourceId report,
        std::string claim,
        json::Object changes,
        Instant now
    ) override
    {
        auto bound = values(organization, report, text_of(std::move(changes)), now, claim);
        auto const rows = co_await connection_.query(
            settle_report, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<void>
    keep(OrganizationId organization, ResourceId report, ReportFile file, Instant now) override
    {
        Bytes const bytes(std::move(file.bytes));
        connection_.later(
            keep_file,
            Scope::organization(organization),
            values(organization, report, file.content_type, bytes, now)
        );
        co_return;
    }

    Async<std::optional<ReportPiece>> piece(
        OrganizationId organization, ResourceId report, std::int64_t from, std::int64_t length
    ) override
    {
        auto const rows = co_await connection_.query(
            find_piece,
            Scope::organization(organization),
            values(organization, report, from + 1, length) // SQL counts from 1
        );
        co_return first_of(rows, read_piece);
    }

    Async<ReportCounts> counts(OrganizationId organization) override
    {
        auto const rows = co_await connection_.query(
            count_reports, Scope::organization(organization), values(organization)
        );
        auto const row = rows.front();
        co_return ReportCounts{.kept = row.integer(0), .unfinished = row.integer(1)};
    }

    Async<std::vector<PersonWithGrants>>
    people(OrganizationId organization, UserId after, std::int64_t limit) override
    {
        auto bound = values(organization, after, limit);
        return all(select_people, organization, std::move(bound), read_person);
    }

    Async<std::vector<SessionOfPerson>> live_sessions(
        OrganizationId organization, Instant now, SessionId after, std::int64_t limit
    ) override
    {
        auto bound = values(organization, now, after, limit);
        return all(select_sessions, organization, std::move(bound), read_live);
    }

    Async<std::vector<SignIn>> sign_ins(
        OrganizationId organization, Instant since, std::int64_t after, std::int64_t limit
    ) override
    {
        auto bound = values(organization, since, after, limit);
        return all(select_sign_ins, organization, std::move(bound), read_sign_in);
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
            statement, Scope::organization(organization), std::move(bound)
        );
        std::vector<Found> found;
        found.reserve(rows.size());
        for (auto const row : rows)
            found.push_back(read(row));
        co_return found;
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Reports> make_reports(Connection& connection)
{
    return std::make_unique<SqlReports>(connection);
}

} // namespace gatehouse::sql
