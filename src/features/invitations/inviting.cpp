// The row and the mail of an invitation, under the lock on its organization.
#include "features/invitations/inviting.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/deed.h"
#include "domain/directory.h"
#include "domain/mail.h"
#include "domain/members.h"
#include "domain/opaque_token.h"
#include "domain/refusal.h"
#include "protocols/mail_text/mail_order.h"

namespace gatehouse::invitations {
namespace {
using domain::Actor;
using domain::CanonicalAddress;
using domain::deed;
using domain::Event;
using domain::Invitation;
using domain::InvitationId;
using domain::MailToQueue;
using domain::mint_opaque_token;
using domain::Organization;
using domain::OrganizationId;
using domain::queue_mail;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::require_same_standing;
using domain::Role;
using domain::Services;
using domain::to_text;
using domain::UnitOfWork;

constexpr Duration invitation_life = 24h * 7;
constexpr Duration counted_time = 24h;

// Mail must not be abused through us (decisions D-105).
Async<void> require_room(Services& services, UnitOfWork& work, OrganizationId id, Instant now)
{
    if (!services.settings.rate_limit)
        co_return;
    auto const sent = co_await work.invitations().count_since(id, now - counted_time);
    if (sent < services.settings.invitations_per_day)
        co_return;
    Refusal refusal{.reason = Reason::rate_limited};
    refusal.message = "This organization has sent as many invitations as a day allows.";
    refusal.retry_after_seconds = 3600;
    throw refusal;
}

Async<void> mail_offer(
    Services& services,
    UnitOfWork& work,
    Organization const& organization,
    Invitation invitation,
    SecretString token,
    std::int64_t row
)
{
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::invitation, .recipient = invitation.email
    };
    order.links.push_back({.token = std::move(token), .organization = organization.name});
    MailToQueue mail{
        .organization_id = invitation.organization_id,
        .recipient = invitation.email,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = row
    };
    co_await queue_mail(services, work, std::move(mail), invitation.created_at);
}

// 403 for what exists elsewhere, 404 for what exists nowhere (decisions D-79). Whoever may act
// everywhere is told that it is not here.
Async<Refusal> not_here(UnitOfWork& work, Actor actor, InvitationId invitation)
{
    Refusal refusal{.reason = Reason::not_found};
    if (!actor.caller())
        co_return refusal;
    bool const elsewhere = co_await work.directory().invitation_exists(std::move(invitation));
    if (elsewhere)
        refusal.reason = Reason::forbidden;
    co_return refusal;
}

} // namespace

Async<Invitation> invite(
    Services& services,
    RequestFacts facts,
    Actor actor,
    Organization organization,
    std::string email,
    Role role
)
{
    auto opaque = mint_opaque_token(services.random);
    Invitation invitation;
    invitation.id = InvitationId(mint_uuid(facts.now, services.random));
    invitation.organization_id = organization.id;
    invitation.email = std::move(email);
    invitation.role = role;
    invitation.digest = opaque.digest;
    if (auto const* const caller = actor.caller())
        invitation.invited_by = caller->user_id();
    invitation.created_at = facts.now;
    invitation.expires_at = facts.now + invitation_life;

    auto work = co_await services.storage.begin();
    co_await work->organizations().lock(organization.id);
    bool const there = co_await work->organizations().hold(organization.id);
    if (!there) // deleted since the gate
        throw Refusal{.reason = Reason::not_found};
    co_await require_same_standing(*work, actor, facts.now);
    co_await require_room(services, *work, organization.id, facts.now);
    CanonicalAddress const address(invitation.email);
    auto const member = co_await work->members().find_by_address(organization.id, address);
    if (member)
        throw Refusal{.reason = Reason::email_already_registered};
    auto const replaced
        = co_await work->invitations().supersede(organization.id, address, facts.now);
    co_await work->invitations().insert(invitation);
    auto entry = deed(facts, actor, Event::invitation_sent, 201, organization.id);
    entry.resource = "invitation";
    entry.resource_id = invitation.id.text();
    entry.details["role"] = std::string(to_text(role));
    if (replaced > 0)
        entry.details["replaced"] = replaced;
    entry.email = invitation.email;
    auto const row = co_await work->ledger().append(std::move(entry));
    co_await mail_offer(services, *work, organization, invitation, std::move(opaque.text), row);
    co_await work->commit();
    services.mail_waits();
    co_return invitation;
}

Async<void> revoke(
    Services& services,
    RequestFacts facts,
    Actor actor,
    OrganizationId organization,
    InvitationId invitation
)
{
    auto work = co_await services.storage.begin();
    co_await domain::hold_standing(*work, actor, organization, facts.now);
    auto const found = co_await work->invitations().find(organization, invitation);
    if (!found) {
        auto const refusal = co_await not_here(*work, actor, invitation);
        throw refusal;
    }
    bool const revoked = co_await work->invitations().revoke(organization, invitation, facts.now);
    if (!revoked) { // used, revoked or expired: what this rests on is on disk before it is said
        co_await work->commit();
        throw Refusal{.reason = Reason::gone};
    }
    auto entry = deed(facts, actor, Event::invitation_revoked, 204, organization);
    entry.resource = "invitation";
    entry.resource_id = invitation.text();
    entry.email = found->email;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

} // namespace gatehouse::invitations
