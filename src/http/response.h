// An answer: status, checked header fields, body.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::http {

// Throws std::invalid_argument unless `value` is visible ASCII, blanks and tabs: a CR or LF in a
// field would let whoever chose the text write the rest of the answer (security §0.1).
void require_clean_header(std::string_view name, std::string_view value);

class Response {
public:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    int status = 200;
    std::string body;

    void set_header(std::string_view name, std::string_view value); // replaces
    void add_header(std::string_view name, std::string_view value); // keeps those of the same name
    bool has_header(std::string_view name) const; // compares without regard to case
    std::string_view header(std::string_view name) const; // empty when absent
    Headers const& headers() const { return headers_; }
    void clear(); // a fresh 200 without body, memory kept

private:
    Headers headers_;
};

std::string_view reason_phrase(int status);

} // namespace gatehouse::http
