// Reading, writing and comparing addresses.
#include "core/networks.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace gatehouse {

namespace {
constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned bits_of_prefix = 96;

// Nothing for what is no whole number up to `longest`.
std::optional<unsigned> bits_in(std::string_view text, unsigned longest)
{
    unsigned bits = 0;
    auto const* const end = text.data() + text.size();
    auto const [stopped, error] = std::from_chars(text.data(), end, bits);
    if (text.empty() || error != std::errc() || stopped != end || bits > longest)
        return std::nullopt;
    return bits;
}
} // namespace

std::optional<Address> Address::parse(std::string_view text)
{
    std::string const terminated(text);
    Address address;
    if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1)
        return address;
    std::ranges::copy(mapped_prefix, address.bytes_.begin());
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + mapped_prefix.size()) == 1)
        return address;
    return std::nullopt;
}

bool Address::is_mapped_ipv4() const
{
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes_.begin());
}

std::string Address::text() const
{
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    bool const short_form = is_mapped_ipv4();
    auto const* const from = short_form ? bytes_.data() + mapped_prefix.size() : bytes_.data();
    if (!inet_ntop(short_form ? AF_INET : AF_INET6, from, buffer.data(), buffer.size()))
        throw std::logic_error("an address that cannot be written");
    return buffer.data();
}

bool Address::is_loopback() const
{
    if (is_mapped_ipv4())
        return bytes_[mapped_prefix.size()] == 127;
    return std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto byte) { return byte == 0; })
        && bytes_.back() == 1;
}

bool Address::is_in(Address const& network, unsigned prefix_bits) const
{
    for (unsigned bit = 0; bit < prefix_bits; ++bit) {
        auto const mask = 0x80U >> (bit % 8);
        if (((bytes_[bit / 8] ^ network.bytes_[bit / 8]) & mask) != 0)
            return false;
    }
    return true;
}

std::string Address::counted_as() const
{
    std::size_t const size = is_mapped_ipv4() ? 16 : 8;
    std::string key(size, '\0');
    std::memcpy(key.data(), bytes_.data(), size);
    return key;
}

Address Address::first_in(unsigned prefix_bits) const
{
    Address first = *this;
    for (unsigned bit = prefix_bits; bit < 128; ++bit)
        first.bytes_[bit / 8]
            = static_cast<std::uint8_t>(first.bytes_[bit / 8] & ~(0x80U >> (bit % 8)));
    return first;
}

std::optional<Network> Network::parse(std::string_view text)
{
    auto const slash = text.find('/');
    auto const address = Address::parse(text.substr(0, slash));
    bool const is_ipv4 = text.find(':') == std::string_view::npos;
    unsigned const longest = is_ipv4 ? 32 : 128;
    auto const bits = slash == std::string_view::npos ? std::optional(longest)
                                                      : bits_in(text.substr(slash + 1), longest);
    if (!address || !bits)
        return std::nullopt;
    Network network;
    network.prefix_bits_ = is_ipv4 ? bits_of_prefix + *bits : *bits;
    network.address_ = address->first_in(network.prefix_bits_);
    return network;
}

bool Network::contains(Address const& address) const
{
    if (address.is_mapped_ipv4() && prefix_bits_ < bits_of_prefix)
        return false;
    return address.is_in(address_, prefix_bits_);
}

std::string Network::text() const
{
    bool const is_short = address_.is_mapped_ipv4() && prefix_bits_ >= bits_of_prefix;
    auto const bits = is_short ? prefix_bits_ - bits_of_prefix : prefix_bits_;
    auto const longest = is_short ? 32U : 128U;
    return bits == longest ? address_.text() : address_.text() + "/" + std::to_string(bits);
}

Networks::Networks(std::vector<std::string> const& networks)
{
    for (auto const& entry : networks) {
        auto const network = Network::parse(entry);
        if (!network)
            throw std::invalid_argument("not an address or network: " + entry);
        networks_.push_back(*network);
    }
}

bool Networks::contain(Address const& address) const
{
    return std::ranges::any_of(networks_, [&](Network const& network) {
        return network.contains(address);
    });
}

bool Networks::contain(std::string_view address) const
{
    if (networks_.empty())
        return false;
    auto const parsed = Address::parse(address);
    return parsed && contain(*parsed);
}

} // namespace gatehouse
