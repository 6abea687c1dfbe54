// Ceilings on mail that anybody may ask for.
#include "domain/mail_requests.h"

#include "crypto/digest.h"
#include "domain/refusal.h"

#include <algorithm>

namespace gatehouse::domain {

namespace {

Async<void> count(
    Services& services, UnitOfWork& work, MailCeiling ceiling, std::string_view whose, Instant now
)
{
    // A digest: the counter needs no address, and its key stays short.
    auto const key = std::string(ceiling.purpose) + ":" + crypto::sha256_hex(whose);
    auto const counted = co_await work.rate_counters().add(key, now, ceiling.within);
    if (!services.settings.rate_limit || counted.count <= ceiling.most)
        co_return;
    Refusal refusal{.reason = Reason::rate_limited};
    auto const left = counted.began + ceiling.within - now;
    refusal.retry_after_seconds = std::max(1L, static_cast<long>((left.count() + 999) / 1000));
    throw refusal;
}

} // namespace

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
