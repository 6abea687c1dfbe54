// Sends prepared HTTP/1.1 requests over kept connections, as fast as answers come or at a rate, and
// counts them.
// usage: load_generator PORT CONNECTIONS SECONDS FILE [RATE|shared|once] [ANSWERS]   (FILE: for
// each request its length, a line end, its bytes; RATE: requests a second; once: each request a
// single time, in order; ANSWERS: where the bodies go, one a line) It prints one line of JSON:
// answers, those outside 2xx, those 503 with Retry-After, seconds, and percentiles in µs. At a
// rate, times count from the moment at which a request was due, so that a server that stands still
// is not flattered.

#include "load_plan.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace load;

class Connection {
public:
    Connection(int poll, Load const& load, std::size_t number)
        : load_(load)
        , next_(number * load.requests.size() / load.connections) // evenly spread over them
        , socket_(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(load.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // Sockets take every kind of address through this one type.
        auto const* const any = reinterpret_cast<sockaddr const*>(&address);
        checked(::connect(socket_, any, sizeof address), "connect");
        int const on = 1;
        checked(::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
        epoll_event interest{};
        interest.events = EPOLLIN;
        interest.data.u64 = number;
        checked(::epoll_ctl(poll, EPOLL_CTL_ADD, socket_, &interest), "epoll_ctl");
    }
    Connection(Connection&& other) noexcept
        : load_(other.load_)
        , next_(other.next_)
        , socket_(std::exchange(other.socket_, -1))
    {
    }
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;
    Connection& operator=(Connection&&) = delete;
    ~Connection()
    {
        if (socket_ >= 0)
            ::close(socket_);
    }

    void ask(Clock::time_point due = Clock::now())
    {
        ask(load_.requests[next_], due);
        next_ = (next_ + 1) % load_.requests.size();
    }

    void ask(std::string const& request, Clock::time_point due)
    {
        asked_ = due;
        auto const sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
        if (sent != static_cast<ssize_t>(request.size()))
            throw std::system_error(errno, std::generic_category(), "send");
    }

    // True once the answer is whole and counted.
    bool hear(Tally& tally)
    {
        std::array<char, 16384> piece;
        auto const received = ::recv(socket_, piece.data(), piece.size(), 0);
        if (received <= 0)
            throw std::runtime_error("the server closed a connection");
        answer_.append(piece.data(), static_cast<std::size_t>(received));
        if (length_of_answer(answer_) == 0)
            return false;
        auto const took
            = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked_);
        tally.microseconds.push_back(static_cast<std::uint32_t>(took.count()));
        constexpr std::size_t status_at = std::string_view("HTTP/1.1 ").size();
        tally.refused += answer_.at(status_at) == '2' ? 0 : 1;
        tally.put_off += answer_.compare(status_at, 3, "503") == 0
                && answer_.find("\r\nRetry-After: ") != std::string::npos
            ? 1
            : 0;
        if (!load_.answers.empty())
            tally.bodies.push_back(answer_.substr(answer_.find("\r\n\r\n") + 4));
        answer_.clear();
        return true;
    }

private:
    Load const& load_;
    std::size_t next_;
    int socket_;
    std::string answer_;
    Clock::time_point asked_;
};

// On a core to itself the generator never sleeps: waking it would be charged to the server that
// answers it.
std::span<epoll_event const>
wait_for_some(Load const& load, int poll, std::array<epoll_event, 256>& ready)
{
    auto const count = ::epoll_wait(
        poll, ready.data(), static_cast<int>(ready.size()), load.shares_its_core ? 100 : 0
    );
    if (count < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "epoll_wait");
    return std::span(ready).first(static_cast<std::size_t>(std::max(count, 0)));
}

void run_at_rate(Load const& load, int poll, std::vector<Connection>& connections, Tally& tally)
{
    std::vector<std::size_t> idle;
    for (std::size_t number = 0; number < connections.size(); ++number)
        idle.push_back(number);
    auto const pause
        = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / load.rate)
        );
    auto due = Clock::now();
    auto const end = due + load.time;
    std::array<epoll_event, 256> ready;
    while (due < end || idle.size() < connections.size()) {
        for (auto const now = Clock::now(); due <= now && due < end && !idle.empty();
             due += pause) {
            connections[idle.back()].ask(due);
            idle.pop_back();
        }
        for (auto const& event : wait_for_some(load, poll, ready))
            if (connections[event.data.u64].hear(tally))
                idle.push_back(event.data.u64);
    }
}

