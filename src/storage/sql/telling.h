// What a unit of work tells those who keep rows in memory.
#pragma once

#include "core/changes.h"
#include "storage/sql/connection.h"

#include <vector>

namespace gatehouse::sql {

// Says what a unit has changed when its commit is over: done, failed or unknown.
class Telling {
public:
    Telling(Changes* changes, Connection& connection)
        : changes_(changes)
        , noted_(connection.take_noted())
    {
    }
    Telling(Telling const&) = delete;
    Telling& operator=(Telling const&) = delete;
    ~Telling()
    {
        if (!changes_)
            return;
        for (auto const& noted : noted_)
            changes_->note({noted.kind, noted.id});
    }

private:
    Changes* const changes_;
    std::vector<Connection::Noted> const noted_;
};

} // namespace gatehouse::sql
