// How a database says no: four kinds, and the write whose end nobody knows.
#pragma once

#include "core/outcome_unknown.h"
#include "core/overloaded.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::sql {

// What was begun did not happen: the unit of work it belonged to has been rolled back.
class StorageError : public std::runtime_error {
public:
    enum class Kind {
        unavailable, // no connection, or it broke; worth another try
        timeout, // the statement, the lock or the unit of work took too long
        conflict, // a constraint refused it
        broken, // anything else: wrong SQL, wrong type, full disk, damaged file
    };
    enum class Violation { none, unique, foreign_key, check, not_null };

    StorageError(Kind kind, std::string const& what)
        : std::runtime_error(what)
        , kind_(kind)
    {
    }
    StorageError(Violation violation, std::string constraint, std::string const& what)
        : std::runtime_error(what)
        , kind_(Kind::conflict)
        , violation_(violation)
        , constraint_(std::move(constraint))
    {
    }

    Kind kind() const noexcept { return kind_; }
    Violation violation() const noexcept { return violation_; }

    // The constraint's or unique index's name, the same on both databases: `users_org_email_live`,
    // `users_pkey`. Empty where SQLite does not know: foreign keys; NOT NULL gives `table.column`.
    std::string const& constraint() const noexcept { return constraint_; }

private:
    Kind kind_;
    Violation violation_ = Violation::none;
    std::string constraint_;
};

// COMMIT was on its way and nobody knows whether it arrived (spec security §0.4).
using OutcomeUnknown = gatehouse::OutcomeUnknown;

// Too many wait already, or one waited past its bound: nothing was begun.
using Overloaded = gatehouse::Overloaded;

} // namespace gatehouse::sql
