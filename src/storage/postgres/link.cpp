// Talking to PostgreSQL without ever waiting longer than was said.
#include "storage/postgres/link.h"

#include "core/log.h"
#include "storage/postgres/role.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace gatehouse::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_unasked_reads = 8;

// It is for the operator to say, but not in silence.
void warn_unless_durable(std::string_view answer)
{
    static std::atomic_flag warned = ATOMIC_FLAG_INIT;
    if (answer != "t" && !warned.test_and_set())
        log::Line(log::Level::warning, "postgres.not_durable")
            .with(
                "message",
                "fsync or synchronous_commit is off: a crash of the server loses acknowledged "
                "writes"
            );
}

std::string without_line_end(char const* text)
{
    std::string_view view = text ? text : "";
    while (!view.empty() && (view.back() == '\n' || view.back() == '\r'))
        view.remove_suffix(1);
    return std::string(view);
}

int milliseconds_until(sql::Deadline deadline)
{
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

} // namespace

Link::Link(std::string const& url, Limits const& limits, std::string const& role)
{
    auto const deadline = Clock::now() + limits.connecting;
    connect(url, deadline);
    set_up(limits, role, deadline);
}

void Link::connect(std::string const& url, sql::Deadline deadline)
{
    // A value in the URL wins over these.
    char const* const names[]
        = {"application_name",
           "client_encoding",
           "keepalives_idle",
           "keepalives_interval",
           "keepalives_count",
           "dbname",
           nullptr};
    char const* const values[] = {"gatehouse", "UTF8", "30", "5", "3", url.c_str(), nullptr};
    connection_.reset(PQconnectStartParams(names, values, 1));
    if (!connection_)
        throw std::bad_alloc();
    PQsetNoticeReceiver(connection_.get(), &Link::note, this);

    auto state = PQstatus(connection_.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED
                                                               : PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK) {
        if (state == PGRES_POLLING_FAILED)
            fail_broken();
        wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
        state = PQconnectPoll(connection_.get());
    }
}

void Link::set_up(Limits const& limits, std::string const& role, sql::Deadline deadline)
{
    if (PQsetnonblocking(connection_.get(), 1) != 0)
        fail_broken();
    auto const settings = fmt::format(
        "SET search_path = auth, public; SET TimeZone = 'UTC'; SET DateStyle = 'ISO';"
        "SET statement_timeout = {}; SET lock_timeout = {};"
        "SET idle_in_transaction_session_timeout = {}; SET standard_conforming_strings = on;"
        // Compiling a statement takes a second, which a list of 20 rows never pays back.
        "SET jit = off;"
        // Whatever database or user may have as their default: outside a unit no row is open.
        "SET app.organization_id = ''; SET app.current_user_id = '';{}"
        "SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'",
        limits.statement.count(),
        limits.lock.count(),
        limits.idle_in_transaction.count(),
        role.empty() ? std::string() : "SET ROLE " + quoted(role) + ";"
    );
    require_sent(PQsendQuery(connection_.get(), settings.c_str()));
    while (auto const result = next(deadline)) {
        auto const status = PQresultStatus(result.get());
        if (status == PGRES_TUPLES_OK)
            warn_unless_durable(PQgetvalue(result.get(), 0, 0));
        else if (status != PGRES_COMMAND_OK)
            fail_broken();
    }
    if (PQenterPipelineMode(connection_.get()) != 1)
        fail_broken();
}

bool Link::is_sound()
{
    // Nothing was asked, so whatever can be read is the end of the connection: a last message and
    // then the end itself, or a notice.
    for (int reads = 0; reads < most_unasked_reads; ++reads) {
        pollfd waiting{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
        if (waiting.fd < 0 || PQstatus(connection_.get()) != CONNECTION_OK)
            return false;
        if (::poll(&waiting, 1, 0) == 0)
            return true;
        if (PQconsumeInput(connection_.get()) != 1)
            return false;
        if (PQisBusy(connection_.get()) != 0 || gone_) // reads the message: note() hears of its end
            return false;
    }
    return false;
}

void Link::send(char const* sql)
{
    require_sent(PQsendQueryParams(connection_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0)
    );
}

void Link::send_prepare(std::string const& name, char const* sql)
{
    require_sent(PQsendPrepare(connection_.get(), name.c_str(), sql, 0, nullptr));
}

void Link::send_prepared(std::string const& name, Parameters const& parameters)
{
    require_sent(PQsendQueryPrepared(
        connection_.get(),
        name.c_str(),
        parameters.count(),
        parameters.texts(),
        parameters.lengths(),
        parameters.formats(),
        0
    ));
}

void Link::sync()
{
    require_sent(PQpipelineSync(connection_.get()));
}

Result Link::next(sql::Deadline deadline)
{
    for (;;) {
        int const unsent = PQflush(connection_.get());
        if (unsent < 0)
            fail_broken();
        if (PQisBusy(connection_.get()) == 0)
            return Result(PQgetResult(connection_.get()));
        wait(unsent > 0 ? POLLIN | POLLOUT : POLLIN, deadline);
        if (PQconsumeInput(connection_.get()) != 1)
            fail_broken();
    }
}

// A wait for synchronous replication that was cancelled, or a COMMIT outside a transaction. Other
// warnings, say of an operator's trigger, mean nothing for the commit.
void Link::note(void* self, PGresult const* notice)
{
    auto const field = [notice](int which) {
        auto const* const text = PQresultErrorField(notice, which);
        return std::string_view(text ? text : "");
    };
    auto const severity = field(PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity == "FATAL" || severity == "PANIC")
        static_cast<Link*>(self)->gone_ = true; // said while nothing was asked: a shutdown
    if (severity != "WARNING")
        return;
    log::Line(log::Level::warning, "postgres.warned")
        .with("message", without_line_end(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY)));
    if (field(PG_DIAG_SOURCE_FUNCTION) == "SyncRepWaitForLSN" || field(PG_DIAG_SQLSTATE) == "25P01")
        static_cast<Link*>(self)->commit_in_doubt_ = true;
}

void Link::wait(short events, sql::Deadline deadline)
{
    for (;;) {
        pollfd waiting{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
        int const ready = ::poll(&waiting, 1, milliseconds_until(deadline));
        if (ready > 0)
            return;
        if (ready == 0)
            throw Lost(Lost::Why::too_late, "PostgreSQL did not answer in time");
        if (errno != EINTR)
            throw Lost(Lost::Why::broken, std::system_category().message(errno));
    }
}

void Link::require_sent(int sent)
{
    if (sent != 1)
        fail_broken();
}

void Link::fail_broken() const
{
    throw Lost(Lost::Why::broken, without_line_end(PQerrorMessage(connection_.get())));
}

} // namespace gatehouse::postgres
