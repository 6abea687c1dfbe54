// One connection with its thread: serves one unit of work after the other.
#pragma once

#include "storage/sql/engine.h"
#include "storage/sql/line.h"
#include "storage/sql/stragglers.h"

#include <memory>
#include <thread>
#include <vector>

namespace gatehouse::sql {

class Desk {
public:
    Desk(
        std::unique_ptr<Driver> driver,
        std::shared_ptr<Line> line,
        std::shared_ptr<Stragglers> stragglers,
        EngineOptions const& options
    );
    ~Desk(); // the line must be closed: waits for the unit at hand to end
    Desk(Desk const&) = delete;
    Desk& operator=(Desk const&) = delete;

private:
    // A unit whose commit succeeded but is not on disk yet.
    struct Settling {
        Handoff<Rows>::Sender answer;
        Rows rows;
    };

    // A unit of which everything is known: its one job ends it.
    struct Whole {
        std::shared_ptr<Unit> unit;
        Job job;
    };

    void work();
    bool group_is_full() const;
    void serve(Unit& unit);
    std::vector<Whole> gather(std::shared_ptr<Unit> first);
    void serve_together(std::vector<Whole> group);
    bool commit_together(std::vector<Whole> const& group, Deadline until);
    void serve_alone(Whole const& whole);
    static void turn_away(Whole const& whole);
    void run(Unit& unit);
    void conclude(Unit& unit, Job const& job, Deadline until);
    void give_up(Unit& unit, std::exception_ptr why);
    void settle();

    std::unique_ptr<Driver> driver_;
    std::shared_ptr<Line> line_;
    std::shared_ptr<Stragglers> stragglers_;
    EngineOptions const options_;
    std::size_t const most_together_;
    std::vector<Settling> group_;
    Deadline group_until_;
    std::thread thread_;
};

} // namespace gatehouse::sql
