// Described structs on the wire: their names, the kinds of member they may have, and the JSON
// writer.
#pragma once

#include "core/json.h"
#include "core/secret.h"
#include "core/strong_text.h"
#include "core/time.h"

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace gatehouse::http {

// A request or an answer without members. As an answer: 204 and no body.
struct Nothing { };
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

// The file of a request to a route with Body::multipart(); its name and declared type are not kept,
// since nobody may believe them.
struct Upload {
    std::string file;
};

// A body whose members are known only once the server has started; the handler judges them.
struct JsonObject {
    json::Object members;
};

// An answer that is not made from a struct, sent as it is.
struct Raw {
    std::string content_type;
    std::string body;
};

// The same for JSON that is ready to be sent.
struct RawJson {
    std::string body;
};

// A member of a request that may be anything, told apart from one that is absent even where it is
// null.
struct Given {
    bool is_there = false;
    json::Value value;
};

// `created_at` is `createdAt`; the words url, uri and 2fa inside a name become URL, URI and 2FA.
std::string wire_name(std::string_view snake_case);

namespace describe {

template <class T>
using MembersOf = boost::describe::
    describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
template <class T> inline constexpr bool is_vector = false;
template <class T> inline constexpr bool is_vector<std::vector<T>> = true;
template <class T> inline constexpr bool is_variant = false;
template <class... T> inline constexpr bool is_variant<std::variant<T...>> = true;
template <class T> inline constexpr bool is_strong_text = false;
template <class Tag> inline constexpr bool is_strong_text<StrongText<Tag>> = true;

template <class Descriptor> std::string const& name_of()
{
    static auto const name = wire_name(Descriptor::name);
    return name;
}

template <class Descriptor> std::string const& quoted_name_of() // with `:`, ready to be written
{
    static auto const quoted = "\"" + name_of<Descriptor>() + "\":";
    return quoted;
}

template <class T> void write(std::string& into, T const& value);

template <class T> void write_members(std::string& into, T const& value)
{
    bool first = into.empty() || into.back() == '{';
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto descriptor) {
        if (!first)
            into += ',';
        first = false;
        into += quoted_name_of<decltype(descriptor)>();
        write(into, value.*descriptor.pointer);
    });
}

template <class Items> void write_items(std::string& into, Items const& items)
{
    into += '[';
    for (bool first = true; auto const& item : items) {
        if (!first)
            into += ',';
        first = false;
        write(into, item);
    }
    into += ']';
}

// Absent optionals are written as null, so that every answer of a kind has the same members.
template <class T> void write(std::string& into, T const& value)
{
    if constexpr (std::same_as<T, bool>) {
        into += value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
        json::append_integer(into, value);
    } else if constexpr (std::floating_point<T>) {
        json::append_number(into, value);
    } else if constexpr (std::convertible_to<T const&, std::string_view>) {
        json::append_escaped(into, value);
    } else if constexpr (std::same_as<T, SecretString>) {
        json::append_escaped(into, value.reveal());
    } else if constexpr (is_strong_text<T>) {
        json::append_escaped(into, value.text());
    } else if constexpr (std::same_as<T, Instant>) {
        into += '"';
        append_text(into, value);
        into += '"';
    } else if constexpr (std::same_as<T, json::Value>) {
        into += json::to_text(value);
    } else if constexpr (is_optional<T>) {
        if (value)
            write(into, *value);
        else
            into += "null";
    } else if constexpr (is_vector<T>) {
        write_items(into, value);
    } else if constexpr (is_variant<T>) {
        std::visit([&](auto const& held) { write(into, held); }, value);
    } else if constexpr (std::is_enum_v<T>) {
        json::append_escaped(into, to_text(value)); // the enum's own to_text()
    } else {
        static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        into += '{';
        write_members(into, value);
        into += '}';
    }
}

} // namespace describe
} // namespace gatehouse::http
