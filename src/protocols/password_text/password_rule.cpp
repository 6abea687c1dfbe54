// Judging a password that is to be set.
#include "protocols/password_text/password_rule.h"

#include "core/text.h"
#include "protocols/password_text/code_points.h"
#include "protocols/password_text/common_passwords_embedded.h"
#include "protocols/password_text/guessing.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unicode/uchar.h>
#include <unordered_set>

namespace gatehouse::password_text {
namespace {

constexpr std::size_t shortest = 8;
constexpr std::size_t longest = 128;
constexpr std::size_t long_enough_without_kinds = 16;
constexpr int kinds_needed = 3;

enum class Kind { lower_case, upper_case, caseless_letter, digit, other };

Kind kind_of(char32_t point)
{
    auto const c = static_cast<UChar32>(point);
    if (u_isULowercase(c))
        return Kind::lower_case;
    if (u_isUUppercase(c) || u_istitle(c))
        return Kind::upper_case;
    if (u_isalpha(c))
        return Kind::caseless_letter;
    return u_isdigit(c) ? Kind::digit : Kind::other;
}

struct Count {
    std::size_t code_points = 0;
    int kinds = 0;
    bool repeats_one = true; // one code point over and over
};

Count count(std::string_view password)
{
    Count counted;
    std::array<bool, 5> seen{};
    std::optional<char32_t> first;
    while (!password.empty()) {
        auto const point = take_code_point(password);
        seen[static_cast<std::size_t>(kind_of(point))] = true;
        ++counted.code_points;
        counted.repeats_one = counted.repeats_one && point == first.value_or(point);
        first = first.value_or(point);
    }
    counted.kinds = static_cast<int>(std::count(seen.begin(), seen.end(), true));
    return counted;
}

std::unordered_set<std::string_view> read_common_passwords()
{
    std::unordered_set<std::string_view> common;
    for (auto const& file : embedded_common_passwords()) {
        auto text = file.text;
        while (!text.empty()) {
            auto const end = std::min(text.find('\n'), text.size());
            auto const line = text.substr(0, end);
            if (!line.empty() && !line.starts_with("# "))
                common.insert(line);
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }
    if (common.empty())
        throw std::logic_error("the list of common passwords is empty");
    return common;
}

bool is_common(std::string_view password)
{
    static auto const common = read_common_passwords();
    SecretString const folded(ascii_lower(password));
    return common.contains(folded.reveal());
}

std::string refusal(std::string_view why)
{
    return std::string("password does not meet the requirements: ").append(why);
}

} // namespace

std::optional<std::string>
problem_with_password(SecretString const& password, std::vector<std::string> const& known)
{
    auto const counted = count(password.reveal());
    if (counted.code_points < shortest)
        return refusal("it needs at least 8 characters");
    if (counted.code_points > longest)
        return refusal("it may have at most 128 characters");
    if (counted.kinds < kinds_needed && counted.code_points < long_enough_without_kinds)
        return refusal(
            "it needs three of lower case letters, upper case letters, letters without case, "
            "digits and other characters, or at least 16 characters"
        );
    if (is_common(password.reveal()))
        return refusal("it is one of the most common passwords");
    if (counted.repeats_one || is_guessed_at_once(password.reveal(), known))
        return refusal("it is too easy to guess; a few unrelated words are hard to guess");
    return std::nullopt;
}

std::optional<std::string> problem_with_replacement(
    SecretString const& password, SecretString const& current, std::vector<std::string> const& known
)
{
    if (auto problem = problem_with_password(password, known))
        return problem;
    if (password.reveal() == current.reveal()) // both were sent by the same person
        return refusal("it is the current one");
    return std::nullopt;
}

} // namespace gatehouse::password_text
