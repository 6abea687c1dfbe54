// How many tries a password takes somebody who knows how people choose them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::password_text {

// True below about 250 tries, by zxcvbn's estimate: one listed word with a digit or a sign behind
// it, letters replaced as everybody does, a row of keys. `known` is what a guesser tries first:
// address, names, organization.
[[nodiscard]] bool
is_guessed_at_once(std::string_view password, std::vector<std::string> const& known = {});

} // namespace gatehouse::password_text
