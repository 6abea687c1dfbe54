// One request after the other from the bytes of a connection, behind the framing guard. No Boost
// here.
#pragma once

#include "http/guard.h"
#include "http/request.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace gatehouse::http {

class RequestParser {
public:
    explicit RequestParser(Request& into);
    ~RequestParser();

    // A complete head with its blank line, as HeadFinder measured it. Starts a new request.
    std::optional<Fault> read_head(std::string_view head);

    // After read_head():
    bool method_is_known() const; // else the method of the request means nothing
    bool keep_alive() const;
    bool http_1_1() const;
    bool chunked() const;
    bool expects_continue() const;
    std::uint64_t declared_length() const; // 0 when chunked
    bool is_done() const; // nothing of the body is missing

    struct Step {
        std::size_t used = 0; // bytes taken
        std::optional<Fault> fault;
    };
    // Appends to the request's body, at most `limit` bytes of it; beyond that the fault is 413.
    Step read_body(std::string_view bytes, std::size_t limit);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

inline constexpr Fault body_too_large{
    413, "PAYLOAD_TOO_LARGE", "Payload too large", "The body is larger than this route accepts."
};

} // namespace gatehouse::http
