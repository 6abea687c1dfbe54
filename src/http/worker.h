// One event loop's share of the server: its listening sockets, its connections, its sweep.
#pragma once

#include "core/event_loop.h"
#include "core/random.h"
#include "http/connection.h"
#include "http/crowd.h"
#include "http/listen_socket.h"
#include "http/tls.h"

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <string>

namespace gatehouse::http {

// What all workers of a server share.
struct Shared {
    Pipeline& pipeline;
    Random& random;
    TimeLimits times;
    std::size_t connection_limit = 20'000;
    Crowd crowd;
    bool over_https = false; // by TLS here, or by a proxy in front
    std::shared_ptr<boost::asio::ssl::context> tls; // null: plain
    std::atomic<std::size_t> connections = 0;
};

class Worker final : public Surroundings {
public:
    explicit Worker(Shared& shared);
    ~Worker() override;

    // Before run(). Listens there; the operator listener is never TLS.
    void listen(ListenSocket socket, bool for_operators);

    void run(); // on this thread, until stopped and the last connection has ended
    void begin_stop(); // from any thread

    Pipeline& pipeline() override { return shared_.pipeline; }
    EventLoop& loop() override { return loop_; }
    CommonFields& common_fields() override { return common_fields_; }
    void mint_request_id(std::string& into, Instant now) override;
    std::chrono::milliseconds ticks() const override { return ticks_; }
    bool is_stopping() const override { return stopping_; }

private:
    struct Inside; // acceptors and the timer, which know Asio
    class RandomInBulk;

    void accept_next(std::size_t listener);
    void accepted(std::size_t listener);
    Async<void> serve(std::list<Connection>::iterator connection, std::string counted);
    bool may_come_in(std::string const& peer, bool for_operators);
    bool may_accept() const;
    void refused_by_the_system(std::string const& cause);
    void drain_and_close_listeners();
    void arm_sweep();
    void sweep();
    void stop_now();

    Shared& shared_;
    EventLoop& loop_;
    CommonFields common_fields_;
    std::unique_ptr<RandomInBulk> random_;
    std::unique_ptr<Inside> inside_;
    std::chrono::milliseconds ticks_{};
    std::chrono::milliseconds stop_began_{};
    std::chrono::milliseconds last_complaint_{-60'000};
    bool stopping_ = false;
};

} // namespace gatehouse::http
