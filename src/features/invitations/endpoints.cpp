// Invitations: sent, listed and revoked by the organization, seen and accepted by their holder.
#include "features/invitations/endpoints.h"

#include "domain/access.h"
#include "domain/person_view.h"
#include "features/invitations/accepting.h"
#include "features/invitations/inviting.h"
#include "features/invitations/messages.h"
#include "features/invitations/routes.h"
#include "http/paging.h"
#include "http/query.h"
#include "http/request_facts.h"
#include "protocols/password_text/email_address.h"
#include "protocols/password_text/names.h"
#include "protocols/password_text/password_rule.h"

#include <variant>

namespace gatehouse::invitations {
namespace {
using domain::invalid_field;
using domain::Invitation;
using domain::InvitationId;
using domain::member_view_of;
using domain::MemberView;
using domain::organization_in_reach;
using domain::OrganizationId;
using domain::parse_role;
using domain::Permission;
using domain::require_may_make;
using domain::require_permission;
using domain::to_text;
using domain::weak_password;

Async<void> may_invite(http::Context& context)
{
    auto const actor = context.actor();
    OrganizationId const id(context.parameter("id"));
    co_await organization_in_reach(context.services, actor, id);
    require_permission(actor, Permission::users_invite);
}

InvitationView view_of(Invitation const& invitation)
{
    InvitationView view;
    view.id = invitation.id.text();
    view.email = invitation.email;
    view.role = to_text(invitation.role);
    if (invitation.invited_by)
        view.invited_by = invitation.invited_by->text();
    view.created_at = invitation.created_at;
    view.expires_at = invitation.expires_at;
    view.accepted_at = invitation.accepted_at;
    view.revoked_at = invitation.revoked_at;
    return view;
}

Async<Invited> send(http::Context& context, http::Unjudged<InviteRequest> unjudged)
{
    auto const actor = context.actor();
    auto const role = parse_role(unjudged.members().role);
    if (role)
        require_may_make(actor, *role);
    auto const request = std::move(unjudged).judged();
    if (!role)
        throw invalid_field("role", "must be one of owner, admin, manager, staff");
    std::string email(trimmed(request.email));
    if (auto const problem = password_text::problem_with_address(email))
        throw invalid_field("email", *problem);
    OrganizationId const id(context.parameter("id"));
    auto const organization = co_await organization_in_reach(context.services, actor, id);
    auto const sent = co_await invite(
        context.services, http::facts_of(context), actor, organization, std::move(email), *role
    );
    context.status(201);
    Invited answer;
    answer.id = sent.id.text();
    answer.email = sent.email;
    answer.role = to_text(sent.role);
    answer.expires_at = sent.expires_at;
    co_return answer;
}

using Listed = std::variant<std::vector<InvitationView>, InvitationPage>;

Async<Listed> list(http::Context& context, ListRequest request)
{
    auto const paging = http::paging_of(request.page, request.limit);
    OrganizationId const id(context.parameter("id"));
    auto work = co_await context.services.storage.read();
    auto const some = co_await work->invitations().list(id, paging.limit, paging.offset);
    auto const total = co_await work->invitations().count_since(id, Instant());
    auto const path = "/api/organizations/" + http::percent_encoded(id.text()) + "/invitations";
    http::say_rest(context, paging, total, path);
    std::vector<InvitationView> views;
    views.reserve(some.size());
    for (auto const& one : some)
        views.push_back(view_of(one));
    if (!paging.is_paged)
        co_return views;
    co_return InvitationPage{
        .data = std::move(views),
        .total = total,
        .page = paging.page,
        .pages = paging.pages_of(total),
        .limit = paging.limit
    };
}

Async<http::Nothing> take_back(http::Context& context, http::Nothing)
{
    OrganizationId const id(context.parameter("id"));
    InvitationId const invitation(context.parameter("invitationId"));
    co_await revoke(context.services, http::facts_of(context), context.actor(), id, invitation);
    co_return http::Nothing{};
}

Async<Offer> show(http::Context& context, http::Nothing)
{
    context.no_store();
    SecretString token(context.parameter("token"));
    co_return co_await offer_behind(context.services, std::move(token), context.now);
}

std::optional<std::string> name_in(std::string const& field, std::optional<std::string> given)
{
    auto name = password_text::normalised_name(given.value_or(""));
    if (!name)
        throw invalid_field(field, "is longer than 100 characters or holds control characters");
    if (name->empty())
        return std::nullopt;
    return name;
}

Async<MemberView> join(http::Context& context, AcceptRequest request)
{
    context.no_store();
    if (auto const problem = password_text::problem_with_password(request.password))
        throw weak_password("password", *problem);
    NewMember wanted;
    wanted.token = SecretString(context.parameter("token"));
    wanted.password = std::move(request.password);
    wanted.first_name = name_in("firstName", std::move(request.first_name));
    wanted.last_name = name_in("lastName", std::move(request.last_name));
    auto const user = co_await accept(context.services, http::facts_of(context), std::move(wanted));
    context.status(201);
    co_return member_view_of(user);
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(invite_route, may_invite, send),
        http::endpoint(list_route, may_invite, list),
        http::endpoint(revoke_route, may_invite, take_back),
        http::endpoint(offer_route, show),
        http::endpoint(accept_route, join)
    };
}

} // namespace gatehouse::invitations
