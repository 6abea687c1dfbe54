// An answer: status, checked header fields, body.
#pragma once

#include "http/body_stream.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::http {

// Throws std::invalid_argument unless `value` is visible ASCII, blanks and tabs: a CR or LF in a
// field would let whoever chose the text write the rest of the answer (security §0.1).
void require_clean_header(std::string_view name, std::string_view value);

class Response {
public:
    int status = 200;
    std::string body;
    std::shared_ptr<BodyStream> stream; // instead of the body, where there is one

    void set_header(std::string_view name, std::string_view value); // replaces
    void say_json(); // Content-Type: application/json; charset=utf-8
    void add_header(std::string_view name, std::string_view value); // keeps those of the same name
    bool has_header(std::string_view name) const; // compares without regard to case
    std::string_view header(std::string_view name) const; // the first; empty when absent
    std::string const& header_lines() const { return lines_; } // `Name: value` CR LF, each
    void clear(); // a fresh 200 without body, memory kept

private:
    struct Line {
        std::size_t begin = std::string::npos;
        std::size_t end = 0;
    };
    Line find(std::string_view name, std::size_t from) const;

    std::string lines_;
};

std::string_view reason_phrase(int status);

} // namespace gatehouse::http
