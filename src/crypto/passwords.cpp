// The pool of hashing threads and its queue.
#include "crypto/passwords.h"

#include "core/handoff.h"
#include "core/metrics.h"
#include "core/workers.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace gatehouse::crypto {
namespace {

constexpr double usual_seconds = 0.07; // for one hash, before any was measured
constexpr int late_after = 2; // times the longest wait

std::unique_ptr<HashEngine> usual_engine(PasswordHasherOptions const& options, Random& random)
{
    if (options.libxcrypt_only)
        return one_by_one(options.policy, random);
    return side_by_side(options.policy, random, chosen_lanes());
}

} // namespace

class PasswordHasher::Pool {
public:
    struct Waiting {
        HashJob job;
        Handoff<HashJob>::Sender done;
        std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
    };

    Pool(
        std::unique_ptr<HashEngine> engine,
        std::size_t threads,
        std::size_t queue,
        Duration longest_wait
    )
        : engine_(std::move(engine))
        , lanes_(engine_->lanes()->lanes())
        , thread_count_(threads)
        , queue_limit_(queue)
        , longest_wait_(longest_wait)
    {
        try {
            for (std::size_t i = 0; i < threads; ++i)
                threads_.emplace_back([this, lanes = engine_->lanes()] { work(*lanes); });
        } catch (...) {
            end(); // else those that did start would wait for ever
            throw;
        }
    }

    ~Pool() { end(); }

    std::string trouble() const { return engine_->trouble(); }

    // All of them or, when they do not all fit, none. An empty queue takes any group.
    void add(std::vector<Waiting> jobs)
    {
        std::unique_lock lock(mutex_);
        bool const full = !queue_.empty() && queue_.size() + jobs.size() > queue_limit_;
        if (ending_ || full || would_be_late()) {
            auto const seconds = seconds_until_room(jobs.size());
            lock.unlock();
            metrics::count("gatehouse_password_rejections_total");
            throw Overloaded("the password queue is full", seconds);
        }
        for (auto& job : jobs)
            queue_.push_back(std::move(job));
        queue_changed();
        lock.unlock();
        filled_.notify_all();
    }

private:
    void end()
    {
        std::unique_lock lock(mutex_);
        ending_ = true;
        auto const left = std::exchange(queue_, {});
        waiting_.store(0, std::memory_order_relaxed);
        lock.unlock();
        filled_.notify_all();
        auto const why = std::make_exception_ptr(Overloaded("the server is stopping", 1));
        for (auto const& waiting : left)
            waiting.done.fail(why);
        threads_.clear(); // joins
    }

    // Whether what waits, where it is more than fits the lanes, takes too long for anybody.
    bool would_be_late() const
    {
        std::chrono::duration<double> const wait(seconds_for(queue_.size(), 0));
        return queue_.size() >= thread_count_ * lanes_ && wait > longest_wait_;
    }

    // Whoever has waited too long, whatever was estimated: they may be gone, and others would wait.
    void turn_away_late_ones()
    {
        std::chrono::duration<double> const one(seconds_for(thread_count_ * lanes_, 0));
        auto const patience = late_after * (longest_wait_ + one);
        auto const now = std::chrono::steady_clock::now();
        while (!queue_.empty() && now - queue_.front().since > patience) {
            auto const late = std::move(queue_.front());
            queue_.pop_front();
            queue_changed();
            metrics::count("gatehouse_password_rejections_total");
            late.done.fail(std::make_exception_ptr(Overloaded("the password queue is slow", 1)));
        }
    }

    int seconds_until_room(std::size_t wanted) const
    {
        auto const jobs = std::min(queue_.size(), queue_limit_) + wanted;
        return std::clamp(static_cast<int>(std::ceil(seconds_for(jobs, usual_seconds))), 1, 60);
    }

    double seconds_for(std::size_t jobs, double unmeasured) const
    {
        auto const threads = static_cast<double>(thread_count_);
        return static_cast<double>(jobs) * seconds_per_job_.value_or(unmeasured) / threads;
    }

    void queue_changed()
    {
        waiting_.store(queue_.size(), std::memory_order_relaxed);
        metrics::gauge("gatehouse_password_queue_depth", static_cast<double>(queue_.size()));
    }

