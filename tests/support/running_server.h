// A server on a free loopback port in a thread of its own, and a client that sends exactly these
// bytes.
#pragma once

#include "http/server.h"
#include "support/http_world.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace gatehouse::support {

class RunningServer {
public:
    RunningServer(
        HttpWorld& world,
        std::vector<http::Endpoint> endpoints,
        http::ServerSettings settings = {},
        std::size_t threads = 1
    )
        : server_(on_any_port(std::move(settings)), std::move(endpoints), world.services)
        , thread_([this, threads] { server_.run(threads); })
    {
    }
    ~RunningServer() { stop(); }

    void stop()
    {
        server_.stop();
        if (thread_.joinable())
            thread_.join();
    }
    void ask_to_stop() { server_.stop(); }
    std::uint16_t port() const { return server_.port(); }
    std::uint16_t operator_port() const { return server_.operator_port(); }

private:
    static http::ServerSettings on_any_port(http::ServerSettings settings)
    {
        settings.listen = {"127.0.0.1", 0};
        return settings;
    }
    http::Server server_;
    std::thread thread_;
};

// Blocking, with a deadline of ten seconds for everything.
class RawClient {
public:
    explicit RawClient(std::uint16_t port)
        : descriptor_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_
            = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~RawClient() { ::close(descriptor_); }
    RawClient(RawClient const&) = delete;
    RawClient& operator=(RawClient const&) = delete;

    bool is_connected() const { return connected_; }

    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            auto const sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    void finish_sending() { ::shutdown(descriptor_, SHUT_WR); }

    // Everything until the server closes; a server that does not is a failure.
    std::string read_all()
    {
        while (read_more() == Read::more) { }
        if (state_ == Read::nothing)
            ADD_FAILURE() << "the server leaves the connection open";
        return std::exchange(received_, {});
    }

    // At least so many bytes, thrown away; fewer where the server ends before.
    void read_some(std::size_t bytes)
    {
        while (received_.size() < bytes && read_more() == Read::more) { }
        received_.clear();
    }

    // Whether what was read last was an error, not an end.
    bool was_reset() const { return was_reset_; }

    // Whether nothing at all arrives within this time.
    bool stays_silent(std::chrono::milliseconds time)
    {
        return received_.empty() && read_more(time) == Read::nothing;
    }

    // One answer with a Content-Length (or none at all); empty when the server closed before.
    std::string read_answer()
    {
        for (;;) {
            auto const head_end = received_.find("\r\n\r\n");
            if (head_end != std::string::npos) {
                auto const at = received_.find("Content-Length: ");
                auto const length = at < head_end ? std::stoul(received_.substr(at + 16)) : 0;
                auto const size = head_end + 4 + length;
                if (received_.size() >= size) {
                    auto answer = received_.substr(0, size);
                    received_.erase(0, size);
                    return answer;
                }
            }
            if (read_more() != Read::more)
                return {};
        }
    }

    // True only when the end was seen: a server that goes on waiting has not closed.
    bool is_closed_by_server() { return received_.empty() && read_more() == Read::end; }

private:
    enum class Read { more, end, nothing }; // nothing: the time was up

    Read read_more(std::chrono::milliseconds patience = std::chrono::seconds(10))
    {
        pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
        state_ = Read::nothing;
        if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0)
            return state_;
        char buffer[16 * 1024];
        auto const count = ::recv(descriptor_, buffer, sizeof buffer, 0);
        state_ = count > 0 ? Read::more : Read::end;
        was_reset_ = count < 0 && errno == ECONNRESET;
        if (count > 0)
            received_.append(buffer, static_cast<std::size_t>(count));
        return state_;
    }

    Read state_ = Read::more;
    bool was_reset_ = false;
    int descriptor_;
    bool connected_ = false;
    std::string received_;
};

inline int status_of(std::string_view answer)
{
    return answer.size() < 12 ? 0 : std::stoi(std::string(answer.substr(9, 3)));
}

inline std::string header_of(std::string_view answer, std::string_view name)
{
    auto const line = "\r\n" + std::string(name) + ": ";
    auto const at = answer.find(line);
    auto const head_end = answer.find("\r\n\r\n");
    if (at == std::string_view::npos || at > head_end)
        return {};
    auto const begin = at + line.size();
    return std::string(answer.substr(begin, answer.find("\r\n", begin) - begin));
}

inline std::string body_of(std::string_view answer)
{
    auto const at = answer.find("\r\n\r\n");
    return at == std::string_view::npos ? "" : std::string(answer.substr(at + 4));
}

// The machine name of a refusal.
inline std::string code_of(std::string_view answer)
{
    auto const body = body_of(answer);
    auto const at = body.find("\"code\":\"");
    return at == std::string::npos ? "" : body.substr(at + 8, body.find('"', at + 8) - at - 8);
}

// A world with a server in it that starts at the first question: change `world` and `settings`
// before.
class Asking {
public:
    explicit Asking(std::vector<http::Endpoint> endpoints)
        : endpoints_(std::move(endpoints))
    {
    }

    std::string
    ask(std::string const& method,
        std::string const& path,
        std::string const& fields = "",
        std::string const& body = "")
    {
        RawClient client(server().port());
        auto const length
            = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
        client.send(
            method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + length + "\r\n" + body
        );
        return client.read_answer();
    }

    RunningServer& server()
    {
        if (!server_)
            server_.emplace(world, std::move(endpoints_), settings);
        return *server_;
    }

    HttpWorld world;
    http::ServerSettings settings;

private:
    std::vector<http::Endpoint> endpoints_;
    std::optional<RunningServer> server_;
};

} // namespace gatehouse::support