void run_once(Load const& load, int poll, std::vector<Connection>& connections, Tally& tally)
{
    std::size_t next = 0;
    for (auto& connection : connections)
        if (next < load.requests.size())
            connection.ask(load.requests[next++], Clock::now());
    std::array<epoll_event, 256> ready;
    while (tally.microseconds.size() < load.requests.size())
        for (auto const& event : wait_for_some(load, poll, ready)) {
            auto& connection = connections[event.data.u64];
            if (connection.hear(tally) && next < load.requests.size())
                connection.ask(load.requests[next++], Clock::now());
        }
}

Tally run(Load const& load)
{
    auto const poll = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    std::vector<Connection> connections;
    connections.reserve(load.connections);
    for (std::size_t number = 0; number < load.connections; ++number)
        connections.emplace_back(poll, load, number);

    Tally tally;
    tally.microseconds.reserve(1U << 20U);
    if (load.rate > 0 || load.once) {
        load.once ? run_once(load, poll, connections, tally)
                  : run_at_rate(load, poll, connections, tally);
        ::close(poll);
        return tally;
    }
    auto const end = Clock::now() + load.time;
    for (auto& connection : connections)
        connection.ask();
    std::array<epoll_event, 256> ready;
    while (Clock::now() < end) {
        for (auto const& event : wait_for_some(load, poll, ready)) {
            auto& connection = connections[event.data.u64];
            if (connection.hear(tally))
                connection.ask();
        }
    }
    ::close(poll);
    return tally;
}

std::uint32_t percentile(std::vector<std::uint32_t> const& sorted, double percent)
{
    auto const last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(last * percent / 100)];
}

} // namespace

int main(int count, char** words)
try {
    std::span const arguments(words, static_cast<std::size_t>(count));
    if (arguments.size() < 5 || arguments.size() > 7) {
        std::cerr
            << "usage: load_generator PORT CONNECTIONS SECONDS FILE [RATE|shared|once] [ANSWERS]\n";
        return 2;
    }
    std::string_view const manner = arguments.size() > 5 ? arguments[5] : "";
    bool const shared = manner == "shared";
    bool const once = manner == "once";
    Load const load{
        .port = number_in<std::uint16_t>(arguments[1]),
        .connections = number_in<std::size_t>(arguments[2]),
        .time = std::chrono::duration<double>(number_in<double>(arguments[3])),
        .requests = read_requests(arguments[4]),
        .rate = manner.empty() || shared || once ? 0 : number_in<double>(manner),
        .shares_its_core = shared,
        .once = once,
        .answers = arguments.size() > 6 ? arguments[6] : "",
    };
    auto const started = Clock::now();
    auto tally = run(load);
    std::chrono::duration<double> const took = Clock::now() - started;
    if (tally.microseconds.empty())
        throw std::runtime_error("not one answer came");
    if (!load.answers.empty()) {
        std::ofstream kept(load.answers, std::ios::binary);
        for (auto const& body : tally.bodies)
            kept << body << '\n';
        if (!kept.flush())
            throw std::runtime_error("the answers cannot be written");
    }
    std::ranges::sort(tally.microseconds);
    std::cout << R"({"answers": )" << tally.microseconds.size() << R"(, "refused": )"
              << tally.refused << R"(, "put_off": )" << tally.put_off << R"(, "seconds": )"
              << took.count() << R"(, "p50": )" << percentile(tally.microseconds, 50)
              << R"(, "p95": )" << percentile(tally.microseconds, 95) << R"(, "p99": )"
              << percentile(tally.microseconds, 99) << R"(, "p999": )"
              << percentile(tally.microseconds, 99.9) << "}\n";
} catch (std::exception const& problem) {
    std::cerr << "load_generator: " << problem.what() << '\n';
    return 1;
}
