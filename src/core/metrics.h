// Counters and gauges with closed label sets, in Prometheus' text format.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::metrics {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Names and label values come from the code, never from a request (else a caller could grow
// memory).
void count(std::string_view name, Labels labels = {}, double by = 1); // a counter, `…_total`

// One counter looked up once, for what is counted with every request. Copies count the same.
class Counter {
public:
    explicit Counter(std::string_view name, Labels labels = {});
    void add(double by = 1) const;

private:
    void* series_;
};

// The same for a histogram.
class Histogram {
public:
    explicit Histogram(std::string_view name, Labels labels = {});
    void observe_seconds(double seconds) const;

private:
    void* series_;
};

void gauge(std::string_view name, double value, Labels labels = {});
void observe_seconds(std::string_view name, double seconds, Labels labels = {}); // a histogram

// For tests and self-checks; of a histogram the number of observations, 0 for what was never used.
double value(std::string_view name, Labels labels = {});
std::string exposition(); // the body of GET /metrics

} // namespace gatehouse::metrics
