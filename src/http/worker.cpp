// Accepting connections, sweeping them for slowness, stopping gracefully.
#include "http/worker.h"

#include "core/log.h"
#include "core/metrics.h"
#include "core/uuid.h"
#include "http/stream_asio.h"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

namespace gatehouse::http {

namespace asio = boost::asio;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

namespace {
constexpr auto sweep_interval = std::chrono::milliseconds(250);
constexpr int waiting_at_most = 4096; // connections that the kernel has accepted for us

// Loops outlive their server: work that outlasts the last answer (a hash under way on another
// thread) may still hand its result to one, which then simply never runs it.
EventLoop& immortal_loop()
{
    static std::mutex mutex;
    static auto* const loops = new std::vector<std::unique_ptr<EventLoop>>;
    std::scoped_lock const lock(mutex);
    return *loops->emplace_back(std::make_unique<EventLoop>());
}

std::chrono::milliseconds steady_milliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch()
    );
}
} // namespace

// Asks the system once for many request ids.
class Worker::RandomInBulk final : public Random {
public:
    explicit RandomInBulk(Random& source)
        : source_(source)
    {
    }
    void fill(std::span<std::uint8_t> into) override
    {
        if (used_ + into.size() > stock_.size()) {
            source_.fill(stock_);
            used_ = 0;
        }
        std::memcpy(into.data(), stock_.data() + used_, into.size());
        used_ += into.size();
    }

private:
    Random& source_;
    std::array<std::uint8_t, 4096> stock_{};
    std::size_t used_ = stock_.size();
};

struct Worker::Inside {
    explicit Inside(EventLoop& loop)
        : context(*static_cast<asio::io_context*>(loop.native()))
        , timer(context.get_executor())
    {
    }

    struct Listener {
        Acceptor acceptor;
        bool for_operators;
        bool waiting = false; // an accept is pending
    };

    using Timer = asio::basic_waitable_timer<
        std::chrono::steady_clock,
        asio::wait_traits<std::chrono::steady_clock>,
        asio::io_context::executor_type>;

    asio::io_context& context;
    Timer timer;
    std::vector<Listener> listeners;
    std::list<Connection> connections;
};

Worker::Worker(Shared& shared)
    : shared_(shared)
    , loop_(immortal_loop())
    , common_fields_(shared.over_https)
    , random_(std::make_unique<RandomInBulk>(shared.random))
    , inside_(std::make_unique<Inside>(loop_))
    , ticks_(steady_milliseconds())
{
}

Worker::~Worker() = default;

void Worker::mint_request_id(std::string& into, Instant now)
{
    into.clear();
    append_uuid(into, now, *random_);
}

void Worker::listen(ListenSocket socket, bool for_operators)
{
    bool const is_v6 = socket.address().address.find(':') != std::string::npos;
    Acceptor acceptor(inside_->context.get_executor());
    acceptor.assign(is_v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), socket.release());
    inside_->listeners.push_back({std::move(acceptor), for_operators});
}

void Worker::run()
{
    ticks_ = steady_milliseconds();
    for (std::size_t at = 0; at < inside_->listeners.size(); ++at)
        accept_next(at);
    arm_sweep();
    loop_.run();
}

void Worker::begin_stop()
{
    loop_.post([this] { stop_now(); });
}

bool Worker::may_accept() const
{
    return !stopping_ && shared_.connections < shared_.connection_limit;
}

void Worker::accept_next(std::size_t at)
{
    auto& listener = inside_->listeners[at];
    if (listener.waiting || !may_accept())
        return; // the sweep tries again
    listener.waiting = true;
    listener.acceptor.async_wait(
        Acceptor::wait_read,
        [this, at](boost::system::error_code const& error) {
            inside_->listeners[at].waiting = false;
            if (!error)
                accepted(at);
        }
    );
}

