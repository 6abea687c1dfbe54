// What is said about notifications.
#pragma once

#include "core/json.h"
#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::notifications {

struct ListRequest { // of the query
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(ListRequest, (), (page, limit))

struct NotificationView {
    std::string id;
    std::string
        kind; // role_changed, new_device, password_changed, assignment, export, impersonation
    json::Value data; // what it is about: ids, and the reason of an impersonation
    Instant created_at;
};
BOOST_DESCRIBE_STRUCT(NotificationView, (), (id, kind, data, created_at))

using NotificationList = std::vector<NotificationView>;

struct NotificationPage {
    NotificationList data;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pages = 0;
    std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(NotificationPage, (), (data, total, page, pages, limit))

struct ClearAnswer {
    std::int64_t cleared = 0; // how many there were
};
BOOST_DESCRIBE_STRUCT(ClearAnswer, (), (cleared))

} // namespace gatehouse::notifications
