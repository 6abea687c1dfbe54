// Listening sockets, opened so that every event loop can have one of its own on the same port.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::http {

struct ListenAddress {
    std::string address = "127.0.0.1"; // IPv4 or IPv6, no name
    std::uint16_t port = 8080; // 0: any free one

    static std::optional<ListenAddress> parse(std::string_view text); // `127.0.0.1:8080`, `[::1]:0`
    bool is_loopback() const;
};

class ListenSocket {
public:
    // Throws std::system_error naming the address. The first socket of a port refuses to share it
    // with another process; `beside_the_first` ones do share.
    static ListenSocket open(ListenAddress const& where);
    static ListenSocket open_beside_the_first(ListenAddress const& where);

    ListenSocket(ListenSocket&& other) noexcept;
    ListenSocket& operator=(ListenSocket&& other) noexcept;
    ~ListenSocket();

    ListenAddress const& address() const { return address_; } // with the real port
    int release(); // the descriptor, now the caller's

private:
    ListenSocket(int descriptor, ListenAddress address);
    int descriptor_ = -1;
    ListenAddress address_;
};

} // namespace gatehouse::http
