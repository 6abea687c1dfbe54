// The client's address: the TCP peer, or what trusted proxies say stood before them (decisions
// D-35).
#pragma once

#include "http/request.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::http {

// An IPv4 or IPv6 address; IPv4 is kept mapped (::ffff:0:0/96), so that both spellings are equal.
class Address {
public:
    static std::optional<Address> parse(std::string_view text);

    std::string text() const; // `::ffff:1.2.3.4` becomes `1.2.3.4`
    bool is_loopback() const;
    bool is_in(Address const& network, unsigned prefix_bits) const; // bits of the 128

    // What a ceiling counts: an IPv4 address, or a whole /64, which one household may use freely.
    std::string counted_as() const;

private:
    bool is_mapped_ipv4() const;
    std::array<std::uint8_t, 16> bytes_{};
};

bool is_loopback(std::string_view address);

class TrustedProxies {
public:
    TrustedProxies() = default;
    // `10.0.0.0/8`, `::1`; throws std::invalid_argument naming the bad entry.
    explicit TrustedProxies(std::vector<std::string> const& networks);

    // The right-most address of X-Forwarded-For that is not a trusted proxy itself.
    std::string client_of(Request const& request) const;

private:
    bool trusts(Address const& address) const;

    struct Network {
        Address address;
        unsigned prefix_bits;
    };
    std::vector<Network> networks_;
};

} // namespace gatehouse::http
