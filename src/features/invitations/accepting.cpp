// The person comes into being here; holding the link proves the mailbox.
#include "features/invitations/accepting.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/account_reach.h"
#include "domain/attempts.h"
#include "domain/directory.h"
#include "domain/ledger.h"
#include "domain/opaque_token.h"
#include "domain/refusal.h"
#include "protocols/password_text/password_rule.h"

namespace gatehouse::invitations {
namespace {
using domain::CanonicalAddress;
using domain::Cell;
using domain::digest_of;
using domain::Event;
using domain::Invitation;
using domain::ledger_entry;
using domain::Outcome;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::Role;
using domain::Services;
using domain::to_text;
using domain::TokenDigest;
using domain::UnitOfWork;
using domain::User;
using domain::UserId;
using domain::UserStatus;

Async<Invitation> open_invitation(UnitOfWork& work, TokenDigest digest, Instant now)
{
    auto found = co_await work.directory().invitation(std::move(digest));
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    if (!found->is_open(now))
        throw Refusal{.reason = Reason::gone};
    co_return std::move(*found);
}

// An offer is worth what its maker may still give: nobody keeps a way back in through an invitation
// from before a demotion, a suspension or a dismissal (I-5, I-7).
Async<bool>
still_stands(UnitOfWork& work, policy::Policy const& policy, Invitation const& invitation)
{
    if (!invitation.invited_by) // written by an operator
        co_return true;
    auto const inviter
        = co_await work.users().find(invitation.organization_id, *invitation.invited_by);
    if (!inviter || inviter->status != UserStatus::active)
        co_return false;
    auto const grants = co_await domain::grants_as_stored(work, policy, *inviter);
    bool const invites = grants.cell(Permission::users_invite) == Cell::everywhere;
    co_return invites&& domain::may_make(policy, inviter->role, grants, invitation.role);
}

User member_of(Services& services, Invitation const& invitation, NewMember& wanted, Instant now)
{
    User user;
    user.id = UserId(mint_uuid(now, services.random));
    user.organization_id = invitation.organization_id;
    user.email = invitation.email;
    user.mailbox_proven_at = now; // the link came to it (decisions D-99)
    user.first_name = std::move(wanted.first_name);
    user.last_name = std::move(wanted.last_name);
    user.role = invitation.role;
    user.created_at = now;
    user.updated_at = now;
    return user;
}

// What the password may not be made of is known only now; the rest was judged before.
void require_not_known(NewMember const& wanted, Invitation const& offered, std::string organization)
{
    std::vector<std::string> const known{
        offered.email,
        wanted.first_name.value_or(""),
        wanted.last_name.value_or(""),
        std::move(organization)
    };
    if (auto const problem = password_text::problem_with_password(wanted.password, known))
        throw domain::weak_password("password", *problem);
}

} // namespace

Async<Offer> offer_behind(Services& services, SecretString token, Instant now)
{
    auto work = co_await services.storage.read();
    auto const invitation = co_await open_invitation(*work, digest_of(token), now);
    auto const organization = co_await work->directory().organization(invitation.organization_id);
    if (!organization) // deleted between the two looks
        throw Refusal{.reason = Reason::not_found};
    Offer offer;
    offer.email = invitation.email;
    offer.role = to_text(invitation.role);
    offer.organization_name = organization->name;
    co_return offer;
}

Async<User> accept(Services& services, RequestFacts facts, NewMember wanted)
{
    auto const digest = digest_of(wanted.token);
    { // refuses before hashing; what counts is the claim below
        auto look = co_await services.storage.read();
        auto const offered = co_await open_invitation(*look, digest, facts.now);
        auto const organization = co_await look->directory().organization(offered.organization_id);
        require_not_known(wanted, offered, organization ? organization->name : std::string());
    }
    auto password = co_await services.passwords.hash(std::move(wanted.password));

    auto work = co_await services.storage.begin();
    auto const invitation = co_await open_invitation(*work, digest, facts.now);
    CanonicalAddress const address(invitation.email);
    co_await work->attempts().lock(address);
    co_await work->organizations().lock(invitation.organization_id);
    auto const policy = services.policies.current();
    bool const stands = co_await still_stands(*work, *policy, invitation);
    if (!stands)
        throw Refusal{.reason = Reason::gone};
    bool const claimed
        = co_await work->invitations().accept(invitation.organization_id, invitation.id, facts.now);
    if (!claimed)
        throw Refusal{.reason = Reason::gone};
    auto user = member_of(services, invitation, wanted, facts.now);
    user.password = std::move(password);
    bool const inserted = co_await work->users().insert(user);
    if (!inserted) // somebody made the person meanwhile; the invitation stays as it was
        throw Refusal{.reason = Reason::email_already_registered};
    co_await work->invitations().supersede(user.organization_id, address, facts.now);
    auto entry = ledger_entry(facts, Event::invitation_accepted, Outcome::success, 201, user);
    entry.resource = "invitation";
    entry.resource_id = invitation.id.text();
    entry.details["role"] = std::string(to_text(user.role));
    entry.email = user.email;
    co_await work->ledger().append(std::move(entry));
    if (user.role == Role::owner)
        co_await work->organizations().settle_owner(user.organization_id, facts.now);
    co_await work->commit();
    co_return user;
}

} // namespace gatehouse::invitations
