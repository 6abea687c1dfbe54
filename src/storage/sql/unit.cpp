// Handing jobs over, one at a time, and refusing them after the end.
#include "storage/sql/unit.h"

#include "storage/sql/errors.h"

#include <utility>

namespace gatehouse::sql {

void Unit::post(Job job)
{
    std::exception_ptr why;
    {
        std::lock_guard const lock(mutex_);
        if (ended_)
            why = ended_;
        else if (job_)
            why = std::make_exception_ptr(StorageError(
                StorageError::Kind::broken,
                "a second statement was sent before the first was awaited"
            ));
        else
            job_ = std::move(job);
    }
    if (why)
        refuse(job, why);
    else
        arrived_.notify_one();
}

std::optional<Job> Unit::next(Deadline until)
{
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_until(lock, until, [this] { return job_.has_value(); }))
        return std::nullopt;
    if (ends_)
        at_hand_ = job_->answer;
    return std::exchange(job_, std::nullopt);
}

void Unit::end(std::exception_ptr why)
{
    std::optional<Job> left;
    {
        std::lock_guard const lock(mutex_);
        ended_ = why;
        left = std::exchange(job_, std::nullopt);
    }
    if (left)
        refuse(*left, why);
}

bool Unit::has_ended() const
{
    std::lock_guard const lock(mutex_);
    return ended_ != nullptr;
}

void Unit::leave(std::exception_ptr why)
{
    std::optional<Handoff<Rows>::Sender> waiting;
    {
        std::lock_guard const lock(mutex_);
        if (ended_)
            return;
        waiting = at_hand_;
    }
    end(why);
    if (waiting)
        waiting->fail(std::move(why));
}

void Unit::refuse(Job const& job, std::exception_ptr const& why)
{
    if (job.answer)
        job.answer->fail(why);
}

} // namespace gatehouse::sql
