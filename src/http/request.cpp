// Header fields in one piece of text, found by name.
#include "http/request.h"

#include "core/secret.h"

#include <array>
#include <span>
#include <utility>

namespace gatehouse::http {

namespace {
constexpr std::array<std::pair<std::string_view, Method>, 7> method_names{{
    {"GET", Method::get},
    {"HEAD", Method::head},
    {"POST", Method::post},
    {"PUT", Method::put},
    {"PATCH", Method::patch},
    {"DELETE", Method::remove},
    {"OPTIONS", Method::options},
}};

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}
} // namespace

std::string_view to_text(Method method)
{
    for (auto const& [name, known] : method_names)
        if (known == method)
            return name;
    return "GET";
}

std::optional<Method> parse_method(std::string_view name)
{
    for (auto const& [known, method] : method_names)
        if (known == name)
            return method;
    return std::nullopt;
}

std::string_view Request::name_of(Field const& field) const
{
    return std::string_view(text_).substr(field.name_at, field.name_size);
}

std::string_view Request::value_of(Field const& field) const
{
    return std::string_view(text_).substr(field.value_at, field.value_size);
}

std::optional<std::string_view> Request::header(std::string_view name) const
{
    for (auto const& field : fields_)
        if (name_of(field) == name)
            return value_of(field);
    return std::nullopt;
}

std::vector<std::string_view> Request::headers(std::string_view name) const
{
    std::vector<std::string_view> found;
    for (auto const& field : fields_)
        if (name_of(field) == name)
            found.push_back(value_of(field));
    return found;
}

void Request::add_header(std::string_view name, std::string_view value)
{
    auto const name_at = static_cast<std::uint32_t>(text_.size());
    text_ += name;
    for (char& letter : std::span(text_).subspan(name_at))
        letter = lower(letter);
    auto const value_at = static_cast<std::uint32_t>(text_.size());
    text_ += value;
    fields_.push_back(
        {name_at,
         static_cast<std::uint32_t>(name.size()),
         value_at,
         static_cast<std::uint32_t>(value.size())}
    );
}

void Request::set_target(std::string_view text)
{
    target = text;
    auto const mark = text.find('?');
    path = text.substr(0, mark);
    query = mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
}

void Request::clear()
{
    method = Method::get;
    target.clear();
    path.clear();
    query.clear();
    wipe(body.data(), body.size()); // bodies hold passwords, fields hold tokens
    body.clear();
    wipe(text_.data(), text_.size());
    text_.clear();
    fields_.clear();
}

} // namespace gatehouse::http
