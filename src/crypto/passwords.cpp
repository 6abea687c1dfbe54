// The pool of hashing threads and its queue.
#include "crypto/passwords.h"

#include "core/handoff.h"
#include "core/metrics.h"
#include "core/workers.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace gatehouse::crypto {
namespace {

class OneByOne final : public HashEngine {
public:
    OneByOne(HashPolicy policy, Random& random)
        : policy_(policy)
        , random_(random)
    {
    }
    std::size_t lanes() const override { return 1; }
    void compute(std::span<HashJob* const> jobs) override
    {
        for (auto* const job : jobs)
            if (job->stored)
                job->matches = verify_password(job->password.reveal(), *job->stored, policy_);
            else
                job->made = hash_password(job->password.reveal(), policy_, random_);
    }

private:
    HashPolicy policy_;
    Random& random_;
};

} // namespace

std::unique_ptr<HashEngine> one_by_one(HashPolicy policy, Random& random)
{
    return std::make_unique<OneByOne>(policy, random);
}

class PasswordHasher::Pool {
public:
    struct Waiting {
        HashJob job;
        Handoff<HashJob>::Sender done;
    };

    Pool(std::unique_ptr<HashEngine> engine, std::size_t threads, std::size_t queue)
        : engine_(std::move(engine))
        , thread_count_(threads)
        , queue_limit_(queue)
    {
        try {
            for (std::size_t i = 0; i < threads; ++i)
                threads_.emplace_back([this] { work(); });
        } catch (...) {
            end(); // else those that did start would wait for ever
            throw;
        }
    }

    ~Pool() { end(); }

    // All of them or, when they do not all fit, none. An empty queue takes any group.
    void add(std::vector<Waiting> jobs)
    {
        std::unique_lock lock(mutex_);
        bool const full = !queue_.empty() && queue_.size() + jobs.size() > queue_limit_;
        if (ending_ || full) {
            auto const seconds = seconds_until_room(jobs.size());
            lock.unlock();
            metrics::count("gatehouse_password_rejections_total");
            throw Overloaded("the password queue is full", seconds);
        }
        for (auto& job : jobs)
            queue_.push_back(std::move(job));
        show_depth();
        lock.unlock();
        filled_.notify_all();
    }

private:
    void end()
    {
        std::unique_lock lock(mutex_);
        ending_ = true;
        auto const left = std::exchange(queue_, {});
        lock.unlock();
        filled_.notify_all();
        auto const why = std::make_exception_ptr(Overloaded("the server is stopping", 1));
        for (auto const& waiting : left)
            waiting.done.fail(why);
        threads_.clear(); // joins
    }

    int seconds_until_room(std::size_t wanted) const
    {
        auto const jobs = static_cast<double>(std::min(queue_.size(), queue_limit_) + wanted);
        auto const seconds = jobs * seconds_per_job_ / static_cast<double>(thread_count_);
        return std::clamp(static_cast<int>(std::ceil(seconds)), 1, 60);
    }

    void show_depth() const
    {
        metrics::gauge("gatehouse_password_queue_depth", static_cast<double>(queue_.size()));
    }

    // A fair share of what waits, so that one thread does not sit on a group while another idles.
    std::vector<Waiting> take_group()
    {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        auto const share = (queue_.size() + thread_count_ - 1) / thread_count_;
        auto const size = std::min(std::min(share, engine_->lanes()), queue_.size());
        std::vector<Waiting> group;
        for (std::size_t i = 0; i < size; ++i) {
            group.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        show_depth();
        return group;
    }

    void work()
    {
        lower_own_priority(); // hashing must not starve the event loops of processor time
        for (auto group = take_group(); !group.empty(); group = take_group())
            compute(group);
    }

    void compute(std::vector<Waiting>& group)
    {
        std::vector<HashJob*> jobs;
        for (auto& waiting : group)
            jobs.push_back(&waiting.job);
        auto const begun = std::chrono::steady_clock::now();
        try {
            engine_->compute(jobs);
        } catch (...) { // each waiting request gets the cause and answers for it
            for (auto const& waiting : group)
                waiting.done.fail(std::current_exception());
            return;
        }
        std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begun;
        for (auto& waiting : group)
            waiting.done.deliver(std::move(waiting.job));
        metrics::observe_seconds("gatehouse_password_hash_seconds", took.count());
        std::unique_lock const lock(mutex_);
        seconds_per_job_
            = 0.8 * seconds_per_job_ + 0.2 * took.count() / static_cast<double>(group.size());
    }

    std::unique_ptr<HashEngine> engine_;
    std::size_t const thread_count_;
    std::size_t const queue_limit_;
    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Waiting> queue_;
    double seconds_per_job_ = 0.07; // measured as it goes
    bool ending_ = false;
    std::vector<std::jthread> threads_; // last: they use all of the above
};

PasswordHasher::PasswordHasher(PasswordHasherOptions options, Random& random)
    : PasswordHasher(options, random, one_by_one(options.policy, random))
{
}

PasswordHasher::PasswordHasher(
    PasswordHasherOptions options, Random& random, std::unique_ptr<HashEngine> engine
)
    : policy_(options.policy)
    , decoy_(decoy_password(options.policy, random))
{
    auto const processors = std::max(1U, std::thread::hardware_concurrency());
    pool_ = std::make_unique<Pool>(
        std::move(engine), options.threads ? options.threads : processors, options.queue
    );
}

PasswordHasher::~PasswordHasher() = default;

Async<std::vector<bool>>
PasswordHasher::matches_each(SecretString password, std::vector<StoredPassword> stored)
{
    std::vector<Handoff<HashJob>> results(stored.size());
    std::vector<Pool::Waiting> jobs;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        HashJob job;
        job.password = password.duplicate();
        job.stored = std::move(stored[i]);
        jobs.push_back({std::move(job), results[i].sender()});
    }
    pool_->add(std::move(jobs));
    std::vector<bool> matches;
    for (auto& result : results) {
        auto const done = co_await result.receive();
        matches.push_back(done.matches);
    }
    co_return matches;
}

Async<bool> PasswordHasher::matches(SecretString password, StoredPassword stored)
{
    std::vector<StoredPassword> only;
    only.push_back(std::move(stored));
    auto const matches = co_await matches_each(std::move(password), std::move(only));
    co_return matches.front();
}

Async<StoredPassword> PasswordHasher::hash(SecretString password)
{
    HashJob job;
    job.password = std::move(password);
    Handoff<HashJob> result;
    std::vector<Pool::Waiting> jobs;
    jobs.push_back({std::move(job), result.sender()});
    pool_->add(std::move(jobs));
    auto done = co_await result.receive();
    co_return std::move(done.made);
}

} // namespace gatehouse::crypto
