// The notice of a new device.
#include "domain/new_device.h"

#include "core/json.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/uuid.h"
#include "crypto/digest.h"
#include "domain/email_address.h"
#include "domain/mail.h"
#include "domain/mail_requests.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/opaque_token.h"

#include <utility>

namespace gatehouse::domain {
namespace {

// What a client says of itself goes into a mail: no more of it than tells devices apart.
std::string shortened(std::string const& text)
{
    constexpr std::size_t most = 120;
    if (text.size() <= most)
        return text;
    auto end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end; // within a character
    return text.substr(0, end) + "…";
}

std::string device_of(Session const& session)
{
    auto const& named = session.device_name ? session.device_name : session.user_agent;
    return named && !named->empty() ? shortened(*named) : "unknown";
}

std::string place_of(Session const& session)
{
    auto const city = shortened(session.city.value_or(""));
    auto const country = shortened(session.country.value_or(""));
    if (city.empty() && country.empty())
        return "unknown";
    return city.empty() || country.empty() ? city + country : city + ", " + country;
}

std::string digest_of_address(User const& user)
{
    return crypto::sha256_hex(CanonicalAddress(user.email).text());
}

std::string payload_of(User const& user, Session const& session)
{
    json::Object members{
        {"address", digest_of_address(user)},
        {"session", session.id.text()},
    };
    if (session.device_fingerprint)
        members.push_back({"device", *session.device_fingerprint});
    return json::canonical(json::Value(std::move(members)));
}

OneTimeToken
denial_of(Services& services, RequestFacts const& facts, User const& user, Session const& session)
{
    OneTimeToken token;
    token.id = OneTimeTokenId(mint_uuid(facts.now, services.random));
    token.organization_id = user.organization_id;
    token.user_id = user.id;
    token.purpose = TokenPurpose::deny_sign_in;
    token.payload = payload_of(user, session);
    token.created_at = facts.now;
    token.expires_at = facts.now + denial_life;
    token.requested_ip = facts.client_address;
    return token;
}

// A device that was disowned is new again: the session version has changed since.
std::string dedupe_key_of(User const& user, Session const& session)
{
    return "new-device:" + user.id.text() + ":" + std::to_string(user.session_version) + ":"
        + crypto::sha256_hex(session.device_fingerprint.value_or(""));
}

// Whoever has the password could bury the notice of their own sign-in under a hundred others, and
// abuse our mail (decisions D-105).
Async<bool> may_be_mailed(Services& services, UnitOfWork& work, User const& user, Instant now)
{
    MailCeiling const ceiling{.purpose = "notice", .most = notices_per_hour, .within = 1h};
    bool const allowed = co_await mail_is_allowed(services, work, ceiling, user.id, now);
    if (!allowed) {
        metrics::count("gatehouse_sign_in_notices_withheld_total");
        log::Line(log::Level::warning, "new_device.notice_withheld")
            .with("user", user.id.text())
            .with("consequence", "told in the product alone");
    }
    co_return allowed;
}

Async<void> tell_in_product(UnitOfWork& work, User const& user, Session const& session, Instant now)
{
    json::Object told{{"session", session.id.text()}};
    co_await work.members().notifications().add(
        user.organization_id, user.id, NotificationKind::new_device, std::move(told), now
    );
}

std::optional<std::string> text_in(json::Value const& object, char const* name)
{
    auto const* const member = object.find(name);
    auto const* const text = member ? member->text() : nullptr;
    return text ? std::optional(*text) : std::nullopt;
}

} // namespace

Async<void> tell_of_new_device(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    User const& user,
    Session const& session,
    std::int64_t row
)
{
    bool const may_be = co_await may_be_mailed(services, work, user, facts.now);
    if (!may_be) {
        co_await tell_in_product(work, user, session, facts.now);
        co_return;
    }
    auto opaque = mint_opaque_token(services.random);
    auto token = denial_of(services, facts, user, session);
    token.digest = opaque.digest;
    SignInMail notice{.recipient = user.email, .recipient_name = user.name.value_or("")};
    notice.token = std::move(opaque.text);
    notice.device = device_of(session);
    notice.place = place_of(session);
    notice.address = session.ip_address.value_or("unknown");
    notice.at = facts.now;
    MailToQueue mail{
        .organization_id = user.organization_id,
        .recipient = user.email,
        .payload = services.sign_in_mail(notice),
        .dedupe_key = dedupe_key_of(user, session),
        .ledger_id = row
    };
    bool const is_first = co_await queue_mail(services, work, std::move(mail), facts.now);
    if (!is_first)
        co_return; // they were told of this device, and may deny it there
    co_await work.one_time_tokens().insert(std::move(token));
    co_await tell_in_product(work, user, session, facts.now);
}

std::optional<Denied> denied_by(OneTimeToken const& token, User const& user)
{
    auto const parsed = json::parse(token.payload.value_or(""));
    auto session = parsed ? text_in(*parsed, "session") : std::nullopt;
    if (!session)
        return std::nullopt;
    Denied denied{.session = SessionId(std::move(*session)), .device = text_in(*parsed, "device")};
    denied.since = token.created_at;
    denied.same_address = text_in(*parsed, "address") == digest_of_address(user);
    return denied;
}

} // namespace gatehouse::domain
