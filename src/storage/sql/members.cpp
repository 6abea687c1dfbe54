// Changing the people of one organization, and finding one by address.
#include "domain/members.h"

#include "domain/changed.h"
#include "storage/sql/join.h"
#include "storage/sql/member_lists.h"
#include "storage/sql/notifications.h"
#include "storage/sql/person_data.h"
#include "storage/sql/stores.h"
#include "storage/sql/user_row.h"

namespace gatehouse::sql {
namespace {
using domain::CanonicalAddress;
using domain::MemberBatch;
using domain::MemberFilter;
using domain::MemberMark;
using domain::Members;
using domain::MemberSort;
using domain::MemberWalk;
using domain::MemberWindow;
using domain::OrganizationId;
using domain::ProfileChange;
using domain::Role;
using domain::to_text;
using domain::User;
using domain::UserId;
using domain::UserStatus;

constexpr Statement change_profile(
    "UPDATE users SET first_name = CASE WHEN $4 THEN $5 ELSE first_name END, "
    "last_name = CASE WHEN $6 THEN $7 ELSE last_name END, "
    "pending_email = CASE WHEN $8 THEN $9 ELSE pending_email END, "
    "email = COALESCE($10, email), "
    "mailbox_proven_at = CASE WHEN $11 THEN NULL ELSE mailbox_proven_at END, "
    // An address that was given by somebody else is vouched for, not registered: it must not keep
    // its real holder from registering (D-99).
    "self_registered = CASE WHEN $11 THEN false ELSE self_registered END, updated_at = $3 "
    "WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING id"
);
constexpr Text hold_member_tail
    = " FROM users u WHERE u.organization_id = $1 AND u.id = $2 AND u.deleted_at IS NULL";
constexpr auto hold_member = either(
    {.postgres = joined<"SELECT ", user_columns, hold_member_tail, " FOR NO KEY UPDATE OF u">,
     .sqlite = joined<"SELECT ", user_columns, hold_member_tail>} // one writer at a time
);
constexpr Statement set_role("UPDATE users SET role = $4, updated_at = $3 WHERE organization_id = "
                             "$1 AND id = $2 AND deleted_at IS NULL RETURNING id");
constexpr Statement
    set_status("UPDATE users SET status = $4, updated_at = $3 WHERE organization_id = $1 "
               "AND id = $2 AND deleted_at IS NULL RETURNING id");
constexpr Statement
    set_deleted("UPDATE users SET deleted_at = $3, updated_at = $3, pending_email = NULL, "
                "profile_picture = NULL, reset_token = NULL, reset_token_expires = NULL "
                "WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING id");
constexpr Statement take_pending(
    "UPDATE users SET email = pending_email, pending_email = NULL, email_verified = true, "
    "mailbox_proven_at = $3, updated_at = $3 WHERE organization_id = $1 AND id = $2 "
    "AND pending_email = $4 AND deleted_at IS NULL RETURNING id"
);
constexpr Text by_address_head = " FROM users u WHERE u.organization_id = $1 AND ";
constexpr auto select_by_address = either(
    {.postgres = joined<
         "SELECT ",
         user_columns,
         by_address_head,
         "u.email_canonical = $2 AND u.deleted_at IS NULL">,
     .sqlite = joined<
         "SELECT ",
         user_columns,
         by_address_head,
         "lower(u.email) = $2 AND u.deleted_at IS NULL">}
);
constexpr Text among_head
    = " FROM users u WHERE u.organization_id = $1 AND u.deleted_at IS NULL AND u.id ";
constexpr Text among_tail = " ORDER BY u.id";
constexpr auto select_among = either(
    {.postgres
     = joined<"SELECT ", user_columns, among_head, "= ANY (CAST($2 AS text[]))", among_tail>,
     .sqlite = joined<
         "SELECT ",
         user_columns,
         among_head,
         "IN (SELECT value FROM json_each($2))",
         among_tail>}
);
constexpr Statement count_other_owners(
    "SELECT count(*) FROM users WHERE organization_id = $1 AND id <> $2 AND role = 'owner' "
    "AND status = 'active' AND deleted_at IS NULL"
);

std::vector<User> read_people(Rows const& rows)
{
    std::vector<User> people;
    people.reserve(rows.size());
    for (auto const row : rows)
        people.push_back(read_user(row));
    return people;
}

class SqlMembers final : public Members {
public:
    explicit SqlMembers(Connection& connection)
        : connection_(connection)
    {
    }

    domain::Notifications& notifications() override
    {
        if (!notifications_)
            notifications_ = make_notifications(connection_);
        return *notifications_;
    }
    domain::Erasures& erasures() override
    {
        if (!erasures_)
            erasures_ = make_erasures(connection_);
        return *erasures_;
    }
    domain::Retention& retention() override
    {
        if (!retention_)
            retention_ = make_retention(connection_);
        return *retention_;
    }

