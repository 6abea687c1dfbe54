// One connection to PostgreSQL in pipeline mode, with time limits that the client itself keeps.
#pragma once

#include "storage/postgres/codec.h"
#include "storage/postgres/limits.h"
#include "storage/sql/driver.h"

#include <memory>
#include <stdexcept>
#include <string>

#include <libpq-fe.h>

namespace gatehouse::postgres {

// The connection broke or did not answer in time. It is of no further use.
class Lost : public std::runtime_error {
public:
    enum class Why { broken, too_late };
    Lost(Why why, std::string const& what)
        : std::runtime_error(what)
        , why_(why)
    {
    }
    Why why() const noexcept { return why_; }

private:
    Why why_;
};

struct Clearer {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clearer>;

class Link {
public:
    // Connects and sets the session up: UTC, search_path auth, public, time limits, no scope, and
    // `role` unless it is empty. Throws Lost when any of it fails.
    Link(std::string const& url, Limits const& limits, std::string const& role);
    Link(Link const&) = delete;
    Link& operator=(Link const&) = delete;

    // False when the server has closed the connection meanwhile.
    bool is_sound();

    // Queue for the next sync().
    void send(char const* sql);
    void send_prepare(std::string const& name, char const* sql);
    void send_prepared(std::string const& name, Parameters const& parameters);
    void sync();

    // The next result of the command at hand, null at its end; waits until `deadline`. Throws Lost.
    Result next(sql::Deadline deadline);

    // Whether the server has said, by a warning, that a commit did not reach the standby: it may be
    // lost when that takes over (security §0.4).
    bool commit_in_doubt() const noexcept { return commit_in_doubt_; }
    void forget_doubt() noexcept { commit_in_doubt_ = false; }

private:
    struct Finisher {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };

    static void note(void* self, PGresult const* notice);
    void connect(std::string const& url, sql::Deadline deadline);
    void set_up(Limits const& limits, std::string const& role, sql::Deadline deadline);
    void wait(short events, sql::Deadline deadline);
    void require_sent(int sent);
    [[noreturn]] void fail_broken() const;

    std::unique_ptr<PGconn, Finisher> connection_;
    bool commit_in_doubt_ = false;
    bool gone_ = false; // the server has said that it ends the session
};

} // namespace gatehouse::postgres
