// What people are told in the product about themselves, until they clear it (spec/api §11).
#pragma once

#include "core/async.h"
#include "core/json.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

enum class NotificationKind {
    role_changed,
    new_device,
    password_changed,
    assignment,
    export_ready,
    impersonation
};
std::string_view to_text(NotificationKind kind); // role_changed, …, export, impersonation

struct Notification {
    std::string id;
    std::string kind; // as stored: SQL may have said another one
    json::Object data;
    Instant created_at;
};

class Notifications {
public:
    virtual ~Notifications() = default;
    // In the unit of work of its cause. Nobody is told who is not there any more.
    virtual Async<void>
    add(OrganizationId organization,
        UserId user,
        NotificationKind kind,
        json::Object data,
        Instant now)
        = 0;
    // What was not cleared, the newest first.
    virtual Async<std::vector<Notification>>
    list(OrganizationId organization, UserId user, std::int64_t limit, std::int64_t offset) = 0;
    virtual Async<std::int64_t> count(OrganizationId organization, UserId user) = 0;
    virtual Async<std::int64_t> clear(OrganizationId organization, UserId user, Instant now) = 0;
};

} // namespace gatehouse::domain
