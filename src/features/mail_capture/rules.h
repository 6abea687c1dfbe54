// What a search in captured mail means.
#pragma once

#include "domain/captured_mails.h"

#include <string_view>

namespace gatehouse::mail_capture {

// `to:ADDR from:ADDR subject:WORD word "several words"`: all must be found, A–Z folded. A value in
// double quotes may hold blanks: `subject:"Password Reset"`.
domain::CapturedMailQuery parse_query(std::string_view text);

} // namespace gatehouse::mail_capture
