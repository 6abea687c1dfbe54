// Ending a family, and telling the person.
#include "features/refresh/alarm.h"

#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/risk_check.h"
#include "protocols/mail_text/mail_order.h"

namespace gatehouse::refresh {
namespace {
using domain::Event;
using domain::ledger_entry;
using domain::MailToQueue;
using domain::Outcome;
using domain::queue_mail;
using domain::RefreshEnd;
using domain::RefreshToken;
using domain::RequestFacts;
using domain::Services;
using domain::SessionEnd;
using domain::SessionFacts;
using domain::UnitOfWork;
using domain::User;
using domain::UserStatus;

Async<void>
warn_person(Services& services, UnitOfWork& work, User user, std::int64_t row, Instant now)
{
    if (user.deleted_at || user.status != UserStatus::active)
        co_return;
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::sessions_ended,
        .recipient = user.email,
        .recipient_name = user.name.value_or("")
    };
    order.happened_at = now;
    MailToQueue mail{
        .organization_id = user.organization_id,
        .recipient = user.email,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = row
    };
    co_await queue_mail(services, work, std::move(mail), now);
}

} // namespace

Async<void> end_family(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    RefreshToken token,
    SessionFacts owner
)
{
    auto const now = facts.now;
    auto const& organization = token.organization_id;
    auto& tokens = work.refresh_tokens();
    co_await work.sessions().revoke(
        organization, token.user_id, token.session_id, SessionEnd::security_alert, now
    );
    bool const first = co_await tokens.mark_reuse(organization, token.family_id, token.id, now);
    co_await tokens.revoke_family(organization, token.family_id, RefreshEnd::reuse_detected, now);
    if (first)
        co_await work.users().raise_session_version(organization, token.user_id, now);
    auto entry = ledger_entry(
        facts, Event::refresh_token_reuse_detected, Outcome::denied, 401, owner.user
    );
    entry.actor_id = {}; // who presented it is just what nobody knows
    entry.session_id = token.session_id;
    entry.resource = "refresh_token_family";
    entry.resource_id = token.family_id.text();
    entry.details["first_of_family"] = first;
    put_risk(entry, domain::risk_of_reuse(services.settings.risk));
    auto const row = co_await work.ledger().append(std::move(entry));
    if (first)
        co_await warn_person(services, work, owner.user, row, now);
    co_await work.commit();
    services.risk_scores.forget(owner.user.id);
    services.mail_waits();
}

} // namespace gatehouse::refresh
