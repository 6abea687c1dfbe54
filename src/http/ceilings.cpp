// Counting requests per client address.
#include "http/ceilings.h"

#include "core/log.h"
#include "core/metrics.h"
#include "http/client_address.h"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::http {

namespace {
constexpr std::int64_t minute_length = 60'000;
// Everyone who comes after the table is full: one count with room for many of them.
constexpr std::string_view everyone_else = "others";
constexpr std::int64_t room_for_others = 100;
constexpr std::string_view nobody = "self-check of gatehouse";
} // namespace

Ceilings::Ceilings(CeilingSettings const& settings)
    : addresses_kept_(settings.addresses_kept)
{
    buckets_[0].ceiling = settings.credential;
    buckets_[1].ceiling = settings.registration;
    buckets_[2].ceiling = settings.anonymous;
}

Ceilings::Bucket& Ceilings::bucket_of(Limit limit) const
{
    switch (limit) {
    case Limit::credential:
    case Limit::credential_refused:
        return buckets_[0];
    case Limit::registration:
        return buckets_[1];
    case Limit::anonymous:
    case Limit::refused:
        return buckets_[2];
    case Limit::none:
        break;
    }
    throw std::logic_error("a route without a ceiling is not counted");
}

void Ceilings::turn_to(Bucket& bucket, Instant now)
{
    auto const minute = now.milliseconds() / minute_length;
    if (minute == bucket.minute)
        return;
    if (minute == bucket.minute + 1)
        bucket.previous.swap(bucket.current);
    else
        bucket.previous.clear();
    bucket.current.clear();
    bucket.minute = minute;
}

double Ceilings::ceiling_of(Bucket const& bucket, std::string const& key)
{
    auto const room = key == everyone_else ? room_for_others : 1;
    return static_cast<double>(bucket.ceiling * room);
}

double Ceilings::used(Bucket const& bucket, std::string const& key, Instant now)
{
    auto const into_minute = static_cast<double>(now.milliseconds() % minute_length);
    auto const share_of_previous = 1.0 - into_minute / static_cast<double>(minute_length);
    auto const current = bucket.current.find(key);
    auto const previous = bucket.previous.find(key);
    return (current == bucket.current.end() ? 0.0 : current->second)
        + (previous == bucket.previous.end() ? 0.0 : previous->second * share_of_previous);
}

std::string Ceilings::key_for(Bucket const& bucket, std::string_view client_address) const
{
    auto const address = Address::parse(client_address);
    auto key = address ? address->counted_as() : std::string(client_address);
    if (bucket.current.size() < addresses_kept_ || bucket.current.contains(key))
        return key;
    metrics::count("gatehouse_http_ceiling_overflow_total");
    return std::string(everyone_else);
}

namespace {
std::optional<long> wait_if(bool reached, Instant now)
{
    if (!reached)
        return std::nullopt;
    return static_cast<long>((minute_length - now.milliseconds() % minute_length + 999) / 1000);
}
} // namespace

std::optional<long> Ceilings::charge(Limit limit, std::string_view client_address, Instant now)
{
    std::scoped_lock const lock(mutex_);
    auto& bucket = bucket_of(limit);
    turn_to(bucket, now);
    bool const taken = takes(bucket, key_for(bucket, client_address), now);
    return wait_if(!taken, now);
}

bool Ceilings::takes(Bucket& bucket, std::string const& key, Instant now)
{
    bool const reached = used(bucket, key, now) >= ceiling_of(bucket, key);
    if (!reached)
        ++bucket.current[key]; // those turned away count no further: they prolong nothing
    return !reached;
}

std::string Ceilings::trouble(Instant now)
{
    std::scoped_lock const lock(mutex_);
    std::string const key(nobody);
    for (auto& bucket : buckets_) {
        turn_to(bucket, now);
        bucket.current[key] = std::max(0, bucket.ceiling - 1);
        bool const within = takes(bucket, key, now);
        bool const beyond = takes(bucket, key, now);
        bucket.current.erase(key);
        if (!within)
            return "a request within its ceiling is refused";
        if (beyond)
            return "a request beyond its ceiling is taken";
    }
    return {};
}

std::optional<long>
Ceilings::is_reached(Limit limit, std::string_view client_address, Instant now) const
{
    std::scoped_lock const lock(mutex_);
    auto& bucket = bucket_of(limit);
    turn_to(bucket, now);
    auto const key = key_for(bucket, client_address);
    return wait_if(used(bucket, key, now) >= ceiling_of(bucket, key), now);
}

} // namespace gatehouse::http
