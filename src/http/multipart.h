// The one file of a multipart/form-data body (RFC 7578), read strictly.
#pragma once

#include "http/describe.h"
#include "http/request.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace gatehouse::http {

// Whether the content type is multipart/form-data, whatever its parameters.
bool is_multipart_form(std::optional<std::string_view> content_type);

// The part `file`, which must be there exactly once; parts of other names are skipped. Throws
// Refusal: 400 for anything that RFC 7578 does not allow a sender, 413 for a larger file.
Upload read_upload(Request const& request, std::size_t file_limit);

} // namespace gatehouse::http
