// Text as mail carries it: quoted-printable bodies, encoded and folded header values, dates.
#pragma once

#include "core/time.h"

#include <string>
#include <string_view>

namespace gatehouse::mail_text {

// False for CR, LF, NUL and every other control character, and for text that is not UTF-8: such a
// value could end its header and begin another (header injection).
bool is_header_safe(std::string_view value);

// RFC 2045 6.7: lines end with CRLF, none is longer than 76 characters. Lone CR or LF count as line
// ends.
std::string quoted_printable(std::string_view text);

// `name: value` folded to 78 characters (RFC 5322 2.2.3), ending with CRLF. What is not plain
// ASCII, or could not be folded without being changed, becomes encoded-words (RFC 2047).
std::string unstructured_header(std::string_view name, std::string_view value);

// `name: "display" <address>`, ending with CRLF; without display name only the address.
std::string
mailbox_header(std::string_view name, std::string_view display, std::string_view address);

// RFC 5322 3.3 in UTC, `Sun, 22 Nov 2026 07:05:09 +0000`.
std::string date_text(Instant at);

} // namespace gatehouse::mail_text
