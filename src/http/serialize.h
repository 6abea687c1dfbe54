// Answers as bytes: status line, the fields that every answer carries, body.
#pragma once

#include "core/time.h"
#include "http/response.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::http {

// `Sun, 22 Nov 2026 07:05:09 GMT` (RFC 9110 5.6.7)
std::string http_date(Instant at);

// The fields of spec/api §1 that are the same for every answer, made anew once a second.
class CommonFields {
public:
    explicit CommonFields(bool over_https); // then HSTS too
    // `response` may bring its own Cache-Control and Content-Security-Policy.
    std::string_view at(Instant now, Response const& response);

private:
    std::int64_t second_ = -1;
    std::string fixed_;
    std::array<std::string, 4> texts_; // with and without the two defaults
};

struct Framing {
    bool without_body = false; // HEAD
    bool http_1_1 = true;
    bool keep_alive = true;
};

// Appends the whole answer to `out`; of a streamed one the head.
void append_answer(
    std::string& out,
    Response const& response,
    std::string_view common_fields,
    std::string_view request_id,
    Framing framing
);

// Appends one piece of a streamed body, and after the last one the end of the body.
void append_piece(std::string& out, std::string_view piece, bool is_last, bool http_1_1);

} // namespace gatehouse::http