    struct InHand {
        std::unique_ptr<Waiting> waiting; // its job stays where it is
        std::chrono::steady_clock::time_point begun;
    };

    // Takes from the queue until it has a fair share of all there is to do, so that no thread sits
    // on full lanes while another idles. A thread with nothing in hand waits for something, and
    // gets nothing when the end has come; one with free lanes only looks.
    void take(std::vector<InHand>& in_hand, std::size_t lanes)
    {
        if (!in_hand.empty() && waiting_.load(std::memory_order_relaxed) == 0)
            return;
        std::unique_lock lock(mutex_);
        do {
            if (in_hand.empty())
                filled_.wait(lock, [this] { return ending_ || !queue_.empty(); });
            turn_away_late_ones();
        } while (in_hand.empty() && queue_.empty() && !ending_);
        auto const all = queue_.size() + jobs_in_hand_;
        auto const share = std::min((all + thread_count_ - 1) / thread_count_, lanes);
        if (queue_.empty() || in_hand.size() >= share)
            return;
        for (; in_hand.size() < share && !queue_.empty(); ++jobs_in_hand_) {
            in_hand.push_back(
                {std::make_unique<Waiting>(std::move(queue_.front())),
                 std::chrono::steady_clock::now()}
            );
            queue_.pop_front();
        }
        queue_changed();
    }

    // Somebody who comes while others are being hashed joins them at the next step.
    void work(HashLanes& lanes)
    {
        lower_own_priority(); // hashing must not starve the event loops of processor time
        std::vector<InHand> in_hand;
        std::vector<HashJob*> ended;
        in_hand.reserve(lanes.lanes());
        ended.reserve(lanes.lanes());
        while (true) {
            auto const before = in_hand.size();
            take(in_hand, lanes.lanes());
            if (in_hand.empty())
                return;
            for (auto at = before; at < in_hand.size(); ++at)
                lanes.begin(in_hand[at].waiting->job);
            lanes.advance(ended);
            auto const side_by_side = in_hand.size();
            for (auto const* const job : ended)
                hand_over(*job, in_hand, side_by_side);
            ended.clear();
        }
    }

    // What one job takes full lanes tell alone: by itself it takes as long as all of them.
    void hand_over(HashJob const& job, std::vector<InHand>& in_hand, std::size_t side_by_side)
    {
        auto const found = std::ranges::find_if(in_hand, [&](InHand const& one) {
            return &one.waiting->job == &job;
        });
        std::chrono::duration<double> const took = std::chrono::steady_clock::now() - found->begun;
        auto const waiting = std::move(found->waiting);
        in_hand.erase(found);
        metrics::observe_seconds("gatehouse_password_hash_seconds", took.count());
        auto const each = took.count() / static_cast<double>(lanes_);
        {
            std::unique_lock const lock(mutex_);
            --jobs_in_hand_;
            if (side_by_side == lanes_)
                seconds_per_job_ = 0.8 * seconds_per_job_.value_or(each) + 0.2 * each;
        }
        if (waiting->job.failure) // the request answers for it
            waiting->done.fail(waiting->job.failure);
        else
            waiting->done.deliver(std::move(waiting->job));
    }

    std::unique_ptr<HashEngine> engine_;
    std::size_t const lanes_; // of each thread
    std::size_t const thread_count_;
    std::size_t const queue_limit_;
    Duration const longest_wait_;
    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Waiting> queue_;
    std::atomic<std::size_t> waiting_ = 0; // as many as the queue holds, for who only looks
    std::size_t jobs_in_hand_ = 0; // of all threads
    std::optional<double> seconds_per_job_; // measured as it goes; nothing before the first
    bool ending_ = false;
    std::vector<std::jthread> threads_; // last: they use all of the above
};

PasswordHasher::PasswordHasher(PasswordHasherOptions options, Random& random)
    : PasswordHasher(options, random, usual_engine(options, random))
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
        std::move(engine),
        options.threads ? options.threads : processors,
        options.queue,
        options.longest_wait
    );
}

PasswordHasher::~PasswordHasher() = default;

std::string PasswordHasher::trouble() const
{
    return pool_->trouble();
}

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
