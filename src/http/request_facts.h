// What the domain needs to know of a request.
#pragma once

#include "domain/request_facts.h"
#include "http/context.h"

namespace gatehouse::http {

inline domain::RequestFacts facts_of(Context const& context)
{
    return {
        .now = context.now,
        .request_id = context.request_id,
        .client_address = context.client_address,
        .user_agent = context.user_agent,
        .surface = context.surface
    };
}

} // namespace gatehouse::http
