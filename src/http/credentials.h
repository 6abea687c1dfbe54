// Which credential a request presents: `Authorization: Bearer` first, then the cookie (api §2).
#pragma once

#include "http/request.h"

#include <string>
#include <string_view>

namespace gatehouse::http {

struct Presented {
    enum class Kind { nothing, unusable, bearer, cookie };
    Kind kind = Kind::nothing;
    std::string_view token; // of bearer and cookie; lies in the request
};

// `unusable`: another scheme, no scheme, blanks, two cookies of the name. Such a request is 401,
// also beside a good cookie, and counts as carrying a credential (decisions D-4, D-45).
Presented presented_by(Request const& request);

// Whether the bearer is the key whose SHA-256 this is, in hex; no key is presented where it is
// empty.
bool presents_service_key(Request const& request, std::string const& key_digest);

} // namespace gatehouse::http
