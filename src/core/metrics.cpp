// Metrics over one process-wide Prometheus registry.
#include "core/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

namespace gatehouse::metrics {
namespace {

// One time series: exactly one of the three is set.
struct Series {
    prometheus::Counter* counter = nullptr;
    prometheus::Gauge* gauge = nullptr;
    prometheus::Histogram* histogram = nullptr;
};

enum class Kind { counter, gauge, histogram };

prometheus::Histogram::BucketBoundaries const seconds_buckets{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
};

// Never destroyed, so that a pointer to a series stays good in every thread until the process ends.
struct Registry {
    std::mutex mutex;
    prometheus::Registry families;
    std::map<std::string, Series, std::less<>> series;
};

Registry& registry()
{
    static auto* const only = new Registry;
    return *only;
}

// Names the series: parts are parted by a byte that no name or label holds.
void write_key(std::string& key, std::string_view name, Labels labels)
{
    key.assign(name);
    for (auto const& [label, value] : labels)
        key.append(1, '\x01').append(label).append(1, '\x02').append(value);
}

Series create(Kind kind, std::string_view name, Labels labels)
{
    auto& families = registry().families;
    std::string const family(name);
    std::map<std::string, std::string> pairs;
    for (auto const& [label, value] : labels)
        pairs.emplace(label, value);
    Series made;
    switch (kind) {
    case Kind::counter:
        made.counter = &prometheus::BuildCounter().Name(family).Register(families).Add(pairs);
        break;
    case Kind::gauge:
        made.gauge = &prometheus::BuildGauge().Name(family).Register(families).Add(pairs);
        break;
    case Kind::histogram:
        made.histogram = &prometheus::BuildHistogram().Name(family).Register(families).Add(
            pairs, seconds_buckets
        );
        break;
    }
    return made;
}

bool is_of(Series const& series, Kind kind)
{
    switch (kind) {
    case Kind::counter:
        return series.counter != nullptr;
    case Kind::gauge:
        return series.gauge != nullptr;
    case Kind::histogram:
        return series.histogram != nullptr;
    }
    return false;
}

// Each thread remembers the series it has used: the hot path takes no lock and allocates nothing.
Series find(Kind kind, std::string_view name, Labels labels)
{
    thread_local std::string key;
    thread_local std::unordered_map<std::string, Series> known;
    write_key(key, name, labels);
    auto found = known.find(key);
    if (found == known.end()) {
        std::scoped_lock const lock(registry().mutex);
        auto& all = registry().series;
        auto shared = all.find(key);
        if (shared == all.end())
            shared = all.emplace(key, create(kind, name, labels)).first;
        found = known.emplace(key, shared->second).first;
    }
    if (!is_of(found->second, kind))
        throw std::logic_error("the metric " + std::string(name) + " is used as two kinds");
    return found->second;
}

} // namespace

void count(std::string_view name, Labels labels, double by)
{
    find(Kind::counter, name, labels).counter->Increment(by);
}

Counter::Counter(std::string_view name, Labels labels)
    : series_(find(Kind::counter, name, labels).counter)
{
}

void Counter::add(double by) const
{
    static_cast<prometheus::Counter*>(series_)->Increment(by);
}

Histogram::Histogram(std::string_view name, Labels labels)
    : series_(find(Kind::histogram, name, labels).histogram)
{
}

void Histogram::observe_seconds(double seconds) const
{
    static_cast<prometheus::Histogram*>(series_)->Observe(seconds);
}

void gauge(std::string_view name, double value, Labels labels)
{
    find(Kind::gauge, name, labels).gauge->Set(value);
}

void observe_seconds(std::string_view name, double seconds, Labels labels)
{
    find(Kind::histogram, name, labels).histogram->Observe(seconds);
}

double value(std::string_view name, Labels labels)
{
    std::string key;
    write_key(key, name, labels);
    std::scoped_lock const lock(registry().mutex);
    auto const& all = registry().series;
    auto const found = all.find(key);
    if (found == all.end())
        return 0;
    auto const& series = found->second;
    if (series.counter)
        return series.counter->Value();
    if (series.gauge)
        return series.gauge->Value();
    return static_cast<double>(series.histogram->Collect().histogram.sample_count);
}

std::string exposition()
{
    return prometheus::TextSerializer().Serialize(registry().families.Collect());
}

} // namespace gatehouse::metrics
