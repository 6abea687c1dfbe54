// Finding what is true of person and row, and asking the policy.
#include "features/authorization/desk.h"

#include "domain/access.h"
#include "domain/kept_reading.h"
#include "domain/resources.h"
#include "domain/session_check.h"
#include "features/authorization/explaining.h"

#include <algorithm>
#include <utility>

namespace gatehouse::authorization {
namespace {
using domain::invalid_field;
using domain::OrganizationId;
using domain::Permission;
using domain::Reading;
using domain::Reason;
using domain::Refusal;
using domain::Resource;
using domain::ResourceFilter;
using domain::ResourceId;
using domain::ResourceWindow;
using domain::Subject;
using domain::UserId;
using domain::UserStatus;
using policy::Cell;
using policy::Decision;
using policy::Policy;
using policy::Relation;
using policy::ResourceType;

constexpr Relation in_general{.has_row = false, .same_organization = true};

// Of the things that may grant a cell the first that does.
void tell_source(Policy const& policy, Subject const& subject, Decision const& made, Decided& into)
{
    auto const cell_by = [&](std::vector<policy::Granted> const& granted) {
        return policy.effective(subject.role, granted).cell(made.permission);
    };
    into.role = std::string(domain::to_text(subject.role));
    into.granted_by = GrantedBy::grant;
    if (made.cell == Cell::denied) {
        into.granted_by = GrantedBy::nothing;
    } else if (policy.grants_of(subject.role).cell(made.permission) == made.cell) {
        into.granted_by = GrantedBy::role;
    } else if (cell_by(subject.by_custom_role) == made.cell) {
        into.granted_by = GrantedBy::custom_role;
        into.role = subject.custom_role_name.value_or("");
    }
    if (into.granted_by == GrantedBy::grant)
        into.role.clear();
}

// The widest that one of the two permissions admits to.
Cell widest(policy::Grants const& grants, Asked const& asked)
{
    auto const first = policy::decide(grants, asked.permission, in_general);
    if (!asked.otherwise)
        return first.cell;
    auto const second = policy::decide(grants, *asked.otherwise, in_general);
    return std::max(first.cell, second.cell);
}

} // namespace

Asker::Asker(http::Context const& context)
    : caller_(context.is_service() ? nullptr : &context.caller())
    , policy_(caller_ ? caller_->policy : context.services.policies.current())
{
}

void Asker::require_may_ask_about(std::string const& user) const
{
    if (caller_ && !is(user))
        domain::require_permission(domain::Actor::person(*caller_), Permission::users_view);
}

// Nothing: a type that the policy knows no more.
std::optional<Permission> Asker::shows(std::string const& resource_type) const
{
    if (resource_type == user_type)
        return Permission::users_view;
    if (resource_type == organization_type)
        return Permission::organization_view;
    auto const* const type = policy_->resource_type(resource_type);
    return type ? std::optional(type->view.permission) : std::nullopt;
}

bool Asker::sees_every(std::string const& resource_type) const
{
    if (!caller_)
        return true;
    auto const view = shows(resource_type);
    return view && caller_->grants.cell(*view) == Cell::everywhere;
}

void Asker::require_may_know(Decided const& decided) const
{
    require_may_ask_about(decided.subject);
    if (!decided.is_about_a_row() || is(decided.subject) || sees_every(decided.resource_type))
        return;
    auto const view = shows(decided.resource_type);
    throw domain::forbidden(view ? policy_->id_of(*view) : decided.permission);
}

Decided Asker::told(Decided decided) const
{
    if (!decided.is_about_a_row() || sees_every(decided.resource_type))
        return decided;
    return wherever_it_is(std::move(decided));
}

Desk::Desk(http::Context const& context, Reading reading)
    : context_(context)
    , asker_(context)
    , reading_(std::move(reading))
{
}

bool Desk::Whom::is_active() const
{
    return subject && subject->status == UserStatus::active;
}

// In the own organization alone: who is elsewhere and who is nowhere are the same to a person.
Async<Desk::Whom> Desk::person(std::string id)
{
    asker_.require_may_ask_about(id);
    if (auto const known = known_.find(id); known != known_.end())
        co_return known->second;
    Whom found;
    found.id = id;
    std::optional<OrganizationId> in;
    if (auto const* const caller = asker_.caller())
        in = caller->organization_id();
    found.subject
        = co_await domain::subject_of(context_.services, reading_, std::move(in), UserId(id));
    known_.emplace(std::move(id), found);
    co_return found;
}

// Whoever a live session speaks for. A token that opens nothing, or opens another organization,
// speaks for nobody.
Async<Desk::Whom> Desk::holder_of(std::string token)
{
    auto const& tokens = context_.services.tokens;
    auto const read = co_await tokens.verify_without_expiry_check(token, reading_.work.get());
    asker_.require_may_ask_about(read ? read->claims().subject.text() : std::string());
    Whom nobody;
    if (!read)
        co_return nobody;
    auto const* const caller = asker_.caller();
    if (caller && caller->organization_id() != read->claims().organization_id)
        co_return nobody;
    nobody.id = read->claims().subject.text();
    auto const lasting = co_await tokens.verify(token, context_.now, reading_.work.get());
    if (!lasting)
        co_return nobody;
    auto const facts = co_await domain::session_facts(context_.services, read->claims().session_id);
    auto const policy = context_.services.policies.current();
    bool const holds = facts && domain::impersonation_holds(*facts, *policy);
    if (!holds || domain::why_not_opened(read->claims(), facts.get(), context_.now))
        co_return nobody;
    auto holder = co_await person(nobody.id);
    co_return holder;
}

Async<Desk::Whom> Desk::whom(std::optional<SubjectRef> named)
{
    if (!named) {
        auto const* const caller = asker_.caller();
        if (!caller)
            throw invalid_field("subject", "is required of an application");
        return person(caller->user_id().text());
    }
    judge(*named);
    if (named->token)
        return holder_of(*std::move(named->token));
    return person(*std::move(named->id));
}

Async<Relation> Desk::relation(Subject subject, Asked asked)
{
    if (!asked.is_about_a_row())
        co_return in_general;
    Relation relation;
    if (asked.resource_type == organization_type) {
        relation.same_organization = asked.resource_id == subject.organization_id.text();
        co_return relation;
    }
    if (asked.resource_type == user_type) {
        auto const there = co_await domain::subject_of(
            context_.services, reading_, subject.organization_id, UserId(asked.resource_id)
        );
        relation.same_organization = there.has_value();
        relation.own = asked.resource_id == subject.id.text();
        co_return relation;
    }
    auto const assigned = co_await domain::is_assigned(
        context_.services, reading_, subject, asked.resource_type, ResourceId(asked.resource_id)
    );
    relation.same_organization = assigned.has_value();
    relation.assigned = assigned.value_or(false);
    co_return relation;
}

Decided Desk::begun(Whom const& whom, Asked const& asked) const
{
    Decided decided;
    decided.at = context_.now;
    decided.policy = asker_.policy().version();
    decided.subject = whom.id;
    decided.action = asked.action;
    decided.resource_type = asked.resource_type;
    decided.resource_id = asked.resource_id;
    decided.permission = std::string(asker_.policy().id_of(asked.permission));
    decided.is_active = whom.is_active();
    if (auto const* const caller = asker_.caller())
        decided.organization = caller->organization_id().text();
    else if (whom.subject)
        decided.organization = whom.subject->organization_id.text();
    return decided;
}

Async<Decided> Desk::decide(Question question)
{
    auto const& policy = asker_.policy();
    auto const asked = understood(policy, question.action, question.resource);
    auto const about = co_await whom(std::move(question.subject));
    auto decided = begun(about, asked);
    asker_.require_may_know(decided);
    if (!decided.is_active)
        co_return decided;
    auto const& subject = *about.subject;
    auto const relation_there = co_await relation(subject, asked);
    auto const made
        = policy::decide(subject.grants(policy), asked.permission, asked.otherwise, relation_there);
    decided.allowed = made.allowed;
    decided.permission = std::string(policy.id_of(made.permission));
    decided.cell = made.cell;
    decided.missing = made.missing;
    tell_source(policy, subject, made, decided);
    co_return decided;
}

// A question about what one may edit, or about somebody else, shows no row that the asker would not
// be shown otherwise.
Cell Desk::seen_by_asker(Whom const& about, ResourceType const& type) const
{
    auto const* const caller = asker_.caller();
    if (!caller)
        return Cell::everywhere;
    auto const view = type.view.permission;
    auto const cell = policy::decide(caller->grants, view, in_general).cell;
    if (cell != Cell::everywhere && !asker_.is(about.id))
        throw domain::forbidden(asker_.policy().id_of(view));
    return cell;
}

Async<Desk::Page> Desk::list(
    std::optional<SubjectRef> subject,
    std::string action,
    std::string resource_type,
    ResourceWindow window
)
{
    ResourceRef const in_type{.type = resource_type, .id = {}};
    auto const asked = understood(asker_.policy(), action, in_type);
    auto const* const type = asker_.policy().resource_type(resource_type);
    if (!type)
        throw invalid_field("resourceType", "is none of the types of resources");
    auto const about = co_await whom(std::move(subject));
    auto const shown = seen_by_asker(about, *type);
    Page page;
    if (!about.is_active())
        co_return page;
    auto const cell = std::min(shown, widest(about.subject->grants(asker_.policy()), asked));
    if (cell != Cell::everywhere && cell != Cell::assigned)
        co_return page; // no resource has an owner
    ResourceFilter filter;
    filter.type = resource_type;
    if (cell == Cell::assigned)
        filter.assigned_to = about.subject->id;
    auto const& organization = about.subject->organization_id;
    page.resources = co_await reading_.work->resources().list(organization, filter, window);
    page.total = co_await reading_.work->resources().count(organization, filter);
    co_return page;
}

} // namespace gatehouse::authorization
