// Sending one file of the console: its smallest form that the client takes, or that nothing
// changed.
#pragma once

#include "features/console/files.h"
#include "http/request.h"
#include "http/response.h"

#include <string_view>

namespace gatehouse::console {

enum class Coding { plain, brotli, gzip };

// The smallest form of the file that `Accept-Encoding` takes (RFC 9110 12.5.3).
Coding best_coding(std::string_view accepted, File const& file);

// Status, fields and body. A status other than 200 is never answered by 304.
void send(File const& file, http::Request const& request, http::Response& response);

} // namespace gatehouse::console
