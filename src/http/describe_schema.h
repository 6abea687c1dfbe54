// Described structs as JSON Schema 2020-12, for the OpenAPI document.
#pragma once

#include "http/body_stream.h"
#include "http/describe.h"

#include <string>
#include <utility>
#include <vector>

namespace gatehouse::http {

struct ParameterShape {
    std::string name;
    std::string schema;
    bool required = false;
};

// What a handler's signature says: schemas as JSON text, empty where there is nothing.
struct Shape {
    std::string request_body;
    std::string request_content_type = "application/json";
    bool request_body_required = false;
    std::vector<ParameterShape> query;
    std::string answer;
    std::string answer_content_type; // empty: no body
};

namespace describe {

enum class Direction { request, answer };

template <class Member>
inline constexpr bool may_be_absent
    = is_optional<Member> || std::same_as<Member, json::Value> || std::same_as<Member, Given>;

template <class T> std::string schema(Direction direction);

template <class T> std::string schema_of_struct(Direction direction)
{
    std::string properties;
    std::string required;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto descriptor) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*descriptor.pointer)>;
        auto const& name = name_of<decltype(descriptor)>();
        properties
            += (properties.empty() ? "\"" : ",\"") + name + "\":" + schema<Member>(direction);
        if (direction == Direction::answer || !may_be_absent<Member>)
            required += (required.empty() ? "\"" : ",\"") + name + "\"";
    });
    auto text = R"({"type":"object","properties":{)" + properties + "}";
    if (!required.empty())
        text += ",\"required\":[" + required + "]";
    return text + "}";
}

template <class Variant> struct Alternatives;
template <class... T> struct Alternatives<std::variant<T...>> {
    static std::string schema(Direction direction)
    {
        std::string all;
        ((all += (all.empty() ? "" : ",") + describe::schema<T>(direction)), ...);
        return "{\"anyOf\":[" + all + "]}";
    }
};

template <class T> std::string schema_of_streamed(StreamedAs<T> const&, Direction direction)
{
    return schema<T>(direction);
}

template <class T> std::string schema(Direction direction)
{
    if constexpr (std::same_as<T, bool>)
        return R"({"type":"boolean"})";
    else if constexpr (std::integral<T>)
        return R"({"type":"integer"})";
    else if constexpr (std::floating_point<T>)
        return R"({"type":"number"})";
    else if constexpr (std::same_as<T, Instant>)
        return R"({"type":"string","format":"date-time"})";
    else if constexpr (std::convertible_to<T const&, std::string_view>
                       || std::same_as<T, SecretString> || is_strong_text<T> || std::is_enum_v<T>
                       || std::same_as<T, Raw> || std::same_as<T, Streamed>)
        return R"({"type":"string"})";
    else if constexpr (std::same_as<T, json::Value> || std::same_as<T, Given>)
        return "{}";
    else if constexpr (is_streamed_as<T>)
        return schema_of_streamed(T{}, direction);
    else if constexpr (is_optional<T>)
        return "{\"anyOf\":[" + schema<typename T::value_type>(direction) + R"(,{"type":"null"}]})";
    else if constexpr (is_vector<T>)
        return R"({"type":"array","items":)" + schema<typename T::value_type>(direction) + "}";
    else if constexpr (is_variant<T>)
        return Alternatives<T>::schema(direction);
    else
        return schema_of_struct<T>(direction);
}

template <class T> std::vector<ParameterShape> query_shape()
{
    std::vector<ParameterShape> shapes;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto descriptor) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*descriptor.pointer)>;
        auto const& name = name_of<decltype(descriptor)>();
        if constexpr (is_optional<Member>)
            shapes.push_back({name, schema<typename Member::value_type>(Direction::request), false}
            );
        else
            shapes.push_back({name, schema<Member>(Direction::request), true});
    });
    return shapes;
}

template <class T> bool has_required_member()
{
    bool any = false;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto descriptor) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*descriptor.pointer)>;
        any = any || !may_be_absent<Member>;
    });
    return any;
}

} // namespace describe

template <class Req, class Res> Shape shape_of(bool from_query)
{
    Shape shape;
    if constexpr (std::same_as<Req, Upload>) {
        shape.request_body
            = R"({"type":"object","properties":{"file":{"type":"string",)"
              R"("contentMediaType":"application/octet-stream"}},"required":["file"]})";
        shape.request_content_type = "multipart/form-data";
        shape.request_body_required = true;
    } else if constexpr (std::same_as<Req, JsonObject>) {
        shape.request_body = R"({"type":"object"})"; // whoever makes the endpoint says more
        shape.request_body_required = true;
    } else if (from_query) {
        shape.query = describe::query_shape<Req>();
    } else if constexpr (!std::same_as<Req, Nothing>) {
        shape.request_body = describe::schema<Req>(describe::Direction::request);
        shape.request_body_required = describe::has_required_member<Req>();
    }
    if constexpr (std::same_as<Res, RawJson>) {
        shape.answer = "{}";
        shape.answer_content_type = "application/json";
    } else if constexpr (std::same_as<Res, Raw> || std::same_as<Res, Streamed>) {
        shape.answer = "{}";
        shape.answer_content_type = "*/*";
    } else if constexpr (!std::same_as<Res, Nothing>) {
        shape.answer = describe::schema<Res>(describe::Direction::answer);
        shape.answer_content_type = "application/json";
    }
    return shape;
}

} // namespace gatehouse::http
