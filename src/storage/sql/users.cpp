// The people of one organization.
#include "domain/users.h"

#include "domain/changed.h"
#include "storage/sql/errors.h"
#include "storage/sql/join.h"
#include "storage/sql/stores.h"
#include "storage/sql/user_row.h"

namespace gatehouse::sql {
namespace {
using domain::CustomRoleId;
using domain::OrganizationId;
using domain::parse_role;
using domain::to_text;
using domain::User;
using domain::UserId;
using domain::Users;
using domain::UserStatus;

// DO NOTHING catches both unique rules: the address in this organization, and self-registered
// anywhere.
constexpr Statement insert_user(
    "INSERT INTO users (id, organization_id, email, email_verified, mailbox_proven_at, "
    "self_registered, name, first_name, last_name, role, status, password_hash, password_scheme, "
    "created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) "
    "ON CONFLICT DO NOTHING RETURNING id"
);
constexpr Statement
    find_user(joined<
              "SELECT ",
              user_columns,
              " FROM users u WHERE u.organization_id = $1 AND u.id = $2 AND u.deleted_at IS NULL">);
constexpr Statement prove("UPDATE users SET email_verified = true, "
                          "mailbox_proven_at = COALESCE(mailbox_proven_at, $3), updated_at = $3 "
                          "WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL "
                          "AND (email_verified = false OR mailbox_proven_at IS NULL) RETURNING id");
constexpr Statement
    set_last_login("UPDATE users SET last_login_at = $3 WHERE organization_id = $1 AND id = $2");
constexpr Statement set_password(
    "UPDATE users SET password_hash = $3, password_scheme = $4, password_changed_at = $5, "
    "updated_at = $5 WHERE organization_id = $1 AND id = $2"
);
constexpr Statement
    clear_password("UPDATE users SET password_hash = NULL, password_scheme = NULL, updated_at = $3 "
                   "WHERE organization_id = $1 AND id = $2");
constexpr Statement
    set_picture("UPDATE users SET profile_picture = $3, updated_at = $4 "
                "WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING id");
constexpr Statement change_proven_password(
    "UPDATE users SET password_hash = $4, password_scheme = $5, password_changed_at = $6, "
    "updated_at = $6, reset_token = NULL, reset_token_expires = NULL "
    "WHERE organization_id = $1 AND id = $2 AND password_hash = $3 AND deleted_at IS NULL "
    "RETURNING id"
);
constexpr Statement
    exchange_password("UPDATE users SET password_hash = $4, password_scheme = $5 "
                      "WHERE organization_id = $1 AND id = $2 AND password_hash = $3 RETURNING id");
constexpr Statement
    raise_version("UPDATE users SET session_version = session_version + 1, updated_at = $3 "
                  "WHERE organization_id = $1 AND id = $2");
constexpr Statement set_reset_mirror("UPDATE users SET reset_token = $3, reset_token_expires = $4 "
                                     "WHERE organization_id = $1 AND id = $2");

class SqlUsers final : public Users {
public:
    explicit SqlUsers(Connection& connection)
        : connection_(connection)
    {
    }

