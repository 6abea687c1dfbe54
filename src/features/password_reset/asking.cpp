// Counting a request for a link, and mailing it.
#include "features/password_reset/asking.h"

#include "core/text.h"
#include "domain/attempts.h"
#include "domain/directory.h"
#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/organizations.h"
#include "domain/reset_links.h"
#include "domain/reset_requests.h"
#include "protocols/mail_text/mail_order.h"

#include <algorithm>

namespace gatehouse::password_reset {
namespace {
using domain::begin_reset;
using domain::Candidate;
using domain::CanonicalAddress;
using domain::Event;
using domain::ledger_entry;
using domain::MailToQueue;
using domain::OrganizationId;
using domain::Outcome;
using domain::queue_mail;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::reset_link_life;
using domain::ResetRequest;
using domain::ResetRequests;
using domain::ResetTokenStorage;
using domain::Services;
using domain::UnitOfWork;
using domain::User;
using domain::UserStatus;

constexpr std::int64_t most_per_window = 3;
constexpr Duration window = 1h;

bool gets_mail(Candidate const& candidate, std::optional<OrganizationId> const& named)
{
    return candidate.user.status == UserStatus::active
        && (!named || candidate.user.organization_id == *named);
}

ResetRequest row_of(
    RequestFacts const& facts,
    CanonicalAddress const& address,
    std::vector<Candidate> const& candidates,
    bool throttled
)
{
    ResetRequest row{.address = address};
    if (!candidates.empty())
        row.user_id = candidates.front().user.id;
    row.ip_address = facts.client_address;
    row.throttled = throttled;
    row.requested_at = facts.now;
    return row;
}

// Throttled: recorded, mails nothing. With storage `column` the column still changes, so that 100
// requests show 100 values; links already mailed stay good (decisions D-71).
Async<void> refuse(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    CanonicalAddress address,
    std::vector<Candidate> candidates,
    ResetRequests::Recent recent
)
{
    co_await work.reset_requests().record(row_of(facts, address, candidates, true));
    if (services.settings.reset_token_storage == ResetTokenStorage::column) {
        for (auto const& candidate : candidates) {
            auto const decoy = to_base64url(services.random.bytes(48));
            co_await work.users().mirror_reset(
                candidate.user.organization_id,
                candidate.user.id,
                decoy,
                facts.now + reset_link_life
            );
        }
    }
    co_await work.commit();
    Refusal refusal{.reason = Reason::rate_limited};
    auto const left = recent.oldest.value_or(facts.now) + window - facts.now;
    refusal.retry_after_seconds = std::max(1L, static_cast<long>((left.count() + 999) / 1000));
    throw refusal;
}

// One mail with one link for each account, so that the person chooses where (decisions D-100).
Async<void> mail_links(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    std::vector<Candidate> receiving
)
{
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::password_reset,
        .recipient = receiving.front().user.email,
        .recipient_name = receiving.front().user.name.value_or("")
    };
    std::optional<std::int64_t> cause;
    for (auto const& candidate : receiving) {
        auto token = co_await begin_reset(services, work, facts, candidate.user);
        mail_text::MailLink link{.token = std::move(token)};
        if (receiving.size() > 1)
            link.organization = candidate.organization_name;
        order.links.push_back(std::move(link));
        auto entry = ledger_entry(
            facts, Event::password_reset_requested, Outcome::success, 200, candidate.user
        );
        entry.actor_id = {}; // anybody may ask
        cause = co_await work.ledger().append(std::move(entry));
    }
    MailToQueue mail{
        .organization_id = receiving.front().user.organization_id,
        .recipient = order.recipient,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = cause
    };
    co_await queue_mail(services, work, std::move(mail), facts.now);
}

// Of those with the address, who is there and cannot go until the unit of work ends.
Async<std::vector<Candidate>> held(UnitOfWork& work, CanonicalAddress address)
{
    auto const found = co_await work.directory().live_users(address, 1000);
    std::vector<Candidate> there;
    for (auto const& candidate : found) {
        bool const stays = co_await work.organizations().hold(candidate.user.organization_id);
        if (stays)
            there.push_back(candidate);
    }
    co_return there;
}

} // namespace

Async<void>
ask(Services& services,
    RequestFacts facts,
    CanonicalAddress address,
    std::optional<OrganizationId> named)
{
    auto work = co_await services.storage.begin();
    co_await work->attempts().lock(address);
    auto candidates = co_await held(*work, address);
    auto const recent = co_await work->reset_requests().since(address, facts.now - window);
    if (services.settings.rate_limit && recent.count >= most_per_window)
        co_await refuse(services, *work, facts, address, std::move(candidates), recent);

    co_await work->reset_requests().record(row_of(facts, address, candidates, false));
    std::erase_if(candidates, [&](Candidate const& candidate) {
        return !gets_mail(candidate, named);
    });
    if (!candidates.empty())
        co_await mail_links(services, *work, facts, std::move(candidates));
    co_await work->commit();
    services.mail_waits();
}

} // namespace gatehouse::password_reset
