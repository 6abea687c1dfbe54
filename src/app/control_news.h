// What became of controls, on its way into the ledger.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/storage.h"

#include <deque>
#include <string>
#include <vector>

namespace gatehouse::app {

// Of the one loop that it is used on.
class ControlNews {
public:
    struct Change {
        std::string control;
        bool works;
        Instant at;
    };

    ControlNews(domain::Storage& storage, Clock const& clock);

    void add(Change change);
    bool mentions(std::string const& control) const;

    // Writes what waits, each once whichever nodes know of it. What cannot be written waits on: the
    // ledger itself may be what is broken. `working`: all that are known to work, once; of these,
    // those that were told broken before this process are told to work again.
    Async<void> tell(std::vector<Change> working);

private:
    Async<void> write_all(std::vector<Change> working);
    Async<void> look_back(std::vector<Change> working);
    Async<void> write(Change change);

    domain::Storage& storage_;
    Clock const& clock_;
    std::deque<Change> changes_; // still to be written
    bool has_looked_back_ = false;
    bool is_telling_ = false;
    std::string untold_why_;
};

} // namespace gatehouse::app