    Async<bool> insert(User user) override
    {
        std::optional<std::string> hash;
        std::optional<std::string> scheme;
        if (user.password) {
            hash = user.password->hash;
            scheme = user.password->scheme;
        }
        auto bound = values(
            user.id,
            user.organization_id,
            user.email,
            user.email_verified,
            user.mailbox_proven_at,
            user.self_registered,
            user.name,
            user.first_name,
            user.last_name,
            to_text(user.role),
            to_text(user.status),
            hash,
            scheme,
            user.created_at
        );
        auto const rows = co_await connection_.query(
            insert_user, Scope::organization(user.organization_id), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<std::optional<User>> find(OrganizationId organization, UserId user) override
    {
        auto const rows = co_await connection_.query(
            find_user, Scope::organization(organization), values(organization, user)
        );
        if (rows.empty())
            co_return std::nullopt;
        co_return read_user(rows.front());
    }

    Async<bool> prove_mailbox(OrganizationId organization, UserId user, Instant now) override
    {
        connection_.note(domain::changed(user));
        auto const rows = co_await connection_.query(
            prove, Scope::organization(organization), values(organization, user, now)
        );
        co_return !rows.empty();
    }

    Async<void> note_login(OrganizationId organization, UserId user, Instant now) override
    {
        connection_.later(
            set_last_login, Scope::organization(organization), values(organization, user, now)
        );
        co_return;
    }

    Async<void> replace_password(
        OrganizationId organization, UserId user, crypto::StoredPassword password, Instant now
    ) override
    {
        connection_.note(domain::changed(user));
        connection_.later(
            set_password,
            Scope::organization(organization),
            values(organization, user, password.hash, password.scheme, now)
        );
        co_return;
    }

    Async<void> forget_password(OrganizationId organization, UserId user, Instant now) override
    {
        connection_.note(domain::changed(user));
        connection_.later(
            clear_password, Scope::organization(organization), values(organization, user, now)
        );
        co_return;
    }

    Async<bool> show_picture(
        OrganizationId organization, UserId user, std::optional<std::string> url, Instant now
    ) override
    {
        connection_.note(domain::changed(user));
        auto const rows = co_await connection_.query(
            set_picture, Scope::organization(organization), values(organization, user, url, now)
        );
        co_return !rows.empty();
    }

    Async<bool> change_password(
        OrganizationId organization,
        UserId user,
        std::string old_hash,
        crypto::StoredPassword password,
        Instant now
    ) override
    {
        connection_.note(domain::changed(user));
        auto bound = values(organization, user, old_hash, password.hash, password.scheme, now);
        auto const rows = co_await connection_.query(
            change_proven_password, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<bool> upgrade_password(
        OrganizationId organization,
        UserId user,
        std::string old_hash,
        crypto::StoredPassword password
    ) override
    {
        connection_.note(domain::changed(user));
        auto bound = values(organization, user, old_hash, password.hash, password.scheme);
        auto const rows = co_await connection_.query(
            exchange_password, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<void>
    raise_session_version(OrganizationId organization, UserId user, Instant now) override
    {
        connection_.note(domain::changed(user));
        connection_.later(
            raise_version, Scope::organization(organization), values(organization, user, now)
        );
        co_return;
    }

    Async<void> mirror_reset(
        OrganizationId organization,
        UserId user,
        std::optional<std::string> token,
        std::optional<Instant> expires
    ) override
    {
        connection_.later(
            set_reset_mirror,
            Scope::organization(organization),
            values(organization, user, token, expires)
        );
        co_return;
    }

private:
    Connection& connection_;
};

} // namespace

User read_user(Row const& row, std::size_t from)
{
    User user;
    user.id = UserId(row.text(from));
    user.organization_id = OrganizationId(row.text(from + 1));
    user.email = row.text(from + 2);
    user.email_verified = row.boolean(from + 3);
    user.mailbox_proven_at = row.optional_instant(from + 4);
    user.self_registered = row.boolean(from + 5);
    user.pending_email = row.optional_text(from + 6);
    user.name = row.optional_text(from + 7);
    user.first_name = row.optional_text(from + 8);
    user.last_name = row.optional_text(from + 9);
    user.profile_picture = row.optional_text(from + 10);
    auto const role = parse_role(row.text(from + 11));
    if (!role)
        throw StorageError(StorageError::Kind::broken, "users.role holds no role");
    user.role = *role;
    // Anything but `active` counts as suspended: an unknown status must not let anybody in.
    user.status = row.text(from + 12) == "active" ? UserStatus::active : UserStatus::suspended;
    if (auto hash = row.optional_text(from + 13))
        user.password = crypto::StoredPassword{std::move(*hash), row.optional_text(from + 14)};
    user.session_version = static_cast<int>(row.integer(from + 15));
    user.two_factor_enabled = row.boolean(from + 16);
    user.last_login_at = row.optional_instant(from + 17);
    user.created_at = row.instant(from + 18);
    user.updated_at = row.instant(from + 19);
    user.deleted_at = row.optional_instant(from + 20);
    if (auto custom = row.optional_text(from + 21))
        user.custom_role_id = CustomRoleId(std::move(*custom));
    return user;
}

std::unique_ptr<domain::Users> make_users(Connection& connection)
{
    return std::make_unique<SqlUsers>(connection);
}

} // namespace gatehouse::sql
