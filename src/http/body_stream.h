// A body that is made while it is sent: for answers that must not be in memory as a whole
// (decisions D-102).
#pragma once

#include "core/async.h"

#include <memory>
#include <string>

namespace gatehouse::http {

// Lives until the last piece is sent, the client is gone or a piece failed; longer than the Context
// of its request, of which it must keep nothing. It is asked for a piece only when the one before
// has left for the client, who decides how long that takes: between pieces it holds no unit of work
// and no lock. What it throws ends the connection in the middle of the body, so that nobody takes
// the half for the whole; what can be known before, the handler looks at and refuses.
class BodyStream {
public:
    virtual ~BodyStream() = default;
    // Appends the next piece, a few hundred kilobytes at most; false: that was the last.
    virtual Async<bool> next(std::string& into) = 0;
};

// For a HEAD request whose body nobody makes: no piece.
class NoPieces final : public BodyStream {
public:
    Async<bool> next(std::string& /*into*/) override { co_return false; }
};

// What a handler answers with. Chunked for HTTP/1.1, until the end of the connection for HTTP/1.0;
// HEAD asks for no piece.
struct Streamed {
    std::string content_type;
    std::shared_ptr<BodyStream> body; // never null
};

// The same for JSON in the form of a described struct.
template <class T> struct StreamedAs {
    std::shared_ptr<BodyStream> body; // never null
};
template <class T> inline constexpr bool is_streamed_as = false;
template <class T> inline constexpr bool is_streamed_as<StreamedAs<T>> = true;

} // namespace gatehouse::http
