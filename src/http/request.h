// A request as it came over the wire: the line, the header fields, the body; nothing decoded but
// framing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::http {

enum class Method { get, head, post, put, patch, remove, options };

std::string_view to_text(Method method); // the name on the wire: GET … DELETE
std::optional<Method> parse_method(std::string_view name);
constexpr bool is_safe(Method method) // RFC 9110 9.2.1
{
    return method == Method::get || method == Method::head || method == Method::options;
}

struct Request {
    Method method = Method::get;
    std::string target; // as sent, origin-form
    std::string path; // the part of `target` before `?`, still percent-encoded
    std::string query; // the part behind it
    std::string body;
    std::string peer; // the address at the other end of the connection
    bool secure = false; // over TLS
    bool on_operator_listener = false;

    // The value of the first field of that name; `name` in lower case.
    std::optional<std::string_view> header(std::string_view name) const;
    // Every value of that name, in the order sent.
    std::vector<std::string_view> headers(std::string_view name) const;
    std::size_t header_count() const { return fields_.size(); }

    void add_header(std::string_view name, std::string_view value);
    void set_target(std::string_view text); // also path and query
    void clear(); // ready for the next request of the connection, memory kept

private:
    struct Field {
        std::uint32_t name_at, name_size, value_at, value_size;
    };
    std::string_view name_of(Field const& field) const;
    std::string_view value_of(Field const& field) const;

    std::string text_; // names (in lower case) and values, one after the other
    std::vector<Field> fields_;
};

} // namespace gatehouse::http
