// What is said about reports.
#pragma once

#include "core/time.h"
#include "http/describe.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::reports {

struct CreateRequest {
    std::string type; // user-access, sessions, login-history
    std::string format; // csv, json
    std::optional<std::string> name; // absent: type and day
    http::Given organization_id; // one's own, if it is named at all
};
BOOST_DESCRIBE_STRUCT(CreateRequest, (), (type, format, name, organization_id))

struct ChangeRequest {
    std::optional<std::string> name;
    http::Given organization_id; // refused
};
BOOST_DESCRIBE_STRUCT(ChangeRequest, (), (name, organization_id))

struct ReportView {
    std::string id;
    std::string organization_id;
    std::optional<std::string> type;
    std::optional<std::string> format;
    std::string name;
    std::string status; // generating, ready, failed
    std::optional<std::string> problem; // why it failed
    std::optional<std::string> created_by;
    Instant created_at;
    Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(
    ReportView,
    (),
    (id, organization_id, type, format, name, status, problem, created_by, created_at, updated_at)
)

using ReportList = std::vector<ReportView>;

struct ReportPage {
    ReportList data;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pages = 0;
    std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ReportPage, (), (data, total, page, pages, limit))

} // namespace gatehouse::reports
