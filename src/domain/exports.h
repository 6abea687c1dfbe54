// Room for files that leave the house: threads that form and pack them, and how many leave at a
// time.
#pragma once

#include "core/overloaded.h"
#include "core/workers.h"

#include <atomic>
#include <memory>

namespace gatehouse::domain {

class Exports {
public:
    static constexpr int most_at_once = 8; // in each process
    static constexpr int ask_again_seconds = 10;

    // Kept for as long as one file is on its way. Each has one job in the queue at most.
    class Seat {
    public:
        explicit Seat(std::atomic<int>& taken)
            : taken_(taken)
        {
        }
        Seat(Seat const&) = delete;
        Seat& operator=(Seat const&) = delete;
        ~Seat() { --taken_; }

    private:
        std::atomic<int>& taken_;
    };

    Workers& workers() { return workers_; }

    // Throws Overloaded where as many are on their way as may be.
    std::unique_ptr<Seat> take_seat()
    {
        auto seat = std::make_unique<Seat>(taken_);
        if (++taken_ > most_at_once)
            throw Overloaded("as many files are exported as may be at a time", ask_again_seconds);
        return seat;
    }
    int taken() const { return taken_; }

private:
    std::atomic<int> taken_ = 0;
    Workers workers_{{.name = "exports", .threads = 1, .queue = 64}};
};

} // namespace gatehouse::domain
