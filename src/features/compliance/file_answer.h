// One file as an answer: formed, counted and hashed first, so that its head says what follows, then
// sent in pieces.
#pragma once

#include "features/compliance/messages.h"
#include "features/compliance/rules.h"
#include "features/compliance/walk.h"
#include "http/body_stream.h"
#include "http/context.h"

#include <variant>

namespace gatehouse::compliance {

using FileAnswer = std::variant<http::StreamedAs<FileView>, http::Streamed>;

// `path` is where the rest of the file is asked for.
Async<FileAnswer>
file_answer(http::Context& context, Source const& source, Wanted wanted, std::string path);

} // namespace gatehouse::compliance
