// The routes about access: who and where, permission, step-up, and only then what was asked.
#include "features/compliance/review_endpoints.h"

#include "core/text.h"
#include "domain/access.h"
#include "domain/period.h"
#include "domain/refusal.h"
#include "domain/step_up.h"
#include "features/compliance/access_sources.h"
#include "features/compliance/file_answer.h"
#include "features/compliance/review_messages.h"
#include "features/compliance/review_routes.h"
#include "features/compliance/reviewing.h"
#include "http/paging.h"
#include "http/query.h"
#include "http/request_facts.h"
#include "http/step_up.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::AccessReview;
using domain::invalid_field;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::StepUpPurpose;
using http::Context;
using http::Nothing;

std::string named_in(Context const& context)
{
    return std::string(context.parameter("id"));
}

// One of another organization is 403, whatever the role (decisions D-79).
Async<void> require_in_reach(Context& context)
{
    auto work = co_await context.services.storage.read();
    auto const home = co_await work->evidence().access().reviews().home_of(named_in(context));
    if (!home)
        throw Refusal{.reason = Reason::not_found};
    if (*home != context.caller().organization_id())
        throw Refusal{.reason = Reason::forbidden};
}

Async<void> may_review(Context& context)
{
    domain::require_permission(context.actor(), Permission::settings_security_view);
    co_await http::require_step_up(context, StepUpPurpose::data_export);
}
Async<void> may_review_one(Context& context)
{
    co_await require_in_reach(context);
    co_await may_review(context);
}

ReviewView view_of(AccessReview const& review)
{
    ReviewView view{.id = review.id, .name = review.name, .created_by = review.created_by};
    view.created_at = review.created_at;
    view.people = review.people;
    view.kept = review.kept;
    view.revoked = review.revoked;
    view.undecided = review.people - review.kept - review.revoked;
    view.signed_off_by = review.signed_off_by;
    view.signed_off_at = review.signed_off_at;
    return view;
}

std::string judged_text(std::string const& field, std::string const& given, std::size_t most)
{
    auto text = std::string(trimmed(given));
    if (text.empty() || text.size() > most)
        throw invalid_field(field, "must have 1 to " + std::to_string(most) + " bytes");
    return text;
}

// The last moment of a day; never one that is still to come.
Instant moment_in(std::optional<std::string> const& at, Instant now)
{
    if (!at || at->empty())
        return now;
    try {
        auto const last = domain::period_of(*at, *at, now).to - 1ms;
        return std::min(last, now);
    } catch (Refusal const&) { // it names members that were not asked for
        throw invalid_field(
            "at", "must be a date or a moment, as 2026-03-03 or 2026-03-03T07:05:09Z"
        );
    }
}

Wanted wanted_at(
    Instant at,
    std::optional<std::string> format,
    std::optional<std::int64_t> limit,
    std::optional<std::string> cursor,
    Instant now
)
{
    FileRequest const request{
        .from = std::nullopt,
        .to = std::nullopt,
        .format = std::move(format),
        .limit = limit,
        .cursor = std::move(cursor)
    };
    auto wanted = wanted_by(request, now);
    wanted.period = {at, at + 1ms};
    return wanted;
}

Async<FileAnswer> matrix(Context& context, MatrixRequest request)
{
    MatrixAsked asked{.at = moment_in(request.at, context.now), .permission = {}, .policy = {}};
    asked.policy = context.caller().policy;
    std::string rest = "at=" + http::percent_encoded(gatehouse::to_text(asked.at)) + "&";
    if (request.permission && !request.permission->empty()) {
        asked.permission = asked.policy->find(*request.permission);
        if (!asked.permission)
            throw invalid_field("permission", "is none of the permissions");
        rest += "permission=" + http::percent_encoded(*request.permission) + "&";
    }
    auto const wanted
        = wanted_at(asked.at, request.format, request.limit, request.cursor, context.now);
    auto source = access_matrix_source(std::move(asked));
    source.asked = std::move(rest);
    co_return co_await file_answer(context, source, wanted, std::string(matrix_route.path));
}

Async<ReviewViews> list(Context& context, ReviewListRequest request)
{
    auto const paging = http::paging_of(request.page, request.limit);
    auto const& organization = context.caller().organization_id();
    auto work = co_await context.services.storage.read();
    auto& reviews = work->evidence().access().reviews();
    auto const found = co_await reviews.list(organization, paging.limit, paging.offset);
    auto const total = co_await reviews.count(organization);
    http::say_rest(context, paging, total, std::string(list_route.path));
    context.no_store();
    ReviewViews views;
    for (auto const& review : found)
        views.push_back(view_of(review));
    co_return views;
}

Async<AccessReview> existing(Context& context)
{
    auto work = co_await context.services.storage.read();
    auto found = co_await work->evidence().access().reviews().find(
        context.caller().organization_id(), named_in(context)
    );
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    co_return std::move(*found);
}

Async<ReviewView> show(Context& context, Nothing)
{
    context.no_store();
    auto const review = co_await existing(context);
    co_return view_of(review);
}

Async<FileAnswer> items(Context& context, ReviewItemsRequest request)
{
    auto const review = co_await existing(context);
    auto const wanted
        = wanted_at(review.created_at, request.format, request.limit, request.cursor, context.now);
    auto source = review_source(review.id);
    source.asked = "";
    std::string const path = std::string(list_route.path) + "/" + review.id + "/items";
    co_return co_await file_answer(context, source, wanted, path);
}

Async<ReviewView> begin(Context& context, ReviewRequest request)
{
    constexpr std::size_t longest_name = 120;
    auto name = judged_text("name", request.name, longest_name);
    auto const facts = http::facts_of(context);
    auto const made
        = co_await begin_review(context.services, facts, context.caller(), std::move(name));
    context.status(201);
    co_return view_of(made);
}

Async<ReviewView> decide_one(Context& context, DecisionRequest request)
{
    constexpr std::size_t longest_reason = 500;
    bool const revokes = request.decision == "revoke";
    if (!revokes && request.decision != "keep")
        throw invalid_field("decision", "must be keep or revoke");
    domain::ReviewItem decided;
    decided.reason = judged_text("reason", request.reason, longest_reason);
    decided.user_id = std::move(request.user_id);
    decided.decision = std::move(request.decision);
    if (revokes) {
        domain::require_permission(context.actor(), Permission::users_status);
        co_await http::require_step_up(context, StepUpPurpose::force_logout);
    }
    auto const facts = http::facts_of(context);
    auto const after = co_await decide(
        context.services, facts, context.caller(), named_in(context), std::move(decided)
    );
    co_return view_of(after);
}

Async<ReviewView> sign(Context& context, Nothing)
{
    auto const facts = http::facts_of(context);
    auto const after
        = co_await sign_off(context.services, facts, context.caller(), named_in(context));
    co_return view_of(after);
}

} // namespace

std::vector<http::Endpoint> review_endpoints()
{
    return {
        http::endpoint(matrix_route, may_review, matrix),
        http::endpoint(list_route, may_review, list),
        http::endpoint(begin_route, may_review, begin),
        http::endpoint(show_route, may_review_one, show),
        http::endpoint(items_route, may_review_one, items),
        http::endpoint(decide_route, may_review_one, decide_one),
        http::endpoint(sign_route, may_review_one, sign),
    };
}

} // namespace gatehouse::compliance
