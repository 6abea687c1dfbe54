// The client's address: the TCP peer, or what trusted proxies say stood before them (decisions
// D-35).
#pragma once

#include "core/networks.h"
#include "http/request.h"

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::http {

using gatehouse::Address;

bool is_loopback(std::string_view address);

// Whom a trusted proxy speaks for in words that are no address. No rule of an organization that is
// entered from certain networks alone lets it in.
inline constexpr std::string_view unknown_client = "unknown";

class TrustedProxies {
public:
    TrustedProxies() = default;
    // `10.0.0.0/8`, `::1`; throws std::invalid_argument naming the bad entry.
    explicit TrustedProxies(std::vector<std::string> const& networks);

    // The right-most address of X-Forwarded-For that is not a trusted proxy itself; the
    // peer where there is none, `unknown_client` where what stands there is no address.
    std::string client_of(Request const& request) const;

    // Whether the request was handed over by one of them, so that its word counts.
    bool sent(Request const& request) const;

private:
    Networks networks_;
};

} // namespace gatehouse::http
