// Brings claimed mails to an ending.
#include "outbound/courier.h"

#include "core/log.h"
#include "core/metrics.h"
#include "crypto/seal.h"
#include "domain/mail.h"
#include "outbound/compose.h"

#include <fmt/core.h>

#include <exception>
#include <utility>

namespace gatehouse::outbound {
namespace {

std::string text_of(MailFailure const& failure)
{
    return fmt::format("{}: {}", to_text(failure.failing), failure.detail);
}

} // namespace

Courier::Courier(
    SecretString key,
    Clock const& clock,
    std::unique_ptr<MailTransport> transport,
    CourierOptions options
)
    : key_(std::move(key))
    , clock_(clock)
    , transport_(std::move(transport))
    , options_(std::move(options))
{
}

Ending Courier::deliver(domain::ClaimedMessage const& row)
{
    try {
        return try_to_deliver(row);
    } catch (std::exception const& error) {
        return retried(row, {Failing::unknown, error.what(), true});
    }
}

Ending Courier::try_to_deliver(domain::ClaimedMessage const& row)
{
    auto const payload = crypto::open(key_, row.payload_sealed, domain::outbox_binding(row.id));
    if (!payload) // perhaps a wrong key was configured: the mail waits for the right one
        return retried(row, {Failing::unknown, "its payload does not open under this key", true});
    auto const mail = compose(row, *payload, options_.from, options_.public_url);
    if (!mail)
        return given_up(row, mail.error());
    auto const sent = transport_->send(*mail);
    if (!sent)
        return retried(row, sent.error());
    note_working();
    metrics::count("gatehouse_mail_sent_total");
    log::Line(log::Level::info, "mail.sent").with("id", row.id.text()).with("attempt", row.attempt);
    return {.kind = Ending::Kind::sent, .at = clock_.now()};
}

Ending Courier::retried(domain::ClaimedMessage const& row, MailFailure const& failure)
{
    auto const now = clock_.now();
    auto text = text_of(failure);
    if (failure.failing == Failing::stopped)
        return {.kind = Ending::Kind::retry, .at = now, .error = std::move(text)};
    if (!failure.only_this_mail)
        note_failing(text);
    metrics::count("gatehouse_mail_tries_failed_total", {{"failing", to_text(failure.failing)}});
    metrics::count("gatehouse_failed_open_total", {{"control", "mail"}});
    auto const next = next_attempt(options_.retries, row.attempt, row.created_at, now);
    if (!next)
        return given_up(row, std::move(text));
    log::Line(log::Level::warning, "mail.try_failed")
        .with("id", row.id.text())
        .with("attempt", row.attempt)
        .with("cause", text)
        .with("next_attempt", gatehouse::to_text(*next));
    return {.kind = Ending::Kind::retry, .at = *next, .error = std::move(text)};
}

Ending Courier::given_up(domain::ClaimedMessage const& row, std::string error)
{
    metrics::count("gatehouse_mail_failed_total");
    log::Line(log::Level::error, "mail.given_up")
        .with("id", row.id.text())
        .with("organization", row.organization_id.text())
        .with("attempt", row.attempt)
        .with("cause", error);
    return {.kind = Ending::Kind::failed, .at = clock_.now(), .error = std::move(error)};
}

void Courier::probe_if_due()
{
    if (Steady::now() < next_probe_)
        return;
    next_probe_ = Steady::now() + options_.probe_every;
    if (auto const result = transport_->probe(); result)
        note_working();
    else if (result.error().failing != Failing::stopped)
        note_failing(text_of(result.error()));
}

bool Courier::may_try() const
{
    return Steady::now() >= pause_until_;
}

void Courier::note_working()
{
    pause_until_ = {};
    next_probe_ = Steady::now() + options_.probe_every;
    works_again_ = health_.note_working() || works_again_;
}

void Courier::note_failing(std::string const& failure)
{
    auto const& quick = options_.retries.first;
    pause_until_ = Steady::now() + (quick.empty() ? Duration(0) : quick[0]);
    next_probe_ = Steady::now() + options_.probe_every / 2;
    works_again_ = false;
    health_.note_failing(transport_->name(), failure, clock_.now());
}

} // namespace gatehouse::outbound
