// One connection with its thread: serves one unit of work after the other.
#pragma once

#include "storage/sql/engine.h"
#include "storage/sql/line.h"

#include <memory>
#include <thread>
#include <vector>

namespace gatehouse::sql {

class Desk {
public:
    Desk(std::unique_ptr<Driver> driver, std::shared_ptr<Line> line, EngineOptions const& options);
    ~Desk(); // the line must be closed: waits for the unit at hand to end
    Desk(Desk const&) = delete;
    Desk& operator=(Desk const&) = delete;

private:
    // A unit whose commit succeeded but is not on disk yet.
    struct Settling {
        Handoff<Rows>::Sender answer;
        Rows rows;
    };

    void work();
    bool group_is_full() const;
    void serve(Unit& unit);
    void run(Unit& unit);
    void conclude(Unit& unit, Job job, Deadline until);
    void give_up(Unit& unit, std::exception_ptr why);
    void settle();

    std::unique_ptr<Driver> driver_;
    std::shared_ptr<Line> line_;
    EngineOptions const options_;
    std::vector<Settling> group_;
    Deadline group_until_;
    std::thread thread_;
};

} // namespace gatehouse::sql
