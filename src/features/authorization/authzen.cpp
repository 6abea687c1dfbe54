// Evaluations, a search, and where they are.
#include "features/authorization/authzen.h"

#include "domain/refusal.h"
#include "features/authorization/decision_id.h"
#include "features/authorization/desk.h"
#include "features/authorization/explaining.h"
#include "features/authorization/routes.h"
#include "http/paging.h"

#include <utility>

namespace gatehouse::authorization {
namespace {
using domain::invalid_field;
using domain::Reason;
using domain::Refusal;
using domain::ResourceWindow;
using http::Context;
using http::Nothing;
using http::RawJson;

using EvaluatedAny = std::variant<Evaluated, EvaluatedItems>;

void require_user(AuthzenSubject const& subject)
{
    if (subject.type != user_type)
        throw invalid_field("subject.type", "must be user");
}

Evaluated evaluated_of(
    Context const& context, Asker const& asker, DecisionIds const& ids, Decided const& decided
)
{
    Evaluated answer;
    answer.decision = decided.allowed;
    answer.context.decision_id = ids.id_of(decided, context.services.random);
    answer.context.reason = sentence_of(asker.told(decided));
    return answer;
}

Async<Evaluated> evaluate_one(Context& context, Evaluation request)
{
    auto question = question_of(std::move(request), Evaluation());
    DecisionIds const ids(context.services.key_encryption_key, context.now);
    auto reading = co_await domain::begin_reading(context.services);
    Desk desk(context, std::move(reading));
    auto const decided = co_await desk.decide(std::move(question));
    co_return evaluated_of(context, desk.asker(), ids, decided);
}

Async<Evaluated> evaluate(Context& context, Evaluation request)
{
    context.no_store();
    return evaluate_one(context, std::move(request));
}

NotEvaluated not_evaluated(Refusal const& refusal)
{
    NotEvaluated answer;
    answer.context.error.message = refusal.error;
    return answer;
}

// An item that is no question is an answer of its own; whoever may not ask is refused altogether.
Async<EvaluatedItem>
evaluate_item(Context& context, Desk& desk, DecisionIds const& ids, Evaluation item, Evaluation by)
{
    std::optional<NotEvaluated> problem;
    try {
        auto question = question_of(std::move(item), by);
        auto const decided = co_await desk.decide(std::move(question));
        co_return EvaluatedItem(evaluated_of(context, desk.asker(), ids, decided));
    } catch (Refusal const& refusal) {
        if (refusal.reason != Reason::validation)
            throw;
        problem = not_evaluated(refusal);
    }
    co_return EvaluatedItem(std::move(*problem));
}

Evaluation by_itself(EvaluationsRequest const& request)
{
    return {request.subject, request.action, request.resource};
}

bool decision_of(EvaluatedItem const& item)
{
    return std::visit([](auto const& one) { return one.decision; }, item);
}

Async<EvaluatedAny> evaluate_several(Context& context, EvaluationsRequest request)
{
    context.no_store();
    auto const semantic = semantic_in(request.options);
    auto const by = by_itself(request);
    if (!request.evaluations || request.evaluations->empty()) {
        auto one = co_await evaluate_one(context, by);
        co_return EvaluatedAny(std::move(one));
    }
    if (request.evaluations->size() > most_checks)
        throw invalid_field("evaluations", "must be 100 at most");
    DecisionIds const ids(context.services.key_encryption_key, context.now);
    auto reading = co_await domain::begin_reading(context.services);
    Desk desk(context, std::move(reading));
    EvaluatedItems answer;
    for (auto& item : *request.evaluations) {
        auto evaluated = co_await evaluate_item(context, desk, ids, std::move(item), by);
        bool const last = ends(semantic, decision_of(evaluated));
        answer.evaluations.push_back(std::move(evaluated));
        if (last)
            break;
    }
    co_return EvaluatedAny(std::move(answer));
}

// The token of a page is its number, and none of another request's business: it opens nothing.
ResourceWindow window_of(std::optional<PageRequest> const& page, std::int64_t& number)
{
    number = 1;
    if (page && page->token && !page->token->empty()) {
        auto const parsed = http::parse_whole_number(*page->token);
        if (!parsed || *parsed < 1)
            throw invalid_field("page.token", "is no token of a page");
        number = *parsed;
    }
    auto const limit = page && page->limit ? *page->limit : http::longest_page;
    auto const paging = http::paging_of(number, limit);
    ResourceWindow window;
    window.limit = paging.limit;
    window.offset = paging.offset;
    return window;
}

RawJson found_of(Desk::Page const& found, ResourceWindow const& window, std::int64_t number)
{
    json::Array results;
    for (auto const& resource : found.resources)
        results.emplace_back(json::Object{{"type", resource.type}, {"id", resource.id.text()}});
    auto const count = static_cast<std::int64_t>(found.resources.size());
    bool const more = window.offset + count < found.total && count > 0;
    json::Object page{
        {"next_token", more ? std::to_string(number + 1) : std::string()},
        {"count", count},
        {"total", found.total},
    };
    return {json::to_text(
        json::Value(json::Object{{"page", std::move(page)}, {"results", std::move(results)}})
    )};
}

Async<RawJson> search(Context& context, SearchRequest request)
{
    require_user(request.subject);
    std::int64_t number = 1;
    auto const window = window_of(request.page, number);
    context.no_store();
    auto reading = co_await domain::begin_reading(context.services);
    Desk desk(context, std::move(reading));
    SubjectRef subject;
    subject.id = std::move(request.subject.id);
    auto const found = co_await desk.list(
        std::move(subject), std::move(request.action.name), std::move(request.resource.type), window
    );
    co_return found_of(found, window, number);
}

Async<RawJson> metadata(Context& context, Nothing)
{
    auto const& url = context.services.settings.public_url;
    context.header("Cache-Control", "public, max-age=300");
    RawJson answer;
    answer.body = json::to_text(json::Value(json::Object{
        {"policy_decision_point", url},
        {"access_evaluation_endpoint", url + std::string(evaluation_route.path)},
        {"access_evaluations_endpoint", url + std::string(evaluations_route.path)},
        {"search_resource_endpoint", url + std::string(search_route.path)},
    }));
    co_return answer;
}

http::Endpoint described(http::Endpoint endpoint, std::string schema)
{
    endpoint.shape.answer = std::move(schema);
    return endpoint;
}

constexpr char const* search_schema
    = R"({"type":"object","properties":{"page":{"type":"object","properties":{)"
      R"("next_token":{"type":"string"},"count":{"type":"integer"},"total":{"type":"integer"}},)"
      R"("required":["next_token"]},"results":{"type":"array","items":{"type":"object",)"
      R"("properties":{"type":{"type":"string"},"id":{"type":"string"}},)"
      R"("required":["type","id"]}}},"required":["page","results"]})";
constexpr char const* metadata_schema
    = R"({"type":"object","properties":{"policy_decision_point":{"type":"string"},)"
      R"("access_evaluation_endpoint":{"type":"string"},)"
      R"("access_evaluations_endpoint":{"type":"string"},)"
      R"("search_resource_endpoint":{"type":"string"}},)"
      R"("required":["policy_decision_point","access_evaluation_endpoint"]})";

} // namespace

Semantic semantic_in(json::Value const& options)
{
    auto const* const given = options.find("evaluations_semantic");
    if (!given || given->is_null())
        return Semantic::execute_all;
    auto const* const text = given->text();
    if (text && *text == "execute_all")
        return Semantic::execute_all;
    if (text && *text == "deny_on_first_deny")
        return Semantic::deny_on_first_deny;
    if (text && *text == "permit_on_first_permit")
        return Semantic::permit_on_first_permit;
    throw invalid_field(
        "options.evaluations_semantic",
        "must be execute_all, deny_on_first_deny or permit_on_first_permit"
    );
}

bool ends(Semantic semantic, bool decision)
{
    return decision ? semantic == Semantic::permit_on_first_permit
                    : semantic == Semantic::deny_on_first_deny;
}

Question question_of(Evaluation item, Evaluation const& otherwise)
{
    auto const subject = item.subject ? std::move(item.subject) : otherwise.subject;
    auto const action = item.action ? std::move(item.action) : otherwise.action;
    auto resource = item.resource ? std::move(item.resource) : otherwise.resource;
    if (!subject)
        throw invalid_field("subject", "is required");
    if (!action)
        throw invalid_field("action", "is required");
    if (!resource)
        throw invalid_field("resource", "is required");
    if (!resource->id)
        throw invalid_field("resource.id", "is required");
    require_user(*subject);
    Question question;
    question.subject.emplace();
    question.subject->id = subject->id;
    question.action = action->name;
    question.resource = std::move(resource);
    return question;
}

std::vector<http::Endpoint> authzen_endpoints()
{
    return {
        http::endpoint(evaluation_route, evaluate),
        http::endpoint(evaluations_route, evaluate_several),
        described(http::endpoint(search_route, search), search_schema),
        described(http::endpoint(metadata_route, metadata), metadata_schema),
    };
}

} // namespace gatehouse::authorization
