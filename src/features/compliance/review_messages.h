// What is said about past access, and in a campaign that reviews it.
#pragma once

#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::compliance {

struct MatrixRequest {
    std::optional<std::string> at; // a moment, or a date with its whole day; now where it is absent
    std::optional<std::string> permission; // `clients.delete`: those alone who could
    std::optional<std::string> format; // json, csv
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(MatrixRequest, (), (at, permission, format, limit, cursor))

struct ReviewItemsRequest {
    std::optional<std::string> format;
    std::optional<std::int64_t> limit;
    std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(ReviewItemsRequest, (), (format, limit, cursor))

struct ReviewListRequest {
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(ReviewListRequest, (), (page, limit))

struct ReviewRequest {
    std::string name; // 1 to 120 characters
};
BOOST_DESCRIBE_STRUCT(ReviewRequest, (), (name))

struct DecisionRequest {
    std::string user_id;
    std::string decision; // keep, revoke
    std::string reason; // 1 to 500 characters
};
BOOST_DESCRIBE_STRUCT(DecisionRequest, (), (user_id, decision, reason))

struct ReviewView {
    std::string id;
    std::string name;
    std::string created_by;
    Instant created_at; // its population is that of this moment
    std::int64_t people = 0;
    std::int64_t kept = 0;
    std::int64_t revoked = 0;
    std::int64_t undecided = 0;
    std::optional<std::string> signed_off_by;
    std::optional<Instant> signed_off_at;
};
BOOST_DESCRIBE_STRUCT(
    ReviewView,
    (),
    (id,
     name,
     created_by,
     created_at,
     people,
     kept,
     revoked,
     undecided,
     signed_off_by,
     signed_off_at)
)
using ReviewViews = std::vector<ReviewView>;

} // namespace gatehouse::compliance
