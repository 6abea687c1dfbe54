// Writing and reading flat objects.
#include "sealing/canonical.h"

#include "core/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace gatehouse::sealing {
namespace {

struct Escape {
    char character;
    char letter;
};
constexpr std::array escapes{
    Escape{'\b', 'b'},
    Escape{'\t', 't'},
    Escape{'\n', 'n'},
    Escape{'\f', 'f'},
    Escape{'\r', 'r'},
    Escape{'"', '"'},
    Escape{'\\', '\\'},
};

bool is_plain(char letter)
{
    return static_cast<unsigned char>(letter) >= ' ' && letter != '"' && letter != '\\';
}

void append_string(std::string& into, std::string_view text)
{
    into += '"';
    while (!text.empty()) {
        auto const end = std::ranges::find_if_not(text, is_plain);
        auto const plain = static_cast<std::size_t>(end - text.begin());
        into += text.substr(0, plain);
        if (plain == text.size())
            break;
        auto const letter = text[plain];
        auto const known = std::ranges::find(escapes, letter, &Escape::character);
        into += '\\';
        if (known != escapes.end())
            into += known->letter;
        else
            into.append("u00").append(to_hex(std::string_view(&letter, 1)));
        text.remove_prefix(plain + 1);
    }
    into += '"';
}

} // namespace

void CanonicalWriter::begin_member(std::string_view name)
{
    if (!is_first_)
        into_ += ',';
    is_first_ = false;
    into_.append("\"").append(name).append("\":");
}

void CanonicalWriter::text(std::string_view name, std::string_view value)
{
    begin_member(name);
    append_string(into_, value);
}

void CanonicalWriter::optional_text(std::string_view name, std::optional<std::string> const& value)
{
    if (value)
        text(name, std::string_view(*value));
}

void CanonicalWriter::number(std::string_view name, std::int64_t value)
{
    begin_member(name);
    into_ += std::to_string(value);
}

void CanonicalWriter::optional_number(std::string_view name, std::optional<std::int64_t> value)
{
    if (value)
        number(name, *value);
}

void CanonicalWriter::hex(std::string_view name, std::string_view bytes)
{
    begin_member(name);
    into_.append("\"").append(to_hex(bytes)).append("\"");
}

void CanonicalWriter::raw(std::string_view name, std::string_view json)
{
    begin_member(name);
    into_ += json;
}

void CanonicalReader::expect(std::string_view text)
{
    if (!rest_.starts_with(text)) {
        failed_ = true;
        rest_ = {};
        return;
    }
    rest_.remove_prefix(text.size());
}

bool CanonicalReader::is_next(std::string_view name)
{
    auto rest = rest_;
    if (!is_first_) {
        if (!rest.starts_with(','))
            return false;
        rest.remove_prefix(1);
    }
    auto const named = name.size() + 3;
    if (rest.size() < named || rest[0] != '"' || rest.substr(1, name.size()) != name
        || rest[named - 2] != '"' || rest[named - 1] != ':')
        return false;
    rest_ = rest.substr(named);
    is_first_ = false;
    return true;
}

void CanonicalReader::member(std::string_view name)
{
    if (is_next(name))
        return;
    failed_ = true;
    rest_ = {};
}

// The letter behind a backslash, as what it stands for.
char CanonicalReader::escaped()
{
    auto const letter = rest_.empty() ? '\0' : rest_.front();
    if (letter == 'u') {
        auto const code = rest_.size() < 5 ? std::nullopt : from_hex(rest_.substr(1, 4));
        auto const value = code && code->front() == 0 ? (*code)[1] : ' ';
        bool const is_lower = code && to_hex(*code) == rest_.substr(1, 4);
        bool const needs_it = static_cast<unsigned char>(value) < ' '
            && std::ranges::find(escapes, value, &Escape::character) == escapes.end();
        if (is_lower && needs_it) {
            rest_.remove_prefix(5);
            return value;
        }
    } else if (auto const known = std::ranges::find(escapes, letter, &Escape::letter);
               known != escapes.end()) {
        rest_.remove_prefix(1);
        return known->character;
    }
    failed_ = true;
    rest_ = {};
    return '\0';
}

std::string CanonicalReader::string()
{
    std::string value;
    expect("\"");
    while (!failed_) {
        auto const end = std::ranges::find_if_not(rest_, is_plain);
        auto const plain = static_cast<std::size_t>(end - rest_.begin());
        value += rest_.substr(0, plain);
        rest_.remove_prefix(plain);
        if (begins("\"")) {
            rest_.remove_prefix(1);
            return value;
        }
        expect("\\");
        if (!failed_)
            value += escaped();
    }
    return {};
}

std::int64_t CanonicalReader::digits()
{
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    auto const length = static_cast<std::size_t>(end - rest_.data());
    if (error != std::errc() || std::to_string(value) != rest_.substr(0, length)) {
        failed_ = true;
        rest_ = {};
        return 0;
    }
    rest_.remove_prefix(length);
    return value;
}

std::string CanonicalReader::text(std::string_view name)
{
    member(name);
    return failed_ ? std::string() : string();
}

std::optional<std::string> CanonicalReader::optional_text(std::string_view name)
{
    if (failed_ || !is_next(name))
        return std::nullopt;
    return string();
}

std::int64_t CanonicalReader::number(std::string_view name)
{
    member(name);
    return failed_ ? 0 : digits();
}

std::optional<std::int64_t> CanonicalReader::optional_number(std::string_view name)
{
    if (failed_ || !is_next(name))
        return std::nullopt;
    return digits();
}

std::string CanonicalReader::hex(std::string_view name, std::size_t bytes)
{
    member(name);
    auto const length = 2 * bytes + 2; // and the quotes
    if (failed_ || rest_.size() < length || rest_[0] != '"' || rest_[length - 1] != '"') {
        failed_ = true;
        rest_ = {};
        return {};
    }
    auto const digits = rest_.substr(1, 2 * bytes);
    auto value = from_hex(digits);
    bool const is_lower = std::ranges::none_of(digits, [](char c) { return c >= 'A' && c <= 'F'; });
    rest_.remove_prefix(length);
    failed_ = !value || !is_lower;
    return failed_ ? std::string() : std::move(*value);
}

std::optional<std::string> CanonicalReader::optional_hex(std::string_view name, std::size_t bytes)
{
    auto const before = *this;
    if (failed_ || !is_next(name))
        return std::nullopt;
    *this = before;
    return hex(name, bytes);
}

} // namespace gatehouse::sealing
