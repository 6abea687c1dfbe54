// Which version of a thing a client has seen: entity tags and If-Match (RFC 9110 8.8.3 and 13.1.1).
#pragma once

#include "http/describe.h"
#include "http/request.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::http {

// A strong tag of an answer's bytes, with its quotes.
std::string entity_tag_of(std::string_view body);

// The tag that an answer with this in it has.
template <class T> std::string entity_tag(T const& view)
{
    std::string body;
    describe::write(body, view);
    return entity_tag_of(body);
}

// What the client wants the thing to be still like.
class IfMatch {
public:
    // Nothing where the request states no condition. Throws Refusal, 400, for what is no list of
    // tags: a condition that was meant must not be passed over.
    static std::optional<IfMatch> of(Request const& request);

    // Throws Refusal, 412, unless the present version is one of those named. Only under a lock that
    // keeps it the present one.
    void require(std::string_view present) const;

private:
    void read(std::string_view list);

    bool any_ = false; // `*`
    std::vector<std::string> tags_; // strong ones: weak ones never match (13.1.1)
};

} // namespace gatehouse::http
