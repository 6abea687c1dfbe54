// Requests as a client sends them, and answers as it reads them, for tests without sockets.
#pragma once

#include "core/json.h"
#include "http/request.h"
#include "http/response.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::testing {

// A request as a client would send it.
struct Call {
    http::Method method = http::Method::get;
    std::string target; // path and query
    std::string body = {};
    std::string bearer = {};
    std::string cookie = {}; // the value of the `Cookie` field
    std::string user_agent = "test/1.0"; // empty: the field is absent
    std::string client_address = "127.0.0.1";
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::function<void()> while_the_body_arrives = {}; // after the head was judged
    std::string content_type = "application/json"; // where there is a body

    Call as(std::string token) const;
    Call with_cookie(std::string text) const;
    Call from(std::string address) const;
    Call with_agent(std::string agent) const;
};
Call get(std::string target);
Call remove(std::string target);
Call remove(std::string target, json::Object body);
Call post(std::string target, json::Object body = {});
Call patch(std::string target, json::Object body);
Call put(std::string target, json::Object body);

struct Answer {
    int status = 0;
    std::string body;
    json::Value json; // null where the body is none
    http::Response response;
    bool is_cut = false; // a streamed body that broke off

    std::string header(std::string_view name) const { return std::string(response.header(name)); }
    std::vector<std::string> cookies() const; // every Set-Cookie, in order
    // A member by its path, `user.email`; empty where it is absent or no text.
    std::string text(std::string_view path) const;
    std::optional<std::int64_t> number(std::string_view path) const;
    json::Value const* member(std::string_view path) const;
    std::string code() const { return text("code"); }
};

// The request that the connection would have read; the body stays with the call.
void fill(http::Request& request, Call const& what);

} // namespace gatehouse::testing
