// How many connections each client address has: one that has too many gets no further one.
#pragma once

#include "core/networks.h"

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatehouse::http {

// Safe to use from several threads. Addresses of one IPv6 network count as one, as they do for the
// ceilings. Proxies speak for many and are not counted: they bound their clients themselves.
class Crowd {
public:
    // `proxies` as in TrustedProxies; 0: nobody is counted.
    Crowd(std::size_t most_of_one, std::vector<std::string> const& proxies);

    // Whether one more may come in from there; then it must leave() when it ends.
    [[nodiscard]] bool let_in(std::string_view peer);
    void leave(std::string_view peer);

private:
    std::string counted_as(std::string_view peer) const; // empty: nobody counts it

    std::size_t const most_of_one_;
    Networks const proxies_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> inside_; // at most as many as connections
};

} // namespace gatehouse::http
