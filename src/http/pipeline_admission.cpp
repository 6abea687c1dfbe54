// Who is let in, and who is counted: the first two steps of spec/permissions §3.
#include "domain/device_classes.h"
#include "domain/entering.h"
#include "domain/session_check.h"
#include "http/credentials.h"
#include "http/impersonated.h"
#include "http/pipeline.h"
#include "http/request_facts.h"

namespace gatehouse::http {

using domain::because;
using domain::Reason;
using domain::Refusal;

namespace {

bool counts_before_anything(Route const& route)
{
    auto const kind = route.access.kind();
    if (kind != Access::Kind::anyone)
        return false;
    return route.limit != Limit::none && !counts_refusals(route);
}

Async<bool> is_live(domain::Services& services, std::string_view token, Instant now)
{
    try {
        co_await domain::check_session(services, token, now);
    } catch (Refusal const&) {
        co_return false; // the answer, not a failure: the handler refuses it in its own words
    }
    co_return true;
}

} // namespace

// A request without any credential is the provisioner's where provisioning is open; one with any,
// valid or not, is judged as everywhere else (decisions D-4).
bool Pipeline::needs_session(Exchange const& exchange, Route const& route, Context& context) const
{
    auto const kind = route.access.kind();
    if (kind == Access::Kind::session)
        return true;
    if (kind == Access::Kind::session_or_service) {
        if (!presents_service_key(exchange.request, services_.settings.service_key_digest))
            return true;
        context.admit_service();
        return false;
    }
    if (kind != Access::Kind::session_or_provisioner)
        return false;
    auto const& request = exchange.request;
    bool const is_open = services_.settings.provisioning == domain::Provisioning::open;
    if (!is_open || request.header("authorization") || request.header("cookie"))
        return true;
    context.admit_provisioner();
    return false;
}

Pipeline::Refused Pipeline::charge(Limit limit, Exchange const& exchange)
{
    if (!services_.settings.rate_limit || limit == Limit::none)
        return std::nullopt;
    auto const wait = ceilings_.charge(limit, exchange.client_address, exchange.now);
    if (!wait)
        return std::nullopt;
    auto refusal = because(Reason::rate_limited);
    refusal.retry_after_seconds = *wait;
    return refusal;
}

Pipeline::Refused Pipeline::limits(Exchange const& exchange, Route const& route)
{
    if (counts_before_anything(route))
        return charge(route.limit, exchange);
    return std::nullopt;
}

Async<Pipeline::Refused>
Pipeline::live_session(Exchange& exchange, Route const& route, Context& context)
{
    auto const presented = presented_by(exchange.request);
    Refused refused;
    if (presented.kind == Presented::Kind::nothing)
        refused = because(Reason::unauthorized);
    else if (presented.kind == Presented::Kind::unusable)
        refused = because(Reason::invalid_token);
    if (!refused) {
        try {
            auto known = domain::check_token_at_once(services_, presented.token, exchange.now);
            if (!known) {
                auto asked = co_await domain::check_token(services_, presented.token, exchange.now);
                known.emplace(std::move(asked));
            }
            context.admit(std::move(known->caller));
        } catch (Refusal const& refusal) {
            refused = refusal;
        }
    }
    if (refused) { // only those without a live session are counted (D-98)
        auto const too_many = charge(Limit::anonymous, exchange);
        co_return too_many ? too_many : refused;
    }
    bool const needs_proof = presented.kind == Presented::Kind::cookie && !is_safe(route.method);
    if (needs_proof && !origins_.proves_same_site(exchange.request))
        co_return because(Reason::cross_site);
    auto const& caller = context.caller();
    if (!route.from_anywhere)
        domain::require_inside(*caller.rules, exchange.client_address);
    if (!route.while_enrolling)
        domain::require_enrolled(caller);
    if (domain::is_new_class(caller.session, context.user_agent))
        co_await domain::note_device(services_, facts_of(context), caller);
    if (caller.session.impersonation && !serves_somebody_else(route))
        co_return Refusal{
            .reason = Reason::forbidden, .message = "Not while you act as somebody else."
        };
    co_return std::nullopt;
}

// Counted unless a live session is presented where a code may be guessed, or a token of ours
// elsewhere: what an ended session may still do there is for the handler to say.
Async<Pipeline::Refused>
Pipeline::present_optional(Exchange const& exchange, Route const& route, Context& context)
{
    auto const presented = presented_by(exchange.request);
    bool is_free = false;
    bool const is_there = !presented.token.empty();
    if (is_there && route.limit == Limit::credential)
        is_free = co_await is_live(services_, presented.token, exchange.now);
    else if (is_there) {
        auto const read = co_await services_.tokens.verify_without_expiry_check(presented.token);
        is_free = read.has_value();
    }
    if (!is_free)
        if (auto too_many = charge(route.limit, exchange))
            co_return too_many;
    bool const needs_proof = presented.kind == Presented::Kind::cookie && !is_safe(route.method);
    if (needs_proof && !origins_.proves_same_site(exchange.request))
        co_return because(Reason::cross_site);
    if (presented.kind != Presented::Kind::nothing)
        context.present(std::string(presented.token)); // empty where it was unusable
    co_return std::nullopt;
}

} // namespace gatehouse::http
