// Strict JSON: one meaning for each text, and writers for the wire and for signatures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gatehouse::json {

class Value;
struct Member;
using Array = std::vector<Value>;
using Object = std::vector<Member>; // in the order of the text; parse() admits no name twice

class Value {
public:
    Value(); // null
    Value(std::nullptr_t);
    Value(bool value);
    Value(std::int64_t value);
    Value(int value);
    Value(double value);
    Value(std::string value);
    Value(std::string_view value);
    Value(char const* value);
    Value(Array value);
    Value(Object value);

    // Null when the value is of another type.
    bool is_null() const noexcept;
    bool const* boolean() const noexcept;
    std::int64_t const* integer() const noexcept;
    double const* number() const noexcept; // not for integers
    std::string const* text() const noexcept;
    Array const* array() const noexcept;
    Object const* object() const noexcept;
    std::string* text() noexcept;
    Array* array() noexcept;
    Object* object() noexcept;

    // The member of that name; null when there is none, or this is no object.
    Value const* find(std::string_view name) const noexcept;

    bool operator==(Value const&) const;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> held_;
};

struct Member {
    std::string name;
    Value value;

    bool operator==(Member const&) const = default;
};

enum class ParseError {
    malformed, // RFC 8259 grammar, comments, BOM, trailing bytes, invalid UTF-8, lone surrogates
    too_deep,
    too_many_values,
    number_out_of_range, // beyond int64 or double, or a negative zero (two spellings of one value)
    duplicate_name,
};

struct Limits {
    std::size_t depth = 32;
    std::size_t values = 200'000; // of all kinds together
    std::size_t number_length = 64; // characters
};

// Strings keep a NUL as it is: whether one is allowed is for the reader of the field to say.
[[nodiscard]] std::expected<Value, ParseError> parse(std::string_view text, Limits limits = {});

[[nodiscard]] bool holds_nul(Value const& value); // in any string or name, at any depth

// A JSON string with its quotes. `<` `>` `&` and U+2028, U+2029 are escaped, so that nothing which
// sniffs at an answer sees markup (spec/behaviours §12). Bytes that are not UTF-8 become U+FFFD.
void append_escaped(std::string& into, std::string_view text);

void append_integer(std::string& into, std::int64_t number);

// The shortest text that reads back as the same double (ECMAScript's); throws for NaN and infinity.
void append_number(std::string& into, double number);

[[nodiscard]] std::string to_text(Value const& value); // for the wire, with append_escaped

// RFC 8785: names sorted by UTF-16 code units, nothing escaped that need not be. Integers beyond
// 2^53 are written exactly, not rounded to a double.
[[nodiscard]] std::string canonical(Value const& value);

} // namespace gatehouse::json
