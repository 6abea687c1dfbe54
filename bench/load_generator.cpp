// Sends prepared HTTP/1.1 requests over kept connections, as fast as answers come or at a rate, and
// counts them.
// usage: load_generator PORT CONNECTIONS SECONDS FILE [RATE]   (FILE: for each request its length,
// a line end, its bytes; RATE: requests a second) It prints one line of JSON: answers, those
// outside 2xx, seconds, and the 50th, 95th and 99th percentile in µs. At a rate, times count from
// the moment at which a request was due, so that a server that stands still is not flattered.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
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

using Clock = std::chrono::steady_clock;

struct Load {
    std::uint16_t port;
    std::size_t connections;
    std::chrono::duration<double> time;
    std::vector<std::string> requests;
    double rate = 0; // 0: as fast as answers come
    bool shares_its_core = false;
};

struct Tally {
    std::vector<std::uint32_t> microseconds; // of each answer
    std::uint64_t refused = 0; // answers outside 2xx
};

template <class Number> Number number_in(std::string_view text)
{
    Number number{};
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size())
        throw std::invalid_argument("not a number: " + std::string(text));
    return number;
}

int checked(int result, char const* what)
{
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

std::vector<std::string> read_requests(char const* path)
{
    std::ifstream file(path, std::ios::binary);
    std::vector<std::string> requests;
    for (std::string length; std::getline(file, length);) {
        std::string request(number_in<std::size_t>(length), '\0');
        if (!file.read(request.data(), static_cast<std::streamsize>(request.size())))
            throw std::runtime_error("the file of requests ends inside one");
        requests.push_back(std::move(request));
    }
    if (requests.empty())
        throw std::runtime_error("no requests in " + std::string(path));
    return requests;
}

// How many bytes the answer at the front takes, or 0 while some of them are missing.
std::size_t length_of_answer(std::string_view text)
{
    auto const head = text.find("\r\n\r\n");
    if (head == std::string_view::npos)
        return 0;
    for (std::string_view const name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
        auto const at = text.find(name);
        if (at < head) {
            auto const from = at + name.size();
            auto const body
                = number_in<std::size_t>(text.substr(from, text.find('\r', from) - from));
            auto const whole = head + 4 + body;
            return text.size() >= whole ? whole : 0;
        }
    }
    throw std::runtime_error("an answer without Content-Length");
}

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
        auto const& request = load_.requests[next_];
        next_ = (next_ + 1) % load_.requests.size();
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
        auto const count
            = ::epoll_wait(poll, ready.data(), ready.size(), load.shares_its_core ? 100 : 0);
        if (count < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "epoll_wait");
        for (auto const& event :
             std::span(ready).first(static_cast<std::size_t>(std::max(count, 0))))
            if (connections[event.data.u64].hear(tally))
                idle.push_back(event.data.u64);
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
    if (load.rate > 0) {
        run_at_rate(load, poll, connections, tally);
        ::close(poll);
        return tally;
    }
    auto const end = Clock::now() + load.time;
    for (auto& connection : connections)
        connection.ask();
    std::array<epoll_event, 256> ready;
    while (Clock::now() < end) {
        auto const count
            = ::epoll_wait(poll, ready.data(), ready.size(), load.shares_its_core ? 100 : 0);
        if (count < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "epoll_wait");
        for (auto const& event :
             std::span(ready).first(static_cast<std::size_t>(std::max(count, 0)))) {
            auto& connection = connections[event.data.u64];
            if (connection.hear(tally))
                connection.ask();
        }
    }
    ::close(poll);
    return tally;
}

std::uint32_t percentile(std::vector<std::uint32_t> const& sorted, std::size_t percent)
{
    return sorted[(sorted.size() - 1) * percent / 100];
}

} // namespace

int main(int count, char** words)
try {
    std::span const arguments(words, static_cast<std::size_t>(count));
    if (arguments.size() != 5 && arguments.size() != 6) {
        std::cerr << "usage: load_generator PORT CONNECTIONS SECONDS FILE [RATE|shared]\n";
        return 2;
    }
    bool const shared = arguments.size() == 6 && arguments[5] == std::string_view("shared");
    Load const load{
        .port = number_in<std::uint16_t>(arguments[1]),
        .connections = number_in<std::size_t>(arguments[2]),
        .time = std::chrono::duration<double>(number_in<double>(arguments[3])),
        .requests = read_requests(arguments[4]),
        .rate = arguments.size() == 6 && !shared ? number_in<double>(arguments[5]) : 0,
        .shares_its_core = shared,
    };
    auto const started = Clock::now();
    auto tally = run(load);
    std::chrono::duration<double> const took = Clock::now() - started;
    if (tally.microseconds.empty())
        throw std::runtime_error("not one answer came");
    std::ranges::sort(tally.microseconds);
    std::cout << R"({"answers": )" << tally.microseconds.size() << R"(, "refused": )"
              << tally.refused << R"(, "seconds": )" << took.count() << R"(, "p50": )"
              << percentile(tally.microseconds, 50) << R"(, "p95": )"
              << percentile(tally.microseconds, 95) << R"(, "p99": )"
              << percentile(tally.microseconds, 99) << "}\n";
} catch (std::exception const& problem) {
    std::cerr << "load_generator: " << problem.what() << '\n';
    return 1;
}
