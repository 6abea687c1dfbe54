// The evidence of a period as one archive, made while it is sent.
#pragma once

#include "core/async.h"
#include "features/compliance/rules.h"
#include "http/body_stream.h"
#include "http/context.h"

namespace gatehouse::compliance {

Async<http::Streamed> bundle_answer(http::Context& context, Wanted wanted);

} // namespace gatehouse::compliance
