// What settings may be, where a look at their letters tells.
#pragma once

#include <string>
#include <string_view>

namespace gatehouse::app {

// What links and origins are made of: anything else would be sent out and lead nowhere. Asked of
// what begins with https:// or http://.
bool is_plain_url(std::string_view url);

// By its form alone: a name that only begins with `127.` may lead anywhere.
bool is_loopback(std::string_view host);

// What is wrong with the key of other applications, and the mend; empty where it can be used.
std::string problem_of_service_key(std::string const& key);

} // namespace gatehouse::app
