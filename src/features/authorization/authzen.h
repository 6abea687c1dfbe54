// OpenID AuthZEN Authorization API 1.0: the same decisions in the words that other products speak.
#pragma once

#include "core/json.h"
#include "features/authorization/messages.h"
#include "http/endpoint.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gatehouse::authorization {

struct AuthzenSubject {
    std::string type; // user
    std::string id;
};
BOOST_DESCRIBE_STRUCT(AuthzenSubject, (), (type, id))

struct AuthzenAction {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(AuthzenAction, (), (name))

struct Evaluation { // `context` and all `properties` decide nothing here
    std::optional<AuthzenSubject> subject;
    std::optional<AuthzenAction> action;
    std::optional<ResourceRef> resource;
};
BOOST_DESCRIBE_STRUCT(Evaluation, (), (subject, action, resource))

struct EvaluationsRequest : Evaluation { // its own members stand for those that an item leaves out
    std::optional<std::vector<Evaluation>> evaluations; // up to 100
    json::Value options; // {evaluations_semantic}
};
BOOST_DESCRIBE_STRUCT(EvaluationsRequest, (Evaluation), (evaluations, options))

struct Reasons {
    std::string decision_id;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(Reasons, (), (decision_id, reason))

struct Evaluated {
    bool decision = false;
    Reasons context;
};
BOOST_DESCRIBE_STRUCT(Evaluated, (), (decision, context))

struct ItemError {
    std::int64_t status = 400;
    std::string message;
};
BOOST_DESCRIBE_STRUCT(ItemError, (), (status, message))

struct ItemErrors {
    ItemError error;
};
BOOST_DESCRIBE_STRUCT(ItemErrors, (), (error))

struct NotEvaluated { // one of several that is no question
    bool decision = false;
    ItemErrors context;
};
BOOST_DESCRIBE_STRUCT(NotEvaluated, (), (decision, context))

using EvaluatedItem = std::variant<Evaluated, NotEvaluated>;
struct EvaluatedItems {
    std::vector<EvaluatedItem> evaluations;
};
BOOST_DESCRIBE_STRUCT(EvaluatedItems, (), (evaluations))

struct PageRequest {
    std::optional<std::string> token; // of the page before
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(PageRequest, (), (token, limit))

struct SearchRequest {
    AuthzenSubject subject;
    AuthzenAction action;
    ResourceRef resource; // its id, if there is one, decides nothing
    std::optional<PageRequest> page;
};
BOOST_DESCRIBE_STRUCT(SearchRequest, (), (subject, action, resource, page))

enum class Semantic { execute_all, deny_on_first_deny, permit_on_first_permit };
Semantic semantic_in(json::Value const& options); // throws Refusal, 400
bool ends(Semantic semantic, bool decision); // whether nothing behind it is evaluated any more

// What an item leaves out is what the request says. Throws Refusal, 400.
Question question_of(Evaluation item, Evaluation const& otherwise);

std::vector<http::Endpoint> authzen_endpoints();

} // namespace gatehouse::authorization
