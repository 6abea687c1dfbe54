// A person's own data as one file, made while it is sent.
#pragma once

#include "core/async.h"
#include "http/body_stream.h"
#include "http/context.h"

namespace gatehouse::me_data {

Async<http::Streamed> exported(http::Context& context);

} // namespace gatehouse::me_data
