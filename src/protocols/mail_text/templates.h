// The words of each kind of mail, filled with the values of one order.
#pragma once

#include "protocols/mail_text/mail_order.h"

#include <map>
#include <string>
#include <string_view>

namespace gatehouse::mail_text {

struct Content {
    std::string subject;
    std::string text;
    std::string html;
};

// Links start with `public_url` (configured, without a trailing slash), the token first in their
// query. Values are put in once and never read again as templates; in the HTML part they are
// escaped.
Content render(MailOrder const& order, std::string_view public_url);

std::string html_escaped(std::string_view value);
std::string percent_encoded(std::string_view value); // RFC 3986 2.3: all but the unreserved

// `{{name}}` becomes the value, escaped in HTML; `{{&name}}` the value as it is, for rendered
// parts. Throws std::logic_error for a name without value or a brace without end: a defect of the
// template.
enum class Markup { plain, html };
using Values = std::map<std::string, std::string, std::less<>>;
std::string filled(std::string_view text, Values const& values, Markup markup);

} // namespace gatehouse::mail_text
