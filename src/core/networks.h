// Internet addresses, and networks of them as operators write them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse {

// An IPv4 or IPv6 address; IPv4 is kept mapped (::ffff:0:0/96), so that both spellings are equal.
class Address {
public:
    static std::optional<Address> parse(std::string_view text);

    std::string text() const; // `::ffff:1.2.3.4` becomes `1.2.3.4`
    bool is_loopback() const;
    bool is_in(Address const& network, unsigned prefix_bits) const; // bits of the 128

    // What a ceiling counts: an IPv4 address, or a whole /64, which one household may use freely.
    std::string counted_as() const;

    bool is_mapped_ipv4() const;
    // The first address of the network that it is in.
    Address first_in(unsigned prefix_bits) const; // bits of the 128
    bool operator==(Address const&) const = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
};

class Network {
public:
    // `10.0.0.0/8`, `::1`; nothing for what is neither an address nor a network.
    static std::optional<Network> parse(std::string_view text);

    // One spelling for each network: its first address, and its length where it is no single one.
    std::string text() const;
    // An IPv4 address is in no network of IPv6, `::/0` included: nobody means it who writes that.
    bool contains(Address const& address) const;
    bool operator==(Network const&) const = default;

private:
    Address address_; // the first one
    unsigned prefix_bits_ = 0; // of the 128
};

class Networks {
public:
    Networks() = default;
    // `10.0.0.0/8`, `::1`; throws std::invalid_argument naming the bad entry.
    explicit Networks(std::vector<std::string> const& networks);

    bool empty() const { return networks_.empty(); }
    bool contain(Address const& address) const;
    bool contain(std::string_view address) const; // false for what is no address

private:
    std::vector<Network> networks_;
};

} // namespace gatehouse
