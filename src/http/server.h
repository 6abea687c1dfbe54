// The HTTP server: listeners, event loops and the pipeline behind them.
#pragma once

#include "http/connection.h"
#include "http/endpoint.h"
#include "http/listen_socket.h"
#include "http/pipeline.h"
#include "http/tls.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace gatehouse::http {

struct ServerSettings {
    ListenAddress listen;
    std::optional<ListenAddress> operator_listen; // decisions D-103
    std::optional<TlsFiles> tls; // of `listen`; the operator listener is plain
    PipelineSettings pipeline;
    TimeLimits times;
    std::size_t connection_limit = 20'000; // of this node
    std::size_t connection_limit_of_one = 1'000; // of one client address; 0: none
};

class Server {
public:
    // Opens the listeners and reads certificates: throws what is wrong with them. Also throws
    // std::logic_error for routes that contradict each other.
    Server(
        ServerSettings const& settings, std::vector<Endpoint> endpoints, domain::Services& services
    );
    ~Server();

    // Serves on this thread and `threads` - 1 more; returns after stop(), when all is answered.
    void run(std::size_t threads);

    // From any thread, also before run(): accepts nothing more, finishes what was accepted.
    void stop();

    std::uint16_t port() const; // the real one, also before run()
    std::uint16_t operator_port() const; // 0 without an operator listener
    std::vector<Endpoint> const& endpoints() const;
    Ceilings& ceilings(); // what counts the requests of its clients

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace gatehouse::http
