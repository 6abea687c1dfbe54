// What is asked of the captured mail, and how it is told (api §11).
#pragma once

#include "domain/captured_mails.h"

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::mail_capture {

struct SearchRequest {
    std::string query;
    std::optional<std::int64_t> start;
    std::optional<std::int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(SearchRequest, (), (query, start, limit))

struct ListRequest {
    std::optional<std::int64_t> start;
    std::optional<std::int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(ListRequest, (), (start, limit))

struct OutboxRequest {
    std::optional<std::int64_t> drain; // 1: answer once nothing waits
};
BOOST_DESCRIBE_STRUCT(OutboxRequest, (), (drain))

struct OutboxState {
    std::int64_t pending = 0;
};
BOOST_DESCRIBE_STRUCT(OutboxState, (), (pending))

// JSON with Mailpit's member names, which follow no single rule.
std::string page_text(domain::CapturedMailPage const& page, std::int64_t start);
std::string mail_text(domain::CapturedMail const& mail);

} // namespace gatehouse::mail_capture
