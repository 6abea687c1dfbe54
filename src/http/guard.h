// The framing guard: what no parser may be trusted to refuse (security §0.1), byte by byte.
#pragma once

#include "http/problem.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::http {

inline constexpr std::size_t head_limit = 8192; // bytes, request line and blank line included
inline constexpr std::size_t header_count_limit = 100;

// Finds the end of a head that arrives in pieces; refuses a bare LF at once.
class HeadFinder {
public:
    struct Found {
        std::size_t size = 0; // of the head with its blank line; 0: not all there yet
        std::optional<Fault> fault;
    };
    // `bytes`: everything received since the head began.
    Found look(std::string_view bytes);
    void reset() { looked_at_ = 0; }

private:
    std::size_t looked_at_ = 0;
};

// The raw bytes of a complete head: line ends, folding, control bytes, blanks before colons.
std::optional<Fault> check_head_bytes(std::string_view head);

// The request line. `method` may be unknown here: that is answered 405, not 400.
std::optional<Fault> check_target(std::string_view method, std::string_view target);

// Field by field, then as a whole; answers how the body is framed.
class FieldGuard {
public:
    std::optional<Fault> field(std::string_view name, std::string_view value);
    std::optional<Fault> finish(bool http_1_1);

    bool chunked() const { return chunked_; }
    std::uint64_t content_length() const { return content_length_.value_or(0); }
    bool expects_continue() const { return expects_continue_; }

private:
    std::optional<Fault> content_length_field(std::string_view value);
    std::optional<Fault> transfer_encoding_field(std::string_view value);
    std::optional<Fault> single_field(std::string_view name, std::string_view value);

    std::size_t count_ = 0;
    std::uint32_t seen_singles_ = 0; // one bit for each field that may come once
    bool has_host_ = false;
    bool chunked_ = false;
    bool expects_continue_ = false;
    bool expects_something_else_ = false;
    std::optional<std::uint64_t> content_length_;
};

inline constexpr Fault malformed_request{};
inline constexpr Fault head_too_large{
    431, "HEADER_TOO_LARGE", "Request header too large", "Send fewer or shorter header fields."
};

} // namespace gatehouse::http
