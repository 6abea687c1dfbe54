// A report's file as it is sent: a piece at a time, however large it is.
#pragma once

#include "domain/resources.h"
#include "domain/storage.h"
#include "http/body_stream.h"

#include <cstdint>
#include <optional>

namespace gatehouse::reports {

constexpr std::int64_t piece_length = 256 * 1024; // bytes in memory at a time

// Reads the first piece before the answer begins; nothing where there is no file.
Async<std::optional<http::Streamed>> streamed_file(
    domain::Storage& storage, domain::Resource report, std::int64_t length = piece_length
);

} // namespace gatehouse::reports