// Takes what waits, a bounded number at a time.
void Worker::accepted(std::size_t at)
{
    int const at_once = stopping_ ? waiting_at_most : 16;
    auto& listener = inside_->listeners[at];
    listener.acceptor.non_blocking(true);
    for (int taken = 0; taken < at_once && (may_accept() || stopping_); ++taken) {
        boost::system::error_code error;
        asio::ip::tcp::endpoint peer;
        Socket socket(inside_->context.get_executor());
        listener.acceptor.accept(socket, peer, error);
        if (error == asio::error::would_block || error == asio::error::connection_aborted)
            break;
        if (error)
            return refused_by_the_system(error.message()); // the sweep tries again
        socket.non_blocking(true, error);
        socket.set_option(asio::ip::tcp::no_delay(true), error);
        if (error)
            continue; // gone before it began
        auto from = peer.address().to_string();
        if (!may_come_in(from, listener.for_operators))
            continue;
        bool const secure = shared_.tls && !listener.for_operators;
        auto stream = secure ? tls_stream(std::move(socket), *shared_.tls)
                             : plain_stream(std::move(socket));
        auto const here = inside_->connections.emplace(
            inside_->connections.end(),
            *this,
            std::move(stream),
            Connection::Facts{from, secure, listener.for_operators}
        );
        ++shared_.connections;
        start(serve(here, listener.for_operators ? std::string() : std::move(from)));
    }
    accept_next(at);
}

// `counted`: the address that it was let in from, empty where nobody counted it.
Async<void> Worker::serve(std::list<Connection>::iterator connection, std::string counted)
{
    co_await connection->converse();
    inside_->connections.erase(connection);
    --shared_.connections;
    if (!counted.empty())
        shared_.crowd.leave(counted);
    if (stopping_ && inside_->connections.empty())
        loop_.stop();
}

// One that has too many is closed at once, before a byte of it is read: it costs nothing more.
bool Worker::may_come_in(std::string const& peer, bool for_operators)
{
    if (for_operators || shared_.crowd.let_in(peer))
        return true;
    metrics::count("gatehouse_http_connections_turned_away_total");
    return false;
}

// Out of descriptors or memory: accepting pauses until the next sweep, said once a second.
void Worker::refused_by_the_system(std::string const& cause)
{
    metrics::count("gatehouse_http_accept_failures_total");
    if (ticks_ - last_complaint_ < std::chrono::seconds(1))
        return;
    last_complaint_ = ticks_;
    log::Line(log::Level::warning, "http.accept_failed").with("cause", cause);
}

void Worker::arm_sweep()
{
    inside_->timer.expires_after(sweep_interval);
    inside_->timer.async_wait([this](boost::system::error_code const& error) {
        if (!error)
            sweep();
    });
}

void Worker::sweep()
{
    ticks_ = steady_milliseconds();
    for (auto& connection : inside_->connections) {
        connection.sweep(shared_.times);
        if (stopping_)
            connection.stop_if_idle();
    }
    metrics::gauge("gatehouse_http_connections", static_cast<double>(shared_.connections));
    metrics::gauge("gatehouse_http_in_flight", shared_.pipeline.in_flight());
    for (std::size_t at = 0; at < inside_->listeners.size(); ++at)
        accept_next(at);
    if (stopping_ && ticks_ - stop_began_ > shared_.times.stopping) {
        log::Line(log::Level::warning, "http.stopped_before_all_were_answered")
            .with("connections", static_cast<std::int64_t>(inside_->connections.size()));
        loop_.stop();
    }
    arm_sweep();
}

// What the kernel accepted for us is served: closing a listener would reset it.
void Worker::drain_and_close_listeners()
{
    for (std::size_t at = 0; at < inside_->listeners.size(); ++at) {
        accepted(at);
        boost::system::error_code gone; // closing cannot be helped any further
        inside_->listeners[at].acceptor.close(gone);
    }
}

void Worker::stop_now()
{
    if (stopping_)
        return;
    stopping_ = true;
    ticks_ = steady_milliseconds();
    stop_began_ = ticks_;
    drain_and_close_listeners();
    if (inside_->connections.empty())
        loop_.stop(); // else the sweep ends those that stay idle: a request may be on its way
}

} // namespace gatehouse::http
