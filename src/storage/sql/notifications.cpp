// Notifications: added, listed until they are cleared.
#include "storage/sql/notifications.h"

#include "storage/sql/errors.h"
#include "storage/sql/join.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::Notification;
using domain::NotificationKind;
using domain::Notifications;
using domain::OrganizationId;
using domain::UserId;

constexpr Text insert_head
    = "INSERT INTO notifications (organization_id, user_id, kind, data, created_at) "
      "SELECT u.organization_id, u.id, ";
constexpr Text insert_tail = " FROM users u WHERE u.organization_id = $1 AND u.id = $2 "
                             "AND u.deleted_at IS NULL";
constexpr auto insert_notification = either(
    {.postgres = joined<insert_head, "$3, CAST($4 AS jsonb), CAST($5 AS timestamptz)", insert_tail>,
     .sqlite = joined<insert_head, "$3, $4, $5", insert_tail>}
);
constexpr Text of_person
    = " FROM notifications WHERE organization_id = $1 AND user_id = $2 AND cleared_at IS NULL";
constexpr Statement list_notifications(joined<
                                       "SELECT id, kind, CAST(data AS text), created_at",
                                       of_person,
                                       " ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4">);
constexpr Statement count_notifications(joined<"SELECT count(*)", of_person>);
constexpr Statement
    clear_notifications("UPDATE notifications SET cleared_at = $3 WHERE organization_id = $1 "
                        "AND user_id = $2 AND cleared_at IS NULL");

Notification read_notification(Row const& row)
{
    auto data = json::parse(row.text(2));
    auto* const members = data ? data->object() : nullptr;
    if (!members)
        throw StorageError(StorageError::Kind::broken, "notifications.data holds no object");
    return {
        .id = row.text(0),
        .kind = row.text(1),
        .data = std::move(*members),
        .created_at = row.instant(3),
    };
}

class SqlNotifications final : public Notifications {
public:
    explicit SqlNotifications(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void>
    add(OrganizationId organization,
        UserId user,
        NotificationKind kind,
        json::Object data,
        Instant now) override
    {
        auto const text = json::to_text(json::Value(std::move(data)));
        connection_.later(
            insert_notification,
            Scope::organization(organization),
            values(organization, user, to_text(kind), text, now)
        );
        co_return;
    }

    Async<std::vector<Notification>>
    list(OrganizationId organization, UserId user, std::int64_t limit, std::int64_t offset) override
    {
        auto const rows = co_await connection_.query(
            list_notifications,
            Scope::organization(organization),
            values(organization, user, limit, offset)
        );
        std::vector<Notification> found;
        for (auto const row : rows)
            found.push_back(read_notification(row));
        co_return found;
    }

    Async<std::int64_t> count(OrganizationId organization, UserId user) override
    {
        auto const rows = co_await connection_.query(
            count_notifications, Scope::organization(organization), values(organization, user)
        );
        co_return rows.front().integer(0);
    }

    Async<std::int64_t> clear(OrganizationId organization, UserId user, Instant now) override
    {
        auto const rows = co_await connection_.query(
            clear_notifications, Scope::organization(organization), values(organization, user, now)
        );
        co_return rows.changed();
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Notifications> make_notifications(Connection& connection)
{
    return std::make_unique<SqlNotifications>(connection);
}

} // namespace gatehouse::sql
