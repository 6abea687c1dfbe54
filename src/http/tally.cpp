// Access log and request metrics.
#include "http/tally.h"

#include "core/log.h"
#include "core/metrics.h"

#include <array>
#include <compare>
#include <map>

namespace gatehouse::http {

namespace {
std::string_view class_of(int status)
{
    constexpr std::array<std::string_view, 6> classes{"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
    auto const at = static_cast<std::size_t>(status / 100);
    return at < classes.size() ? classes[at] : classes[0];
}

// Asked every few seconds by somebody: of interest only when looking for trouble.
bool is_probe(std::string_view route)
{
    return route == "/health" || route == "/ready";
}

// Found by the addresses of the route's and the method's names, which live as long as the program.
struct Counted {
    void const* route;
    void const* method;
    int status_class;
    auto operator<=>(Counted const&) const = default;
};

void count(Exchange const& exchange, std::string_view method)
{
    thread_local std::map<Counted, metrics::Counter> known;
    Counted const key{exchange.route.data(), method.data(), exchange.response.status / 100};
    auto found = known.find(key);
    if (found == known.end()) {
        metrics::Counter const counter(
            "gatehouse_http_requests_total",
            {{"method", method},
             {"route", exchange.route},
             {"status", class_of(exchange.response.status)}}
        );
        found = known.emplace(key, counter).first;
    }
    found->second.add();
}
} // namespace

void tally(Exchange const& exchange, std::chrono::nanoseconds spent)
{
    auto const method = exchange.method_is_known ? to_text(exchange.request.method) : "other";
    count(exchange, method);
    if (!is_probe(exchange.route))
        metrics::observe_seconds(
            "gatehouse_http_request_seconds",
            std::chrono::duration<double>(spent).count(),
            {{"route", exchange.route}}
        );
    auto const level = is_probe(exchange.route) ? log::Level::debug : log::Level::info;
    if (!log::is_on(level))
        return;
    log::Line(level, "http.request")
        .with("method", method)
        .with("route", exchange.route)
        .with("status", exchange.response.status)
        .with("micros", std::chrono::duration_cast<std::chrono::microseconds>(spent).count())
        .with("requestId", exchange.request_id)
        .with("client", exchange.client_address);
}

} // namespace gatehouse::http
