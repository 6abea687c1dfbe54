// The JSON value: what it holds, and asking for it.
#include "core/json.h"

#include <algorithm>

namespace gatehouse::json {

Value::Value() = default;
Value::Value(std::nullptr_t) { }
Value::Value(bool value)
    : held_(value)
{
}
Value::Value(std::int64_t value)
    : held_(value)
{
}
Value::Value(int value)
    : held_(static_cast<std::int64_t>(value))
{
}
Value::Value(double value)
    : held_(value)
{
}
Value::Value(std::string value)
    : held_(std::move(value))
{
}
Value::Value(std::string_view value)
    : held_(std::string(value))
{
}
Value::Value(char const* value)
    : held_(std::string(value))
{
}
Value::Value(Array value)
    : held_(std::move(value))
{
}
Value::Value(Object value)
    : held_(std::move(value))
{
}

bool Value::is_null() const noexcept
{
    return std::holds_alternative<std::monostate>(held_);
}
bool const* Value::boolean() const noexcept
{
    return std::get_if<bool>(&held_);
}
std::int64_t const* Value::integer() const noexcept
{
    return std::get_if<std::int64_t>(&held_);
}
double const* Value::number() const noexcept
{
    return std::get_if<double>(&held_);
}
std::string const* Value::text() const noexcept
{
    return std::get_if<std::string>(&held_);
}
Array const* Value::array() const noexcept
{
    return std::get_if<Array>(&held_);
}
Object const* Value::object() const noexcept
{
    return std::get_if<Object>(&held_);
}
std::string* Value::text() noexcept
{
    return std::get_if<std::string>(&held_);
}
Array* Value::array() noexcept
{
    return std::get_if<Array>(&held_);
}
Object* Value::object() noexcept
{
    return std::get_if<Object>(&held_);
}

Value const* Value::find(std::string_view name) const noexcept
{
    if (auto const* const members = object())
        for (auto const& member : *members)
            if (member.name == name)
                return &member.value;
    return nullptr;
}

bool Value::operator==(Value const&) const = default;

bool holds_nul(Value const& value)
{
    if (auto const* const text = value.text())
        return text->find('\0') != std::string::npos;
    if (auto const* const array = value.array())
        return std::any_of(array->begin(), array->end(), holds_nul);
    if (auto const* const object = value.object())
        return std::any_of(object->begin(), object->end(), [](Member const& member) {
            return member.name.find('\0') != std::string::npos || holds_nul(member.value);
        });
    return false;
}

} // namespace gatehouse::json
