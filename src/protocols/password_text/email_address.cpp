// Judging the form of a mail address.
#include "protocols/password_text/email_address.h"

#include <algorithm>

namespace gatehouse::password_text {
namespace {

constexpr std::size_t longest_address = 254; // RFC 5321 4.5.3.1.3, less its angle brackets
constexpr std::size_t longest_local_part = 64; // 4.5.3.1.1
constexpr std::size_t longest_label = 63; // RFC 1035 2.3.4

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_atom(std::string_view text)
{
    constexpr std::string_view marks = "!#$%&'*+-/=?^_`{|}~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_letter(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
    });
}

bool is_label(std::string_view text)
{
    return !text.empty() && text.size() <= longest_label && text.front() != '-'
        && text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
               return is_letter(c) || is_digit(c) || c == '-';
           });
}

// Are all parts between dots as `fits` wants them? Counts them.
std::size_t parts_that_fit(std::string_view text, bool (*fits)(std::string_view))
{
    for (std::size_t count = 1;; ++count) {
        auto const dot = text.find('.');
        if (!fits(text.substr(0, dot)))
            return 0;
        if (dot == std::string_view::npos)
            return count;
        text.remove_prefix(dot + 1);
    }
}

} // namespace

std::optional<std::string> problem_with_address(std::string_view address)
{
    if (address.empty())
        return "is missing";
    if (address.size() > longest_address)
        return "is longer than 254 characters";
    auto const at = address.find('@');
    if (at == std::string_view::npos)
        return "is not a mail address";
    auto const local_part = address.substr(0, at);
    auto const domain = address.substr(at + 1);
    bool const named_by_letters = std::any_of(
        domain.begin() + static_cast<std::ptrdiff_t>(domain.rfind('.') + 1), domain.end(), is_letter
    );
    if (local_part.size() > longest_local_part || parts_that_fit(local_part, is_atom) == 0
        || parts_that_fit(domain, is_label) < 2 || !named_by_letters)
        return "is not a mail address";
    return std::nullopt;
}

} // namespace gatehouse::password_text
