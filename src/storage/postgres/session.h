// A PostgreSQL connection as the engine drives it: BEGIN, scope and statements in one round trip.
#pragma once

#include "storage/postgres/link.h"
#include "storage/postgres/reconnecting.h"
#include "storage/sql/driver.h"
#include "storage/sql/errors.h"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace gatehouse::postgres {

class Session final : public sql::Driver {
public:
    // Statements run as `role`, or as the user of the URL where it is empty.
    Session(
        std::string url,
        Limits const& limits,
        std::string role,
        std::shared_ptr<Reconnecting> reconnecting
    );

    sql::Dialect dialect() const noexcept override { return sql::Dialect::postgres; }
    void begin(sql::Access access, sql::Deadline deadline) override;
    sql::Rows execute(std::span<sql::Call const> calls, sql::Deadline deadline) override;
    sql::Committed commit(std::span<sql::Call const> calls, sql::Deadline deadline) override;
    std::size_t most_together() const noexcept override { return most_units; }
    sql::Together commit_together(
        std::span<std::span<sql::Call const> const> units, sql::Deadline deadline
    ) override;
    void settle(sql::Deadline) override { } // commit() waits for the disk itself
    void rollback() noexcept override;

private:
    static constexpr std::size_t most_units = 32; // at one sync point

    // One command on its way, in order.
    struct Step {
        enum class Kind { plain, prepare, call, commit };
        Kind kind;
        sql::Statement const* prepared = nullptr; // of `prepare`
        std::optional<std::size_t> unit; // of those that share a sync point: whose it is
    };
    enum class Progress { not_sent, sent, committed };

    using Bound = std::vector<Parameters>; // of the calls of one unit

    void connect();
    static sql::Rows rows_of(Result const& last);
    static Bound bind(std::span<sql::Call const> calls);
    void send(std::span<sql::Call const> calls, Bound const& bound);
    void send_begin();
    void send_commit();
    void read_together(sql::Together& together);
    void send_together(std::span<std::span<sql::Call const> const> units);
    void send_scope(sql::Scope const& scope);
    void send_call(sql::Statement const& statement, Parameters const& parameters);
    void add(Step::Kind kind, sql::Statement const* prepared = nullptr);
    void receive(sql::Deadline deadline, std::size_t units = 1);
    void take(Step const& step, Result result);
    void take_commit(PGresult const* result);
    void drop(Lost const& lost);
    [[noreturn]] void lose(Lost const& lost);

    std::string const url_;
    Limits const limits_;
    std::string const role_;
    std::optional<Link> link_;
    std::unordered_map<sql::Statement const*, std::string> prepared_; // → its name
    std::vector<Step> steps_; // sent and not received yet
    std::optional<sql::StorageError> failure_; // the first of the round trip at hand
    std::optional<std::size_t> failed_unit_; // whose statement that was, of those together
    std::vector<Result> last_; // the answer to the last call, of each unit in it
    std::optional<std::size_t> unit_; // whose statements are being sent, of those together
    sql::Access access_ = sql::Access::write;
    sql::Deadline unit_ends_ = {}; // when the unit of work must have ended
    bool is_hurried_ = false; // before the time that every statement has
    bool begun_ = false; // the server has, or is being sent, an open transaction
    bool stale_ = false; // close it after this unit
    Progress commit_ = Progress::not_sent;
    sql::Scope scope_ = sql::Scope::global(); // what the server was told in this transaction
    std::shared_ptr<Reconnecting> const reconnecting_; // of all connections to this server
    std::size_t names_ = 0;
};

} // namespace gatehouse::postgres
