// One unit of work between its coroutine, which posts jobs, and the thread that runs them.
#pragma once

#include "core/handoff.h"
#include "storage/sql/driver.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

namespace gatehouse::sql {

struct Job {
    enum class Ending { goes_on, commit, roll_back };

    std::vector<Call> calls;
    Ending ending = Ending::goes_on;
    std::optional<Handoff<Rows>::Sender> answer; // none for roll_back: nobody waits for it
};

class Unit {
public:
    // Whether all of it is said at once, so that it may end together with others.
    enum class Company : std::uint8_t { alone, shared };

    // With `within` it must have ended by then, also where it has not begun.
    explicit Unit(
        Access access, std::optional<Duration> within = {}, Company company = Company::alone
    )
        : access_(access)
        , company_(company)
    {
        if (within)
            ends_ = std::chrono::steady_clock::now() + *within;
    }

    Access access() const noexcept { return access_; }
    bool may_share() const noexcept { return company_ == Company::shared; }
    Deadline earlier_of(Deadline other) const { return ends_ ? std::min(*ends_, other) : other; }
    // When whoever waits for it goes on, whatever it is doing then; nothing: they wait for its end.
    std::optional<Deadline> nobody_waits_after() const noexcept { return ends_; }
    bool is_hurried() const noexcept { return ends_.has_value(); }

    // From the coroutine. Fails the job at once when the unit has ended.
    void post(Job job);

    // From the thread: the next job, or nothing when none came before `until`.
    std::optional<Job> next(Deadline until);

    // From the thread: what is posted from now on, or was not taken yet, fails with `why`.
    void end(std::exception_ptr why);
    bool has_ended() const;

    // From any thread: the same, and the job at hand is answered with `why` at once. The thread
    // that is at it finishes for itself, say connecting, which others are glad of later.
    void leave(std::exception_ptr why);

private:
    static void refuse(Job const& job, std::exception_ptr const& why);

    Access const access_;
    Company const company_;
    std::optional<Deadline> ends_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::optional<Handoff<Rows>::Sender> at_hand_; // who waits for the job that was taken
    std::optional<Job> job_; // a coroutine awaits each before the next, so one place is enough
    std::exception_ptr ended_;
};

} // namespace gatehouse::sql
