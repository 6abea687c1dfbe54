// Addresses, networks, and walking X-Forwarded-For from the right.
#include "http/client_address.h"

#include "core/text.h"
#include "http/query.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <stdexcept>

namespace gatehouse::http {

namespace {
constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr std::size_t hops_looked_at = 32;

// `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1`, `[2001:db8::1]:5678`
std::string_view without_port(std::string_view hop)
{
    if (hop.starts_with('[')) {
        auto const end = hop.find(']');
        return end == std::string_view::npos ? std::string_view() : hop.substr(1, end - 1);
    }
    bool const has_port = std::ranges::count(hop, ':') == 1;
    return has_port ? hop.substr(0, hop.find(':')) : hop;
}

// All hops, the nearest one first.
std::vector<std::string_view> hops_of(Request const& request)
{
    std::vector<std::string_view> hops;
    for (auto header : request.headers("x-forwarded-for")) {
        for (;;) {
            auto const comma = header.find(',');
            hops.push_back(trimmed(header.substr(0, comma)));
            if (comma == std::string_view::npos)
                break;
            header.remove_prefix(comma + 1);
        }
    }
    std::ranges::reverse(hops);
    if (hops.size() > hops_looked_at)
        hops.resize(hops_looked_at);
    return hops;
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

bool is_loopback(std::string_view address)
{
    auto const parsed = Address::parse(address);
    return parsed && parsed->is_loopback();
}

TrustedProxies::TrustedProxies(std::vector<std::string> const& networks)
{
    for (auto const& entry : networks) {
        auto const slash = entry.find('/');
        auto const address = Address::parse(std::string_view(entry).substr(0, slash));
        bool const is_ipv4 = entry.find(':') == std::string::npos;
        std::int64_t const longest = is_ipv4 ? 32 : 128;
        auto const bits = slash == std::string::npos
            ? longest
            : parse_whole_number(entry.substr(slash + 1)).value_or(-1);
        if (!address || bits < 0 || bits > longest)
            throw std::invalid_argument("not an address or network: " + entry);
        networks_.push_back({*address, static_cast<unsigned>(is_ipv4 ? 96 + bits : bits)});
    }
}

bool TrustedProxies::trusts(Address const& address) const
{
    return std::ranges::any_of(networks_, [&](Network const& network) {
        return address.is_in(network.address, network.prefix_bits);
    });
}

std::string TrustedProxies::client_of(Request const& request) const
{
    if (networks_.empty())
        return request.peer;
    auto const peer = Address::parse(request.peer);
    if (!peer || !trusts(*peer))
        return request.peer;
    auto client = *peer;
    for (auto const hop : hops_of(request)) {
        auto const address = Address::parse(without_port(hop));
        if (!address)
            break; // what stands left of nonsense is nobody's word
        client = *address;
        if (!trusts(client))
            break;
    }
    return client.text();
}

} // namespace gatehouse::http
