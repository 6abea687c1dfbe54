// A driver that fails when the plan says so.
#include "support/faults.h"

#include "storage/sql/errors.h"

#include <thread>
#include <utility>

namespace gatehouse::testing {
namespace {

using sql::StorageError;

class FaultyDriver final : public sql::Driver {
public:
    FaultyDriver(std::unique_ptr<sql::Driver> inner, std::shared_ptr<Faults> faults)
        : inner_(std::move(inner))
        , faults_(std::move(faults))
    {
    }

    sql::Dialect dialect() const noexcept override { return inner_->dialect(); }

    void begin(sql::Access access, sql::Deadline deadline) override
    {
        bool const strikes = faults_->strikes();
        access_ = access;
        if (strikes)
            strike_before();
        inner_->begin(access, deadline);
        if (strikes)
            strike_after();
    }

    sql::Rows execute(std::span<sql::Call const> calls, sql::Deadline deadline) override
    {
        if (!faults_->is_armed()) { // as the server runs it: in one round trip
            faults_->count(calls.size());
            return inner_->execute(calls, deadline);
        }
        sql::Rows rows;
        for (auto const& call : calls) {
            bool const strikes = faults_->strikes();
            if (strikes)
                strike_before();
            rows = inner_->execute(std::span(&call, 1), deadline);
            if (strikes)
                strike_after();
        }
        return rows;
    }

    sql::Committed commit(std::span<sql::Call const> calls, sql::Deadline deadline) override
    {
        if (!faults_->is_armed()) {
            faults_->count(calls.size() + 1);
            auto committed = inner_->commit(calls, deadline);
            count_commit();
            return committed;
        }
        auto rows = execute(calls, deadline);
        if (!faults_->strikes()) {
            auto committed = inner_->commit({}, deadline);
            count_commit();
            committed.rows = std::move(rows);
            return committed;
        }
        return strike_at_commit(std::move(rows), deadline);
    }

    void settle(sql::Deadline deadline) override { inner_->settle(deadline); }
    void rollback() noexcept override { inner_->rollback(); }

private:
    void count_commit()
    {
        if (access_ == sql::Access::write)
            faults_->count_commit();
    }

    void strike_before()
    {
        switch (faults_->kind()) {
        case FaultKind::error_before:
            throw StorageError(StorageError::Kind::broken, "injected: the statement failed");
        case FaultKind::disconnect:
            inner_->rollback();
            throw StorageError(StorageError::Kind::unavailable, "injected: the connection broke");
        case FaultKind::time_out:
            throw StorageError(
                StorageError::Kind::timeout, "injected: the statement took too long"
            );
        case FaultKind::slow:
            std::this_thread::sleep_for(faults_->delay());
            break;
        case FaultKind::error_after:
            break;
        }
    }

    void strike_after()
    {
        if (faults_->kind() == FaultKind::error_after)
            throw StorageError(StorageError::Kind::unavailable, "injected: the answer was lost");
    }

    sql::Committed strike_at_commit(sql::Rows rows, sql::Deadline deadline)
    {
        auto const kind = faults_->kind();
        if (kind == FaultKind::error_before)
            throw StorageError(StorageError::Kind::unavailable, "injected: COMMIT failed");
        if (kind == FaultKind::disconnect || kind == FaultKind::time_out) {
            inner_->rollback();
            throw sql::OutcomeUnknown("injected: the connection broke before COMMIT arrived");
        }
        if (kind == FaultKind::slow)
            strike_before();
        auto committed = inner_->commit({}, deadline);
        committed.rows = std::move(rows);
        if (kind == FaultKind::error_after) {
            if (!committed.on_disk)
                inner_->settle(deadline);
            throw sql::OutcomeUnknown("injected: the answer to COMMIT was lost");
        }
        return committed;
    }

    std::unique_ptr<sql::Driver> inner_;
    std::shared_ptr<Faults> faults_;
    sql::Access access_ = sql::Access::write;
};

void wrap(std::vector<std::unique_ptr<sql::Driver>>& drivers, std::shared_ptr<Faults> const& faults)
{
    for (auto& driver : drivers)
        driver = std::make_unique<FaultyDriver>(std::move(driver), faults);
}

} // namespace

char const* name_of(FaultKind kind)
{
    switch (kind) {
    case FaultKind::error_before:
        return "error before";
    case FaultKind::error_after:
        return "error after";
    case FaultKind::disconnect:
        return "disconnect";
    case FaultKind::time_out:
        return "time-out";
    case FaultKind::slow:
        return "slow";
    }
    return "?";
}

void Faults::arm(FaultPlan plan)
{
    nth_ = 0;
    seen_ = 0;
    fired_ = false;
    kind_ = plan.kind;
    delay_ = plan.delay;
    nth_ = plan.nth;
}

bool Faults::strikes()
{
    if (++seen_ != nth_)
        return false;
    fired_ = true;
    return true;
}

sql::Drivers with_faults(sql::Drivers drivers, std::shared_ptr<Faults> faults)
{
    wrap(drivers.writers, faults);
    wrap(drivers.readers, faults);
    return drivers;
}

} // namespace gatehouse::testing
