// Passing bytes to and fro until a COMMIT comes by.
#include "support/cut_proxy.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace gatehouse::testing {
namespace {

int connect_to(std::string const& host, std::string const& port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0)
        throw std::runtime_error("no address for the PostgreSQL server");
    int const made = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int const connected = ::connect(made, found->ai_addr, found->ai_addrlen);
    ::freeaddrinfo(found);
    if (connected != 0)
        throw std::runtime_error("the PostgreSQL server does not answer");
    return made;
}

bool write_all(int into, std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const sent = ::send(into, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string read_some(int from)
{
    std::string bytes(65536, '\0');
    auto const got = ::recv(from, bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
}

// NoticeResponse (PostgreSQL manual 55.7), as SyncRepWaitForLSN() sends it when somebody cancels.
std::string notice()
{
    using namespace std::string_literals;
    auto const fields = "SWARNING\0VWARNING\0C01000\0"
                        "Mcanceling wait for synchronous replication due to user request\0"
                        "RSyncRepWaitForLSN\0\0"s;
    auto const length = htonl(static_cast<std::uint32_t>(fields.size() + 4));
    return "N" + std::string(reinterpret_cast<char const*>(&length), 4) + fields;
}

} // namespace

CutProxy::CutProxy(std::string server_url)
{
    auto const start = server_url.find('@') + 1;
    auto const end = server_url.find('/', start);
    auto const address = server_url.substr(start, end - start);
    auto const colon = address.rfind(':');
    host_ = address.substr(0, colon);
    port_ = colon == std::string::npos ? "5432" : address.substr(colon + 1);

    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    auto* const generic = reinterpret_cast<sockaddr*>(&own);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0
        || ::getsockname(listener_, generic, &size) != 0)
        throw std::runtime_error("the wire cannot listen");
    auto const through = "127.0.0.1:" + std::to_string(ntohs(own.sin_port));
    url_ = server_url.substr(0, start) + through + server_url.substr(end)
        + (server_url.find('?') == std::string::npos ? "?" : "&")
        + "sslmode=disable&gssencmode=disable";
    thread_ = std::thread([this] { work(); });
}

CutProxy::~CutProxy()
{
    stop_ = true;
    thread_.join();
    for (auto const& wire : wires_) {
        ::close(wire.client);
        ::close(wire.server);
    }
    ::close(listener_);
}

void CutProxy::work()
{
    while (!stop_) {
        std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
        for (auto const& wire : wires_) {
            waiting.push_back({wire.client, POLLIN, 0});
            waiting.push_back({wire.server, POLLIN, 0});
        }
        ::poll(waiting.data(), waiting.size(), 10);
        for (std::size_t at = wires_.size(); at-- > 0;) {
            bool lives = true;
            if (waiting[1 + 2 * at].revents != 0)
                lives = pass_to_server(wires_[at]);
            if (lives && waiting[2 + 2 * at].revents != 0)
                lives = pass_to_client(wires_[at]);
            if (lives)
                continue;
            ::close(wires_[at].client);
            ::close(wires_[at].server);
            wires_.erase(wires_.begin() + static_cast<std::ptrdiff_t>(at));
        }
        if (waiting[0].revents != 0)
            accept();
    }
}

void CutProxy::accept()
{
    int const client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    wires_.push_back({.client = client, .server = connect_to(host_, port_)});
}

bool CutProxy::pass_to_server(Wire& wire)
{
    auto const bytes = read_some(wire.client);
    if (bytes.empty())
        return false;
    if (wire.silent)
        return true;
    if (bytes.find("COMMIT") != std::string::npos) {
        switch (cut_.exchange(Cut::nothing)) {
        case Cut::nothing:
            break;
        case Cut::before_commit:
            return false;
        case Cut::after_commit:
            wire.swallow = true;
            break;
        case Cut::silence:
            wire.silent = true;
            return true;
        case Cut::warning:
            wire.warn = true;
            break;
        }
    }
    return write_all(wire.server, bytes);
}

bool CutProxy::pass_to_client(Wire& wire)
{
    auto bytes = read_some(wire.server);
    if (bytes.empty() || wire.swallow)
        return false;
    if (std::exchange(wire.warn, false))
        bytes.insert(0, notice());
    return write_all(wire.client, bytes);
}

} // namespace gatehouse::testing
