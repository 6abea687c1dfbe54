// What operators' commands have in common: the opened database, who did it, and what is printed.
#pragma once

#include "app/config.h"
#include "app/operator_arguments.h"
#include "core/async.h"
#include "core/event_loop.h"
#include "core/random.h"
#include "core/time.h"
#include "domain/actor.h"
#include "domain/person_view.h"
#include "domain/refusal.h"
#include "domain/request_facts.h"
#include "domain/storage.h"
#include "http/describe.h"
#include "storage/sql/connection.h"

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::app {

// Needs the database alone, and works beside a running server: what it writes counts on the next
// request.
class OperatorDesk {
public:
    // Throws BadConfiguration; runtime_error where the schema is not the one of this binary.
    explicit OperatorDesk(OperatorArguments const& arguments);

    // Waits for the work. A refusal of the domain ends as an exception with one line.
    template <class T> T wait(Async<T> work)
    {
        return wait_for<T>(loop_, told(command_, std::move(work)));
    }

    Configuration const& configuration() const { return configuration_; }
    domain::Storage& storage() { return *storage_; }
    Random& random() { return random_; }
    domain::RequestFacts facts(); // of something that happens now

    static domain::Actor actor() { return domain::Actor::operator_command(); }

private:
    template <class T> static Async<T> told(std::string command, Async<T> work)
    {
        try {
            co_return co_await work;
        } catch (domain::Refusal const& refusal) {
            fail(command, refusal);
        }
    }
    [[noreturn]] static void fail(std::string const& command, domain::Refusal const& refusal);

    std::string command_;
    Configuration configuration_;
    SystemClock clock_;
    SystemRandom random_;
    EventLoop loop_;
    std::unique_ptr<sql::Database> database_;
    std::unique_ptr<domain::Storage> storage_;
};

// The live person that the one of both, id or address and perhaps the organization, mean. Throws
// runtime_error: nobody, or several and which.
Async<domain::User> person_meant(domain::Storage& storage, OperatorArguments const& arguments);

// Prints a text and its line break; throws where it could not be written.
void say(std::string const& line);

// One JSON document.
template <class T> void say_json(T const& value)
{
    std::string text;
    http::describe::write(text, value);
    say(text);
}

// Columns between tabs; nothing in them moves the cursor of a terminal.
std::string columns(std::vector<std::string> const& cells);

// A person as `user` commands print them.
std::string line_of(domain::MemberView const& person);

} // namespace gatehouse::app
