// Access log and request metrics.
#include "http/tally.h"

#include "core/log.h"
#include "core/metrics.h"

#include <array>
#include <compare>
#include <map>
#include <optional>

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

struct Series {
    metrics::Counter requests;
    std::optional<metrics::Histogram> seconds; // none for probes
};

Series series_of(Exchange const& exchange, std::string_view method)
{
    metrics::Counter const requests(
        "gatehouse_http_requests_total",
        {{"method", method},
         {"route", exchange.route},
         {"status", class_of(exchange.response.status)}}
    );
    Series series{.requests = requests, .seconds = {}};
    if (!is_probe(exchange.route))
        series.seconds.emplace(
            "gatehouse_http_request_seconds", metrics::Labels{{"route", exchange.route}}
        );
    return series;
}

void count(Exchange const& exchange, std::string_view method, std::chrono::nanoseconds spent)
{
    thread_local std::map<Counted, Series> known;
    Counted const key{exchange.route.data(), method.data(), exchange.response.status / 100};
    auto found = known.find(key);
    if (found == known.end())
        found = known.emplace(key, series_of(exchange, method)).first;
    auto const& [requests, seconds] = found->second;
    requests.add();
    if (seconds)
        seconds->observe_seconds(std::chrono::duration<double>(spent).count());
}
} // namespace

void tally(Exchange const& exchange, std::chrono::nanoseconds spent)
{
    auto const method = exchange.method_is_known ? to_text(exchange.request.method) : "other";
    count(exchange, method, spent);
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
