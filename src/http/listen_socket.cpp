// bind, listen, and who may share a port.
#include "http/listen_socket.h"

#include "http/client_address.h"
#include "http/query.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace gatehouse::http {

namespace {
constexpr int waiting_connections = 4096;

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

[[noreturn]] void fail(ListenAddress const& where, std::string_view what)
{
    auto const cause = errno;
    throw std::system_error(
        cause,
        std::generic_category(),
        std::string(what) + " " + where.address + ":" + std::to_string(where.port)
    );
}

SocketAddress to_socket_address(ListenAddress const& where)
{
    SocketAddress made;
    if (auto* const four = reinterpret_cast<sockaddr_in*>(&made.storage);
        inet_pton(AF_INET, where.address.c_str(), &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(where.port);
        made.size = sizeof *four;
        return made;
    }
    auto* const six = reinterpret_cast<sockaddr_in6*>(&made.storage);
    if (inet_pton(AF_INET6, where.address.c_str(), &six->sin6_addr) != 1) {
        errno = EINVAL;
        fail(where, "not an address to listen on:");
    }
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(where.port);
    made.size = sizeof *six;
    return made;
}

void switch_on(int descriptor, int option)
{
    int const on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, option, &on, sizeof on) != 0)
        throw std::system_error(errno, std::generic_category(), "setsockopt");
}

int bound_socket(ListenAddress const& where, bool shared)
{
    auto const address = to_socket_address(where);
    int const descriptor
        = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        fail(where, "cannot open a socket for");
    switch_on(descriptor, SO_REUSEADDR);
    if (shared)
        switch_on(descriptor, SO_REUSEPORT);
    if (::bind(descriptor, reinterpret_cast<sockaddr const*>(&address.storage), address.size)
        != 0) {
        auto const cause = errno;
        ::close(descriptor);
        errno = cause;
        fail(where, "cannot listen on");
    }
    return descriptor;
}

std::uint16_t port_of(int descriptor)
{
    SocketAddress bound;
    bound.size = sizeof bound.storage;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) != 0)
        throw std::system_error(errno, std::generic_category(), "getsockname");
    if (bound.storage.ss_family == AF_INET)
        return ntohs(reinterpret_cast<sockaddr_in const*>(&bound.storage)->sin_port);
    return ntohs(reinterpret_cast<sockaddr_in6 const*>(&bound.storage)->sin6_port);
}
} // namespace

std::optional<ListenAddress> ListenAddress::parse(std::string_view text)
{
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return std::nullopt;
    auto const port = parse_whole_number(text.substr(colon + 1));
    if (!Address::parse(host) || !port || *port < 0 || *port > 65535)
        return std::nullopt;
    return ListenAddress{std::string(host), static_cast<std::uint16_t>(*port)};
}

bool ListenAddress::is_loopback() const
{
    return http::is_loopback(address);
}

ListenSocket ListenSocket::open(ListenAddress const& where)
{
    // Sharing would let a second server of the same user steal half of the connections unnoticed:
    // a socket that does not share tells whether somebody is there already.
    if (where.port != 0) {
        int const probe = bound_socket(where, false);
        int const listening = ::listen(probe, 1);
        auto const cause = errno;
        ::close(probe);
        errno = cause;
        if (listening != 0)
            fail(where, "cannot listen on");
    }
    return open_beside_the_first(where);
}

ListenSocket ListenSocket::open_beside_the_first(ListenAddress const& where)
{
    ListenSocket opened(bound_socket(where, true), where);
    if (::listen(opened.descriptor_, waiting_connections) != 0)
        fail(where, "cannot listen on");
    opened.address_.port = port_of(opened.descriptor_);
    return opened;
}

ListenSocket::ListenSocket(int descriptor, ListenAddress address)
    : descriptor_(descriptor)
    , address_(std::move(address))
{
}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1))
    , address_(std::move(other.address_))
{
}

ListenSocket& ListenSocket::operator=(ListenSocket&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    std::swap(address_, other.address_);
    return *this;
}

ListenSocket::~ListenSocket()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

int ListenSocket::release()
{
    return std::exchange(descriptor_, -1);
}

} // namespace gatehouse::http
