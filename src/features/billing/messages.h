// What is said about the subscription.
#pragma once

#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::billing {

struct ChangeRequest {
    std::string plan; // free, pro
};
BOOST_DESCRIBE_STRUCT(ChangeRequest, (), (plan))

struct SubscriptionView {
    std::string plan; // a label: it opens and closes nothing
    std::string status;
    std::int64_t seats = 0; // people of the organization
    std::optional<Instant> renews_at;
};
BOOST_DESCRIBE_STRUCT(SubscriptionView, (), (plan, status, seats, renews_at))

} // namespace gatehouse::billing
