// Permission ids, steps, types and bounds.
#include "features/authorization/questions.h"

#include "domain/refusal.h"
#include "domain/resource_access.h"

#include <array>
#include <utility>

namespace gatehouse::authorization {
namespace {
using domain::invalid_field;
using domain::needed_for;
using domain::ResourceStep;
using policy::Policy;
using policy::ResourceType;

constexpr std::size_t longest_id = 256; // bytes: every answer carries it in its decision id
constexpr std::size_t longest_token = 8192;

struct NamedStep {
    std::string_view name;
    ResourceStep step;
};
constexpr std::array steps{
    NamedStep{"view", ResourceStep::view},
    NamedStep{"create", ResourceStep::create},
    NamedStep{"edit", ResourceStep::edit},
    NamedStep{"delete", ResourceStep::remove},
};

NamedStep const* step_named(std::string_view name)
{
    for (auto const& one : steps)
        if (one.name == name)
            return &one;
    return nullptr;
}

void take_resource(Policy const& policy, ResourceRef const& resource, Asked& into)
{
    bool const is_ours = resource.type == user_type || resource.type == organization_type;
    if (!is_ours && !policy.resource_type(resource.type))
        throw invalid_field("resource.type", "is none of the types of resources");
    if (resource.id && resource.id->empty())
        throw invalid_field("resource.id", "must not be empty; leave it out to ask in general");
    if (resource.id && resource.id->size() > longest_id)
        throw invalid_field("resource.id", "must have 256 bytes at most");
    into.resource_type = resource.type;
    into.resource_id = resource.id.value_or("");
}

void take_step(Policy const& policy, NamedStep const& named, Asked& into)
{
    auto const* const type = policy.resource_type(into.resource_type);
    if (!type)
        throw invalid_field("resource.type", "must be a type of resource for this action");
    auto const needed = needed_for(*type, named.step);
    into.permission = needed.permission;
    into.otherwise = needed.otherwise;
    if (named.step == ResourceStep::create)
        into.resource_id.clear(); // there is no row yet
}

} // namespace

Asked understood(
    Policy const& policy, std::string const& action, std::optional<ResourceRef> const& resource
)
{
    Asked asked{.action = action};
    if (resource)
        take_resource(policy, *resource, asked);
    if (auto const permission = policy.find(action)) {
        asked.permission = *permission;
        return asked;
    }
    auto const* const step = step_named(action);
    if (!step)
        throw invalid_field("action", "is no permission, nor view, create, edit or delete");
    take_step(policy, *step, asked);
    return asked;
}

std::vector<Question> questions_in(CheckRequest request)
{
    if (!request.checks) {
        if (!request.action)
            throw invalid_field("action", "is required");
        std::vector<Question> one(1);
        one.front()
            = {std::move(request.subject), *std::move(request.action), std::move(request.resource)};
        return one;
    }
    if (request.action || request.resource)
        throw invalid_field("checks", "must stand alone: one question, or several");
    auto& all = *request.checks;
    if (all.empty() || all.size() > most_checks)
        throw invalid_field("checks", "must be 1 to 100 questions");
    for (auto& question : all)
        if (!question.subject)
            question.subject = request.subject;
    return std::move(all);
}

void judge(SubjectRef const& subject)
{
    if (subject.id.has_value() == subject.token.has_value())
        throw invalid_field("subject", "must have either an id or a token");
    if (subject.id && (subject.id->empty() || subject.id->size() > longest_id))
        throw invalid_field("subject.id", "must have 1 to 256 bytes");
    if (subject.token && subject.token->size() > longest_token)
        throw invalid_field("subject.token", "is too long");
}

} // namespace gatehouse::authorization
