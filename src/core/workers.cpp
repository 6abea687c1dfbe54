// The threads and their queue.
#include "core/workers.h"

#include "core/log.h"
#include "core/metrics.h"
#include "core/overloaded.h"

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <sched.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace gatehouse {

namespace {
constexpr int nice_value = 10;
}

void lower_own_priority()
{
    // On Linux both belong to the thread. As a batch it never cuts short who is at work when it
    // wakes.
    sched_param const none{};
    if (::sched_setscheduler(0, SCHED_BATCH, &none) != 0
        || ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice_value) != 0)
        log::Line(log::Level::warning, "threads.priority_not_lowered")
            .with("cause", std::strerror(errno));
}

class Workers::Pool {
public:
    explicit Pool(Options options)
        : options_(std::move(options))
    {
        try {
            for (std::size_t at = 0; at < options_.threads; ++at)
                threads_.emplace_back([this] { work(); });
        } catch (...) {
            end(); // else those that did start would wait for ever
            throw;
        }
    }
    Pool(Pool const&) = delete;
    Pool& operator=(Pool const&) = delete;
    ~Pool() { end(); }

    void add(Job job)
    {
        {
            std::scoped_lock const lock(mutex_);
            if (!ending_ && queue_.size() < options_.queue) {
                queue_.push_back(std::move(job));
                filled_.notify_one();
                return;
            }
        }
        metrics::count("gatehouse_workers_rejections_total", {{"pool", options_.name}});
        throw Overloaded("the queue for " + options_.name + " is full", 2);
    }

private:
    void end()
    {
        std::deque<Job> left;
        {
            std::scoped_lock const lock(mutex_);
            ending_ = true;
            left.swap(queue_);
        }
        filled_.notify_all();
        auto const why = std::make_exception_ptr(Overloaded("the server is stopping", 1));
        for (auto const& job : left)
            job.refuse(why);
        threads_.clear(); // joins
    }

    std::optional<Job> take()
    {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        if (queue_.empty())
            return std::nullopt;
        auto job = std::move(queue_.front());
        queue_.pop_front();
        return job;
    }

    void work()
    {
        lower_own_priority();
        while (auto const job = take())
            job->work();
    }

    Options const options_;
    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Job> queue_;
    bool ending_ = false;
    std::vector<std::jthread> threads_; // last: they use all of the above
};

Workers::Workers(Options options)
    : pool_(std::make_unique<Pool>(std::move(options)))
{
}

Workers::~Workers() = default;

void Workers::add(Job job)
{
    pool_->add(std::move(job));
}

} // namespace gatehouse
