// The page that the mailed link opens. It asks; what it asks for is done by another request.
#pragma once

#include <string>
#include <string_view>

namespace gatehouse::sign_in_denial {

// Programs that look at links before people do open it, and change nothing.
std::string page(std::string_view nonce);

// What it may load and do: its own style and script, and requests to where it came from.
std::string page_policy(std::string_view nonce);

} // namespace gatehouse::sign_in_denial
