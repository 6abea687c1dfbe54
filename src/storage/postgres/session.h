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
    void settle(sql::Deadline) override { } // commit() waits for the disk itself
    void rollback() noexcept override;

private:
    // One command on its way, in order.
    struct Step {
        enum class Kind { plain, prepare, call, commit };
        Kind kind;
        sql::Statement const* prepared = nullptr; // of `prepare`
    };
    enum class Progress { not_sent, sent, committed };

    void connect();
    void send(std::span<sql::Call const> calls);
    void send_begin();
    void send_scope(sql::Scope const& scope);
    void send_call(sql::Statement const& statement, Parameters const& parameters);
    void add(Step::Kind kind, sql::Statement const* prepared = nullptr);
    void receive(sql::Deadline deadline);
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
    Result last_; // of its last call
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
