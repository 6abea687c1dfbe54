// The look-ups that may cross organizations.
#include "domain/directory.h"

#include "domain/changed.h"
#include "storage/sql/directory_lists.h"
#include "storage/sql/directory_statements.h"
#include "storage/sql/errors.h"
#include "storage/sql/first_row.h"
#include "storage/sql/granted.h"
#include "storage/sql/invitation_row.h"
#include "storage/sql/join.h"
#include "storage/sql/organization_row.h"
#include "storage/sql/questions.h"
#include "storage/sql/refresh_token_row.h"
#include "storage/sql/resource_row.h"
#include "storage/sql/session_row.h"
#include "storage/sql/stores.h"
#include "storage/sql/subjects.h"
#include "storage/sql/user_row.h"

namespace gatehouse::sql {
namespace {
using domain::Assignment;
using domain::AssignmentId;
using domain::Candidate;
using domain::CanonicalAddress;
using domain::CustomRoleId;
using domain::Directory;
using domain::Invitation;
using domain::InvitationId;
using domain::OneTimeToken;
using domain::OneTimeTokenId;
using domain::Organization;
using domain::OrganizationId;
using domain::Refreshing;
using domain::RefreshToken;
using domain::Resource;
using domain::ResourceId;
using domain::SessionFacts;
using domain::SessionId;
using domain::Subject;
using domain::to_text;
using domain::TokenDigest;
using domain::TokenPurpose;
using domain::User;
using domain::UserId;

TokenPurpose purpose_named(std::string const& text)
{
    for (auto const purpose :
         {TokenPurpose::verify_email,
          TokenPurpose::change_email,
          TokenPurpose::reset_password,
          TokenPurpose::second_factor,
          TokenPurpose::magic_link,
          TokenPurpose::deny_sign_in})
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
        for (auto const row : rows)
            connection_.note(domain::changed(UserId(row.text(0))));
        co_return static_cast<std::int64_t>(rows.size());
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

    Async<std::optional<OrganizationId>> home_of(CustomRoleId role) override
    {
        return find_home_of(connection_, std::move(role));
    }

    Async<std::optional<Subject>> subject(UserId user) override
    {
        return find_subject_anywhere(connection_, std::move(user));
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
        auto facts = co_await session_alone(std::move(session));
        if (facts)
            co_await add_impersonator(*facts);
        co_return facts;
    }

    Async<std::optional<RefreshToken>> refresh_token(TokenDigest digest) override
    {
        auto const rows
            = co_await connection_.query(select_refresh_token, Scope::directory(), values(digest));
        co_return first_of(rows, [](Row const& row) { return read_refresh_token(row); });
    }

    Async<std::optional<Refreshing>> refreshing(TokenDigest digest) override
    {
        auto const rows
            = co_await connection_.query(select_refreshing, Scope::directory(), values(digest));
        if (rows.empty())
            co_return std::nullopt;
        auto const row = rows.front();
        Refreshing found{read_refresh_token(row, facts_width), read_facts(row)};
        co_await add_impersonator(found.owner);
        co_return found;
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
    Async<std::optional<SessionFacts>> session_alone(SessionId session)
    {
        auto const rows
            = co_await connection_.query(select_session, Scope::directory(), values(session));
        co_return first_of(rows, read_facts);
    }

    static SessionFacts read_facts(Row const& row)
    {
        constexpr auto behind = session_width + user_width;
        auto const granted = row.optional_text(behind);
        return SessionFacts{
            .session = read_session(row),
            .user = read_user(row, session_width),
            .granted = read_granted(granted.value_or("")),
            .rules
            = read_security_rules(row.optional_text(behind + 1), row.optional_text(behind + 2))
        };
    }

    Async<void> add_impersonator(SessionFacts& facts)
    {
        if (!facts.session.impersonation)
            co_return;
        auto impersonator = co_await session_alone(facts.session.impersonation->from);
        if (impersonator)
            facts.impersonator = std::make_shared<SessionFacts const>(std::move(*impersonator));
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Directory> make_directory(Connection& connection)
{
    return std::make_unique<SqlDirectory>(connection);
}

} // namespace gatehouse::sql
