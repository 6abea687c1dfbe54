// Gates that more than one feature has.
#pragma once

#include "http/endpoint.h"

namespace gatehouse::http {

// Where is told by the body alone: the handler asks where and what before it judges the rest
// (spec/permissions §3 step 6).
inline Async<void> asked_with_the_body(Context&)
{
    co_return;
}

} // namespace gatehouse::http