    Async<bool>
    change(OrganizationId organization, UserId user, ProfileChange change, Instant now) override
    {
        auto bound = values(
            organization,
            user,
            now,
            change.first_name.has_value(),
            change.first_name.value_or(std::nullopt),
            change.last_name.has_value(),
            change.last_name.value_or(std::nullopt),
            change.pending_email.has_value(),
            change.pending_email.value_or(std::nullopt),
            change.email,
            change.forgets_proof
        );
        return write(change_profile, organization, user, std::move(bound));
    }

    Async<std::optional<User>> hold(OrganizationId organization, UserId user) override
    {
        auto const rows = co_await connection_.query(
            hold_member, Scope::organization(organization), values(organization, user)
        );
        if (rows.empty())
            co_return std::nullopt;
        co_return read_user(rows.front());
    }

    Async<bool>
    change_role(OrganizationId organization, UserId user, Role role, Instant now) override
    {
        return write(set_role, organization, user, values(organization, user, now, to_text(role)));
    }

    Async<bool>
    change_status(OrganizationId organization, UserId user, UserStatus status, Instant now) override
    {
        return write(
            set_status, organization, user, values(organization, user, now, to_text(status))
        );
    }

    Async<bool> remove(OrganizationId organization, UserId user, Instant now) override
    {
        return write(set_deleted, organization, user, values(organization, user, now));
    }

    Async<bool> confirm_address(
        OrganizationId organization, UserId user, std::string email, Instant now
    ) override
    {
        return write(take_pending, organization, user, values(organization, user, now, email));
    }

    Async<std::optional<User>>
    find_by_address(OrganizationId organization, CanonicalAddress address) override
    {
        auto const rows = co_await connection_.query(
            select_by_address, Scope::organization(organization), values(organization, address)
        );
        if (rows.empty())
            co_return std::nullopt;
        co_return read_user(rows.front());
    }

    Async<std::int64_t> active_owners_beside(OrganizationId organization, UserId user) override
    {
        auto const rows = co_await connection_.query(
            count_other_owners, Scope::organization(organization), values(organization, user)
        );
        co_return rows.front().integer(0);
    }

    Async<std::int64_t> count(OrganizationId organization, MemberFilter filter) override
    {
        auto const rows = co_await connection_.query(
            member_count(),
            Scope::organization(organization),
            Values(filter_values(organization, filter))
        );
        co_return rows.front().integer(0);
    }

    Async<std::vector<User>>
    list(OrganizationId organization, MemberFilter filter, MemberWindow window) override
    {
        auto bound = filter_values(organization, filter);
        bound.emplace_back(window.limit);
        bound.emplace_back(window.offset);
        auto const rows = co_await connection_.query(
            member_list(window), Scope::organization(organization), Values(std::move(bound))
        );
        co_return read_people(rows);
    }

    Async<std::vector<User>> among(OrganizationId organization, std::vector<UserId> ids) override
    {
        std::vector<std::string> texts;
        texts.reserve(ids.size());
        for (auto const& id : ids)
            texts.push_back(id.text());
        auto const rows = co_await connection_.query(
            select_among,
            Scope::organization(organization),
            values(organization, TextList(std::move(texts)))
        );
        co_return read_people(rows);
    }

    Async<MemberBatch>
    walk(OrganizationId organization, MemberFilter filter, MemberWalk walk) override
    {
        auto bound = filter_values(organization, filter);
        bound.emplace_back(walk.limit);
        if (walk.after) {
            bound.emplace_back(walk.after->created_at);
            bound.emplace_back(walk.after->id);
            if (walk.sort != MemberSort::created_at)
                bound.emplace_back(walk.after->key);
        }
        auto const rows = co_await connection_.query(
            member_walk(walk), Scope::organization(organization), Values(std::move(bound))
        );
        MemberBatch batch;
        for (auto const row : rows) {
            batch.people.push_back(read_user(row));
            batch.next = MemberMark{
                .key = row.text(user_width),
                .created_at = row.text(user_width + 1),
                .id = row.text(0)
            };
        }
        if (static_cast<std::int64_t>(rows.size()) < walk.limit)
            batch.next.reset();
        co_return batch;
    }

private:
    Async<bool>
    write(Statement const& statement, OrganizationId organization, UserId user, Values bound)
    {
        connection_.note(domain::changed(user));
        auto const rows = co_await connection_.query(
            statement, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Connection& connection_;
    // Made at their first use:
    std::unique_ptr<domain::Notifications> notifications_;
    std::unique_ptr<domain::Erasures> erasures_;
    std::unique_ptr<domain::Retention> retention_;
};

} // namespace

std::unique_ptr<domain::Members> make_members(Connection& connection)
{
    return std::make_unique<SqlMembers>(connection);
}

} // namespace gatehouse::sql
