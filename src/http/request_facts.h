// What the domain needs to know of a request.
#pragma once

#include "domain/request_facts.h"
#include "http/context.h"

namespace gatehouse::http {

inline domain::RequestFacts facts_of(Context const& context)
{
    auto const* const caller = context.has_caller() ? &context.caller() : nullptr;
    auto const* const impersonation
        = caller && caller->session.impersonation ? &*caller->session.impersonation : nullptr;
    return {
        .now = context.now,
        .request_id = context.request_id,
        .client_address = context.client_address,
        .user_agent = context.user_agent,
        .surface = context.surface,
        .impersonator = impersonation ? std::optional(impersonation->by) : std::nullopt
    };
}

} // namespace gatehouse::http
