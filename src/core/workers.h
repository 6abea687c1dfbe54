// A few threads for work that would hold up an event loop, behind a queue that says when it is
// full.
#pragma once

#include "core/async.h"
#include "core/handoff.h"

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace gatehouse {

class Workers {
public:
    struct Options {
        std::string name; // for metrics
        std::size_t threads = 1;
        std::size_t queue = 8; // jobs that may wait; beyond it Overloaded
    };

    explicit Workers(Options options);
    // Ends the job in hand; jobs that still wait get Overloaded.
    ~Workers();
    Workers(Workers const&) = delete;
    Workers& operator=(Workers const&) = delete;

    // What `work` gives back or throws. It must own what it uses: who waits may be gone by then.
    // Throws Overloaded when the queue is full; nothing was begun then.
    template <class Result> [[nodiscard]] Async<Result> run(std::function<Result()> work)
    {
        auto const handoff = begin(std::move(work));
        auto result = co_await handoff.receive();
        co_return std::move(result);
    }

    // The same, begun at once; its result is received when it is wanted.
    template <class Result> [[nodiscard]] Handoff<Result> begin(std::function<Result()> work)
    {
        Handoff<Result> handoff;
        add(job_of(std::move(work), handoff.sender()));
        return handoff;
    }

private:
    struct Job {
        std::function<void()> work;
        std::function<void(std::exception_ptr)> refuse;
    };
    class Pool;

    template <class Result>
    static Job job_of(std::function<Result()> work, typename Handoff<Result>::Sender sender)
    {
        return {
            .work =
                [work = std::move(work), sender] {
                    std::exception_ptr failure;
                    try {
                        sender.deliver(work());
                        return;
                    } catch (...) { // whoever waits gets the cause and answers for it
                        failure = std::current_exception();
                    }
                    sender.fail(failure);
                },
            .refuse =
                [sender](std::exception_ptr why) {
                    sender.fail(std::move(why));
                }
        };
    }
    void add(Job job);

    std::unique_ptr<Pool> pool_;
};

// So that long computations leave processor time to the event loops; for the thread that calls.
void lower_own_priority();

} // namespace gatehouse
