// The look-ups that may cross organizations.
#include "domain/directory.h"

#include "storage/sql/directory_lists.h"
#include "storage/sql/errors.h"
#include "storage/sql/first_row.h"
#include "storage/sql/granted.h"
#include "storage/sql/invitation_row.h"
#include "storage/sql/join.h"
#include "storage/sql/organization_row.h"
#include "storage/sql/refresh_token_row.h"
#include "storage/sql/resource_row.h"
#include "storage/sql/session_row.h"
#include "storage/sql/stores.h"
#include "storage/sql/user_row.h"

namespace gatehouse::sql {
namespace {
using domain::Assignment;
using domain::AssignmentId;
using domain::Candidate;
using domain::CanonicalAddress;
using domain::Directory;
using domain::Invitation;
using domain::InvitationId;
using domain::OneTimeToken;
using domain::OneTimeTokenId;
using domain::Organization;
using domain::OrganizationId;
using domain::RefreshToken;
using domain::Resource;
using domain::ResourceId;
using domain::SessionFacts;
using domain::SessionId;
using domain::to_text;
using domain::TokenDigest;
using domain::TokenPurpose;
using domain::User;
using domain::UserId;

constexpr Text candidates_head = "SELECT o.name, ";
constexpr Text candidates_middle
    = " FROM users u JOIN organizations o ON o.id = u.organization_id WHERE ";
constexpr Text candidates_tail
    = " = $1 AND u.deleted_at IS NULL ORDER BY u.created_at, u.id LIMIT $2";
constexpr auto select_candidates = either(
    {.postgres = joined<
         candidates_head,
         user_columns,
         candidates_middle,
         "u.email_canonical",
         candidates_tail>,
     .sqlite
     = joined<candidates_head, user_columns, candidates_middle, "lower(u.email)", candidates_tail>}
);

constexpr Text taken_head = "SELECT count(*) FROM users WHERE ";
constexpr Text taken_tail
    = " = $1 AND deleted_at IS NULL "
      "AND (mailbox_proven_at IS NOT NULL OR (self_registered = true AND created_at > $2))";
constexpr auto count_taken = either(
    {.postgres = joined<taken_head, postgres_user_canonical, taken_tail>,
     .sqlite = joined<taken_head, sqlite_canonical, taken_tail>}
);

constexpr Text in_use_head = "SELECT id FROM users WHERE ";
constexpr Text in_use_tail = " = $1 AND deleted_at IS NULL AND id <> $2 LIMIT 1";
constexpr auto select_in_use = either(
    {.postgres = joined<in_use_head, postgres_user_canonical, in_use_tail>,
     .sqlite = joined<in_use_head, sqlite_canonical, in_use_tail>}
);

constexpr Text purge_head = "DELETE FROM users WHERE ";
constexpr Text purge_tail
    = " = $1 AND deleted_at IS NULL AND self_registered = true AND email_verified = false "
      "AND mailbox_proven_at IS NULL AND created_at <= $2";
// Their organizations first, as `Organizations::hold` says: each loses its owner with them.
constexpr Text purge_holding
    = "WITH held AS (SELECT id FROM organizations WHERE id IN (SELECT organization_id FROM users "
      "WHERE ";
constexpr Text purge_held = ") FOR NO KEY UPDATE) ";
constexpr Text purge_in = " AND organization_id IN (SELECT id FROM held)";
constexpr auto purge_stale = either(
    {.postgres = joined<
         purge_holding,
         postgres_user_canonical,
         purge_tail,
         purge_held,
         purge_head,
         postgres_user_canonical,
         purge_tail,
         purge_in>,
     .sqlite = joined<purge_head, sqlite_canonical, purge_tail>}
);

constexpr Statement select_organization(joined<
                                        "SELECT ",
                                        organization_columns,
                                        " FROM organizations WHERE id = $1">);
constexpr Statement select_resource(joined<
                                    "SELECT ",
                                    resource_columns,
                                    " FROM resources WHERE id = $1">);
constexpr Statement select_assignment(joined<
                                      "SELECT ",
                                      assignment_columns,
                                      " FROM assignments WHERE id = $1">);
constexpr Statement select_live_user(joined<
                                     "SELECT ",
                                     user_columns,
                                     " FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL">);
constexpr Statement select_invitation_id("SELECT 1 FROM invitations WHERE id = $1");
constexpr Text session_tail = " FROM sessions s JOIN users u ON u.organization_id = "
                              "s.organization_id AND u.id = s.user_id WHERE s.id = $1";
constexpr auto select_session = either(
    {.postgres = joined<
         "SELECT ",
         session_columns,
         ", ",
         user_columns,
         ", ",
         granted_head,
         postgres_gathers,
         granted_tail,
         session_tail>,
     .sqlite = joined<
         "SELECT ",
         session_columns,
         ", ",
         user_columns,
         ", ",
         granted_head,
         sqlite_gathers,
         granted_tail,
         session_tail>}
);
constexpr Statement select_refresh_token(joined<
                                         "SELECT ",
                                         refresh_token_columns,
                                         " FROM refresh_tokens WHERE token_hash = $1">);
constexpr Statement select_invitation(joined<
                                      "SELECT ",
                                      invitation_columns,
                                      " FROM invitations WHERE token_hash = $1">);
constexpr Statement select_one_time_token(
    "SELECT id, organization_id, user_id, purpose, token_hash, payload, created_at, expires_at, "
    "used_at, requested_ip, attempts FROM one_time_tokens WHERE token_hash = $1"
);
constexpr Statement select_reset_mirror(joined<
                                        "SELECT u.reset_token_expires, ",
                                        user_columns,
                                        " FROM users u WHERE u.reset_token = $1 AND u.deleted_at "
                                        "IS NULL ORDER BY u.id LIMIT 1">);

TokenPurpose purpose_named(std::string const& text)
{
    for (auto const purpose :
         {TokenPurpose::verify_email,
          TokenPurpose::change_email,
          TokenPurpose::reset_password,
          TokenPurpose::second_factor,
          TokenPurpose::magic_link})
        if (to_text(purpose) == text)
            return purpose;
    throw StorageError(StorageError::Kind::broken, "one_time_tokens.purpose holds no purpose");
}

class SqlDirectory final : public Directory {
public:
    explicit SqlDirectory(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::vector<Candidate>> live_users(CanonicalAddress address, int limit) override
    {
        auto const rows = co_await connection_.query(
            select_candidates, Scope::directory(), values(address, limit)
        );
        std::vector<Candidate> found;
        for (auto const row : rows)
            found.push_back({.user = read_user(row, 1), .organization_name = row.text(0)});
        co_return found;
    }

    Async<bool> address_is_taken(CanonicalAddress address, Instant recent) override
    {
        auto const rows
            = co_await connection_.query(count_taken, Scope::directory(), values(address, recent));
        co_return rows.front().integer(0) > 0;
    }

    Async<bool> address_is_in_use(CanonicalAddress address, UserId but) override
    {
        auto const rows
            = co_await connection_.query(select_in_use, Scope::directory(), values(address, but));
        co_return !rows.empty();
    }

    Async<std::int64_t> purge_unproven(CanonicalAddress address, Instant before) override
    {
        auto const rows
            = co_await connection_.query(purge_stale, Scope::directory(), values(address, before));
        co_return rows.changed();
    }

    Async<bool> invitation_exists(InvitationId invitation) override
    {
        auto const rows = co_await connection_.query(
            select_invitation_id, Scope::directory(), values(invitation)
        );
        co_return !rows.empty();
    }

    Async<std::optional<Organization>> organization(OrganizationId organization) override
    {
        auto const rows = co_await connection_.query(
            select_organization, Scope::directory(), values(organization)
        );
        co_return first_of(rows, read_organization);
    }

    Async<std::optional<User>> live_user(UserId user) override
    {
        auto const rows
            = co_await connection_.query(select_live_user, Scope::directory(), values(user));
        co_return first_of(rows, [](Row const& row) { return read_user(row); });
    }

    Async<std::optional<Resource>> resource(ResourceId resource) override
    {
        auto const rows
            = co_await connection_.query(select_resource, Scope::directory(), values(resource));
        co_return first_of(rows, read_resource);
    }

    Async<std::optional<Assignment>> assignment(AssignmentId assignment) override
    {
        auto const rows
            = co_await connection_.query(select_assignment, Scope::directory(), values(assignment));
        co_return first_of(rows, read_assignment);
    }

    Async<std::vector<Organization>>
    organizations_behind(OrganizationId after, std::int64_t limit) override
    {
        return list_organizations(connection_, std::move(after), limit);
    }

    Async<std::vector<User>>
    people_behind(std::optional<OrganizationId> in, UserId after, std::int64_t limit) override
    {
        return list_people(connection_, std::move(in), std::move(after), limit);
    }

    Async<std::optional<SessionFacts>> session(SessionId session) override
    {
        auto const rows
            = co_await connection_.query(select_session, Scope::directory(), values(session));
        if (rows.empty())
            co_return std::nullopt;
        auto const row = rows.front();
        auto const granted = row.optional_text(session_width + user_width);
        co_return SessionFacts{
            .session = read_session(row),
            .user = read_user(row, session_width),
            .granted = read_granted(granted.value_or(""))
        };
    }

    Async<std::optional<RefreshToken>> refresh_token(TokenDigest digest) override
    {
        auto const rows
            = co_await connection_.query(select_refresh_token, Scope::directory(), values(digest));
        co_return first_of(rows, read_refresh_token);
    }

    Async<std::optional<Invitation>> invitation(TokenDigest digest) override
    {
        auto const rows
            = co_await connection_.query(select_invitation, Scope::directory(), values(digest));
        co_return first_of(rows, read_invitation);
    }

    Async<std::optional<OneTimeToken>> one_time_token(TokenDigest digest) override
    {
        auto const rows
            = co_await connection_.query(select_one_time_token, Scope::directory(), values(digest));
        if (rows.empty())
            co_return std::nullopt;
        auto const row = rows.front();
        OneTimeToken token;
        token.id = OneTimeTokenId(row.text(0));
        token.organization_id = OrganizationId(row.text(1));
        token.user_id = UserId(row.text(2));
        token.purpose = purpose_named(row.text(3));
        token.digest = TokenDigest(row.text(4));
        token.payload = row.optional_text(5);
        token.created_at = row.instant(6);
        token.expires_at = row.instant(7);
        token.used_at = row.optional_instant(8);
        token.requested_ip = row.optional_text(9);
        token.attempts = row.integer(10);
        co_return token;
    }

    Async<std::optional<ResetMirror>> reset_mirror(std::string stored_text) override
    {
        auto const rows = co_await connection_.query(
            select_reset_mirror, Scope::directory(), values(stored_text)
        );
        co_return first_of(rows, [](Row const& row) {
            return ResetMirror{.user = read_user(row, 1), .expires = row.optional_instant(0)};
        });
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Directory> make_directory(Connection& connection)
{
    return std::make_unique<SqlDirectory>(connection);
}

} // namespace gatehouse::sql
