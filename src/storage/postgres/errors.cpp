// Naming what went wrong on PostgreSQL (manual, appendix A).
#include "storage/postgres/errors.h"

#include <string>
#include <string_view>

namespace gatehouse::postgres {
namespace {

using sql::StorageError;
using Kind = StorageError::Kind;
using Violation = StorageError::Violation;

std::string field(PGresult const* result, int which)
{
    auto const* const text = PQresultErrorField(result, which);
    return text ? text : "";
}

Kind kind_of(std::string_view state)
{
    if (state == "57014" || state == "55P03" || state == "25P03" || state == "40P01"
        || state == "40001")
        return Kind::timeout; // cancelled, lock not available, idle too long, deadlock,
                              // serialization
    if (state.starts_with("08") || state.starts_with("57P") || state.starts_with("53")
        || state == "25006")
        return Kind::unavailable; // connection, shutdown, resources, read-only
    return Kind::broken;
}

Violation violation_of(std::string_view state)
{
    if (state == "23505" || state == "23P01")
        return Violation::unique;
    if (state == "23503")
        return Violation::foreign_key;
    if (state == "23514")
        return Violation::check;
    if (state == "23502")
        return Violation::not_null;
    return Violation::none;
}

} // namespace

StorageError error_of(PGresult const* result)
{
    auto const state = field(result, PG_DIAG_SQLSTATE);
    auto const words = field(result, PG_DIAG_MESSAGE_PRIMARY) + " (SQLSTATE " + state + ")";
    auto const violation = violation_of(state);
    if (violation == Violation::none)
        return StorageError(kind_of(state), words);
    auto constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    if (violation == Violation::not_null)
        constraint = field(result, PG_DIAG_TABLE_NAME) + "." + field(result, PG_DIAG_COLUMN_NAME);
    return StorageError(violation, std::move(constraint), words);
}

bool ends_session(PGresult const* result)
{
    auto const severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity == "FATAL" || severity == "PANIC" || field(result, PG_DIAG_SQLSTATE).empty();
}

bool outdates_prepared(PGresult const* result)
{
    auto const state = field(result, PG_DIAG_SQLSTATE);
    return state == "26000" || state == "0A000" || state == "42P05";
}

} // namespace gatehouse::postgres
