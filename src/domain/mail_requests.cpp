// Ceilings on mail that anybody may ask for.
#include "domain/mail_requests.h"

#include "crypto/digest.h"
#include "domain/refusal.h"

#include <algorithm>

namespace gatehouse::domain {

namespace {

Async<CountedWindow>
add_one(UnitOfWork& work, MailCeiling ceiling, std::string_view whose, Instant now)
{
    // A digest: the counter needs no address, and its key stays short.
    auto key = std::string(ceiling.purpose) + ":" + crypto::sha256_hex(whose);
    co_return co_await work.rate_counters().add(std::move(key), now, ceiling.within);
}

bool is_over(Services const& services, MailCeiling const& ceiling, CountedWindow const& counted)
{
    return services.settings.rate_limit && counted.count > ceiling.most;
}

Async<void> count(
    Services& services, UnitOfWork& work, MailCeiling ceiling, std::string_view whose, Instant now
)
{
    auto const counted = co_await add_one(work, ceiling, whose, now);
    if (!is_over(services, ceiling, counted))
        co_return;
    Refusal refusal{.reason = Reason::rate_limited};
    auto const left = counted.began + ceiling.within - now;
    refusal.retry_after_seconds = std::max(1L, static_cast<long>((left.count() + 999) / 1000));
    throw refusal;
}

} // namespace

Async<bool> mail_is_allowed(
    Services& services, UnitOfWork& work, MailCeiling ceiling, UserId person, Instant now
)
{
    auto const counted = co_await add_one(work, ceiling, person.text(), now);
    co_return !is_over(services, ceiling, counted);
}

Async<void> count_mail_request(
    Services& services, UnitOfWork& work, MailCeiling ceiling, CanonicalAddress address, Instant now
)
{
    co_await count(services, work, ceiling, address.text(), now);
}

Async<void> count_mail_request(
    Services& services, UnitOfWork& work, MailCeiling ceiling, UserId person, Instant now
)
{
    co_await count(services, work, ceiling, person.text(), now);
}

} // namespace gatehouse::domain
