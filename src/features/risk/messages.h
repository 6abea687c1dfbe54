// What is said about decisions on risk.
#pragma once

#include "core/time.h"
#include "domain/risk_view.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::risk {

struct DecisionsRequest { // of the query
    std::optional<std::string> from; // a date or a moment; 30 days back where it is absent
    std::optional<std::string> to; // a whole day where it is a date
    std::optional<std::string> user_id;
    std::optional<std::string> event;
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(DecisionsRequest, (), (from, to, user_id, event, page, limit))

using DecisionList = std::vector<domain::RiskView>;

struct DecisionPage {
    DecisionList data;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pages = 0;
    std::int64_t limit = 0;
    bool at_least = false; // there are more than `total`: nobody counts further
};
BOOST_DESCRIBE_STRUCT(DecisionPage, (), (data, total, page, pages, limit, at_least))

struct ReplayRequest {
    std::int64_t step_up = 0;
    std::int64_t block = 0;
    std::optional<std::string> from;
    std::optional<std::string> to;
};
BOOST_DESCRIBE_STRUCT(ReplayRequest, (), (step_up, block, from, to))

struct Tally {
    std::int64_t passed = 0;
    std::int64_t stepped_up = 0;
    std::int64_t blocked = 0;
};
BOOST_DESCRIBE_STRUCT(Tally, (), (passed, stepped_up, blocked))

struct OtherwiseDecided { // what the thresholds that were asked about would have changed
    std::int64_t id = 0;
    Instant created_at;
    std::optional<std::string> user_id;
    std::int64_t score = 0;
    std::string was; // pass, step_up, block
    std::string would_be;
};
BOOST_DESCRIBE_STRUCT(OtherwiseDecided, (), (id, created_at, user_id, score, was, would_be))

struct Replayed {
    std::int64_t decisions = 0;
    Tally was;
    Tally would_be;
    std::vector<OtherwiseDecided> changed; // the newest first, at most 1,000
    bool truncated = false; // there are more
    std::optional<Instant> continues_at; // the first decision that was not looked at: `from` there
};
BOOST_DESCRIBE_STRUCT(Replayed, (), (decisions, was, would_be, changed, truncated, continues_at))

} // namespace gatehouse::risk
