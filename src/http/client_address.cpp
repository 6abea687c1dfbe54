// Walking X-Forwarded-For from the right.
#include "http/client_address.h"

#include "core/text.h"

#include <algorithm>

namespace gatehouse::http {

namespace {
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

bool is_loopback(std::string_view address)
{
    auto const parsed = Address::parse(address);
    return parsed && parsed->is_loopback();
}

TrustedProxies::TrustedProxies(std::vector<std::string> const& networks)
    : networks_(networks)
{
}

bool TrustedProxies::sent(Request const& request) const
{
    return networks_.contain(request.peer);
}

std::string TrustedProxies::client_of(Request const& request) const
{
    if (!sent(request))
        return request.peer;
    auto client = *Address::parse(request.peer);
    for (auto const hop : hops_of(request)) {
        auto const address = Address::parse(without_port(hop));
        if (!address) // what stands left of nonsense is nobody's word, and the proxy is no client
            return std::string(unknown_client);
        client = *address;
        if (!networks_.contain(client))
            break;
    }
    return client.text();
}

} // namespace gatehouse::http
