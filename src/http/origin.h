// Where a request was made from: the proof that an unsafe one with a cookie needs (behaviours §13).
#pragma once

#include "http/request.h"

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::http {

// `scheme://host[:port]` of a URL, in lower case, without a default port; empty when it has none.
std::string origin_of(std::string_view url);

class Origins {
public:
    Origins(std::string_view public_url, std::vector<std::string> const& allowed);

    // Own or allowed: exactly as a browser would send it. `null` never is.
    bool knows(std::string_view origin) const;

    // A configured foreign origin, whose pages may read answers (CORS).
    bool may_read_answers(std::string_view origin) const;

    // An Origin header that is neither own nor allowed.
    bool is_foreign(Request const& request) const;

    // Own or allowed Origin; without one `Sec-Fetch-Site: same-origin`, or the `csrf` cookie
    // repeated in X-CSRF-Token. A foreign Origin is refused whatever else is sent.
    bool proves_same_site(Request const& request) const;

private:
    std::string own_;
    std::vector<std::string> allowed_;
};

} // namespace gatehouse::http
