// What travels to and from a database: one value, and the list of values that a statement binds.
#pragma once

#include "core/secret.h"
#include "core/time.h"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gatehouse::sql {

// Raw bytes: bytea on PostgreSQL, BLOB on SQLite. A plain std::string binds as text.
class Bytes {
public:
    Bytes() = default;
    explicit Bytes(std::string raw)
        : raw_(std::move(raw))
    {
    }
    std::string const& raw() const noexcept { return raw_; }
    friend bool operator==(Bytes const&, Bytes const&) = default;

private:
    std::string raw_;
};

// A list of texts: text[] on PostgreSQL, a JSON array on SQLite.
class TextList {
public:
    TextList() = default;
    explicit TextList(std::vector<std::string> texts)
        : texts_(std::move(texts))
    {
    }
    std::vector<std::string> const& texts() const noexcept { return texts_; }
    friend bool operator==(TextList const&, TextList const&) = default;

private:
    std::vector<std::string> texts_;
};

using Null = std::monostate;
using Value = std::variant<Null, bool, std::int64_t, double, std::string, Bytes, TextList, Instant>;

// The name of what a value holds, for messages: "null", "text", "instant", …
std::string_view kind_of(Value const& value) noexcept;

namespace detail {

template <class T>
concept SaysText = requires(T const& thing) {
    { thing.text() } -> std::convertible_to<std::string const&>;
};

inline Value bound(Value value)
{
    return value;
}
inline Value bound(Null)
{
    return Null();
}
inline Value bound(std::nullopt_t)
{
    return Null();
}
inline Value bound(std::string text)
{
    return text;
}
inline Value bound(std::string_view text)
{
    return std::string(text);
}
inline Value bound(char const* text)
{
    return std::string(text);
}
inline Value bound(Bytes bytes)
{
    return bytes;
}
inline Value bound(TextList texts)
{
    return texts;
}
inline Value bound(Instant at)
{
    return at;
}
inline Value bound(std::floating_point auto number)
{
    return static_cast<double>(number);
}
inline Value bound(SaysText auto const& id)
{
    return std::string(id.text());
}
template <std::integral Number> Value bound(Number number)
{
    if constexpr (std::same_as<Number, bool>)
        return number;
    else
        return static_cast<std::int64_t>(number);
}
Value bound(SecretString const&)
    = delete; // secrets are stored as digests or sealed, never as they are
template <class T> Value bound(std::optional<T> const& maybe)
{
    if (maybe)
        return bound(*maybe);
    return Null();
}

} // namespace detail

// What a statement's $1, $2, … stand for, in this order.
class Values {
public:
    Values() = default;
    explicit Values(std::vector<Value> all)
        : all_(std::move(all))
    {
    }
    std::size_t size() const noexcept { return all_.size(); }
    Value const& operator[](std::size_t at) const { return all_.at(at); }
    std::vector<Value> const& all() const noexcept { return all_; }

private:
    std::vector<Value> all_;
};

// values(user.id, email, now, std::optional<std::string>()): ids, addresses and everything else
// with text() bind their text, an empty optional binds NULL.
template <class... T> Values values(T const&... each)
{
    std::vector<Value> all;
    all.reserve(sizeof...(each));
    (all.push_back(detail::bound(each)), ...);
    return Values(std::move(all));
}

} // namespace gatehouse::sql
