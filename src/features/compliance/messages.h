// What is said about evidence.
#pragma once

#include "core/json.h"
#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::compliance {

struct BundleRequest {
    std::optional<std::string> from; // a date or a moment; 30 days back where it is absent
    std::optional<std::string> to; // a whole day where it is a date
    std::optional<std::string> format; // of the files inside: json, csv
};
BOOST_DESCRIBE_STRUCT(BundleRequest, (), (from, to, format))

struct FileRequest {
    std::optional<std::string> from;
    std::optional<std::string> to;
    std::optional<std::string> format;
    std::optional<std::int64_t> limit; // 1 to 50000
    std::optional<std::string> cursor; // where the answer before ended
};
BOOST_DESCRIBE_STRUCT(FileRequest, (), (from, to, format, limit, cursor))

struct PeriodRequest {
    std::optional<std::string> from;
    std::optional<std::string> to;
};
BOOST_DESCRIBE_STRUCT(PeriodRequest, (), (from, to))

struct PeriodView {
    Instant from;
    Instant to; // the last moment that belongs to it
};
BOOST_DESCRIBE_STRUCT(PeriodView, (), (from, to))

struct FileHead { // what one file says of itself
    std::string file;
    std::string organization_id;
    std::string export_id; // names the rows of this export in the ledger
    Instant generated_at;
    PeriodView period;
    json::Value query; // which events, in which order
    std::vector<std::string> columns;
    std::int64_t count = 0; // of rows
    std::string sha256; // of the member `rows` as it was sent
    bool truncated = false; // there is more
    std::optional<std::string> cursor; // where it goes on
};
BOOST_DESCRIBE_STRUCT(
    FileHead,
    (),
    (file,
     organization_id,
     export_id,
     generated_at,
     period,
     query,
     columns,
     count,
     sha256,
     truncated,
     cursor)
)

struct FileView : FileHead {
    std::vector<json::Value> rows; // objects with the columns as members
};
BOOST_DESCRIBE_STRUCT(FileView, (FileHead), (rows))

struct FileCount {
    std::string file;
    std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(FileCount, (), (file, rows))

struct Outcomes {
    std::int64_t success = 0;
    std::int64_t failure = 0;
    std::int64_t denied = 0;
    std::int64_t skipped = 0;
};
BOOST_DESCRIBE_STRUCT(Outcomes, (), (success, failure, denied, skipped))

struct CriterionView {
    std::string criterion; // CC6
    std::string title;
    std::int64_t events = 0; // of the whole group; one that is in two groups counts in both
    Outcomes outcomes;
    std::vector<FileCount> files;
};
BOOST_DESCRIBE_STRUCT(CriterionView, (), (criterion, title, events, outcomes, files))

struct SummaryView {
    std::string organization_id;
    Instant generated_at;
    PeriodView period;
    std::int64_t ledger_rows = 0;
    std::vector<CriterionView> criteria;
};
BOOST_DESCRIBE_STRUCT(
    SummaryView, (), (organization_id, generated_at, period, ledger_rows, criteria)
)

struct ControlView {
    std::string control;
    std::vector<std::string> criteria;
    std::string description;
    std::string state; // operating, degraded, broken, unchecked
    std::optional<Instant> last_checked_at;
};
BOOST_DESCRIBE_STRUCT(ControlView, (), (control, criteria, description, state, last_checked_at))

struct ControlsView {
    Instant generated_at;
    std::vector<ControlView> controls;
};
BOOST_DESCRIBE_STRUCT(ControlsView, (), (generated_at, controls))

} // namespace gatehouse::compliance
