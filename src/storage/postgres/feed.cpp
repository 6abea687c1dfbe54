// LISTEN, heartbeats, and trust that runs out by itself.
#include "storage/postgres/feed.h"

#include "core/json.h"
#include "core/log.h"
#include "core/metrics.h"
#include "storage/postgres/role.h"
#include "storage/sql/schema_objects.h"

#include <poll.h>

#include <ctime>
#include <stdexcept>
#include <utility>

namespace gatehouse::postgres {
namespace {

struct Releaser {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
    void operator()(PGnotify* message) const noexcept { PQfreemem(message); }
};

// A beat, and the first of the triggers in $2 that is gone or tells nothing: then nobody hears of
// what is changed, however well the channel works.
constexpr char const* beat
    = "SELECT pg_notify('gatehouse_invalidate', $1), (SELECT n.name FROM unnest(CAST($2 AS "
      "text[])) "
      "AS n(name) WHERE NOT EXISTS (SELECT 1 FROM pg_trigger t JOIN pg_class c ON c.oid = "
      "t.tgrelid "
      "WHERE c.relnamespace = to_regnamespace('auth') AND t.tgname = n.name AND t.tgenabled IN "
      "('O', 'A')) LIMIT 1)";

std::string triggers()
{
    std::string list;
    for (auto const* const name : sql::telling_triggers())
        list += (list.empty() ? "{" : ",") + std::string(name);
    return list + "}";
}

// What the server says unasked would go to standard error, beside the log.
void note(void*, PGresult const* notice)
{
    auto const* const message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    log::Line(log::Level::debug, "postgres.feed_notice").with("message", message ? message : "");
}

std::string trouble(PGconn* connection)
{
    std::string text = connection ? PQerrorMessage(connection) : "out of memory";
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text.empty() ? "the connection was closed" : text;
}

} // namespace

Feed::Feed(
    std::string url, std::string role, Told told, std::function<void()> lost, FeedOptions options
)
    : url_(std::move(url))
    , role_(std::move(role))
    , told_(std::move(told))
    , lost_(std::move(lost))
    , options_(options)
    , thread_([this] { work(); })
{
}

Feed::~Feed()
{
    {
        std::scoped_lock const lock(mutex_);
        ends_ = true;
    }
    ended_.notify_all();
    thread_.join();
}

Feed::Clock::time_point Feed::Clock::now() noexcept
{
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now); // never fails for a clock that there is
    return time_point(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

bool Feed::is_current() noexcept
{
    return Clock::now().time_since_epoch().count() < trusted_until_.load();
}

void Feed::work()
{
    while (!ends_) {
        try {
            listen_until_lost();
        } catch (std::exception const& failure) {
            distrust();
            metrics::count("gatehouse_change_feed_lost_total");
            log::Line(log::Level::error, "postgres.feed_lost")
                .with("cause", failure.what())
                .with("consequence", "the database is asked on every request");
        }
        connection_.reset();
        std::unique_lock lock(mutex_);
        ended_.wait_for(lock, options_.pause, [this] { return ends_.load(); });
    }
    distrust();
}

void Feed::listen_until_lost()
{
    connect();
    while (!ends_) {
        auto const now = Clock::now();
        if (!beat_is_out_ && now - beat_sent_ >= options_.heartbeat)
            send_heartbeat();
        if (beat_is_out_ && now - beat_sent_ > options_.trusted)
            throw std::runtime_error("no answer to a heartbeat");
        pollfd waiting{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
        ::poll(&waiting, 1, 50);
        take_what_came();
    }
}

void Feed::connect()
{
    char const* const names[]
        = {"application_name",
           "client_encoding",
           "connect_timeout",
           "tcp_user_timeout",
           "keepalives_idle",
           "dbname",
           nullptr};
    char const* const values[]
        = {"gatehouse feed", "UTF8", "2", "2000", "5", url_.c_str(), nullptr};
    connection_.reset(PQconnectdbParams(names, values, 1));
    if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK)
        throw std::runtime_error(trouble(connection_.get()));
    PQsetNoticeReceiver(connection_.get(), note, nullptr);
    name_ = std::to_string(PQbackendPID(connection_.get()));
    heard_ = false;
    beat_is_out_ = false;
    beat_sent_ = {};
    // Heartbeats are worth no wait for the disk.
    run("SET statement_timeout = 2000; SET synchronous_commit = off");
    if (!role_.empty())
        run("SET ROLE " + quoted(role_));
    run("LISTEN gatehouse_invalidate");
}

void Feed::run(std::string const& sql)
{
    std::unique_ptr<PGresult, Releaser> const result(PQexec(connection_.get(), sql.c_str()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
        throw std::runtime_error(trouble(connection_.get()));
}

void Feed::send_heartbeat()
{
    json::Array cells;
    cells.emplace_back("heartbeat");
    cells.emplace_back(name_);
    cells.emplace_back(std::to_string(++beats_));
    auto const message = json::canonical(json::Value(std::move(cells)));
    static auto const telling = triggers();
    char const* const values[] = {message.c_str(), telling.c_str()};
    beat_sent_ = Clock::now();
    beat_is_out_ = true;
    auto const sent
        = PQsendQueryParams(connection_.get(), beat, 2, nullptr, values, nullptr, nullptr, 0);
    if (sent != 1)
        throw std::runtime_error(trouble(connection_.get()));
}

void Feed::take_what_came()
{
    if (PQconsumeInput(connection_.get()) != 1)
        throw std::runtime_error(trouble(connection_.get()));
    while (!PQisBusy(connection_.get())) {
        std::unique_ptr<PGresult, Releaser> const result(PQgetResult(connection_.get()));
        if (!result)
            break;
        auto const status = PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            throw std::runtime_error(trouble(connection_.get()));
        if (status == PGRES_TUPLES_OK && PQgetisnull(result.get(), 0, 1) == 0)
            throw std::runtime_error(
                "the trigger " + std::string(PQgetvalue(result.get(), 0, 1)) + " tells nothing"
            );
    }
    while (std::unique_ptr<PGnotify, Releaser> const message{PQnotifies(connection_.get())})
        take(message->extra);
}

void Feed::take(std::string_view message)
{
    auto const parsed = json::parse(message);
    auto const* const cells = parsed ? parsed->array() : nullptr;
    bool const is_beat = cells && cells->size() == 3 && cells->front() == json::Value("heartbeat");
    if (!is_beat)
        return told_(message);
    if ((*cells)[1] != json::Value(name_) || (*cells)[2] != json::Value(std::to_string(beats_)))
        return;
    // All that was committed before this beat was sent has been told by now; what was committed
    // while nobody listened has not.
    beat_is_out_ = false;
    if (!std::exchange(heard_, true)) {
        lost_();
        log::Line(log::Level::info, "postgres.feed_heard");
    }
    trusted_until_ = (beat_sent_ + options_.trusted).time_since_epoch().count();
}

} // namespace gatehouse::postgres
