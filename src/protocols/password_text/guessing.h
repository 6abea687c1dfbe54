// How many tries a password takes somebody who knows how people choose them.
#pragma once

#include <string_view>

namespace gatehouse::password_text {

// True below about 250 tries, by zxcvbn's estimate: one listed word with a digit or a sign behind
// it, letters replaced as everybody does, a row of keys. For short texts (under 100 bytes) alone:
// the time it takes grows faster than the text.
[[nodiscard]] bool is_guessed_at_once(std::string_view password);

} // namespace gatehouse::password_text
