// The parts of reading and naming that need no template.
#include "http/describe.h"

#include "core/text.h"
#include "http/describe_read.h"

namespace gatehouse::http {

namespace {
bool is_initialism(std::string_view word)
{
    return word == "url" || word == "uri" || word == "2fa";
}

char upper(char letter)
{
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - ('a' - 'A')) : letter;
}
} // namespace

std::string wire_name(std::string_view snake_case)
{
    std::string name;
    for (bool first = true; !snake_case.empty(); first = false) {
        auto const end = snake_case.find('_');
        auto const word = snake_case.substr(0, end);
        snake_case
            = end == std::string_view::npos ? std::string_view() : snake_case.substr(end + 1);
        bool const all_large = !first && is_initialism(word);
        for (std::size_t at = 0; at < word.size(); ++at)
            name += all_large || (!first && at == 0) ? upper(word[at]) : word[at];
    }
    return name;
}

namespace describe {

domain::Refusal Problems::refusal() &&
{
    domain::Refusal refusal{.reason = domain::Reason::validation};
    if (!found_.empty())
        refusal.error = found_.front().field + " " + found_.front().problem;
    refusal.details = std::move(found_);
    return refusal;
}

std::string member_of(std::string const& field, std::string const& name)
{
    return field.empty() ? name : field + "." + name;
}

bool take_text(json::Value& value, std::string const& field, std::string& into, Problems& problems)
{
    auto* const text = value.text();
    if (!text) {
        problems.add(field, "must be a text");
        return false;
    }
    if (text->find('\0') != std::string::npos) {
        problems.add(field, "must not hold a NUL character");
        return false;
    }
    into = std::move(*text);
    return true;
}

bool take_secret(
    json::Value& value, std::string const& field, SecretString& into, Problems& problems
)
{
    auto* const text = value.text();
    if (!text) {
        problems.add(field, "must be a text");
        return false;
    }
    bool const is_password = ascii_lower(field).find("password") != std::string::npos;
    if (!is_password && text->find('\0') != std::string::npos) {
        problems.add(field, "must not hold a NUL character");
        return false;
    }
    into = SecretString(std::string(*text)); // a copy, since moving leaves short texts behind
    wipe(text->data(), text->size());
    return true;
}

void read_given(json::Value* value, std::string const& field, Given& into, Problems& problems)
{
    if (!value)
        return;
    if (json::holds_nul(*value))
        problems.add(field, "must not hold a NUL character");
    into = {.is_there = true, .value = std::move(*value)};
}

} // namespace describe
} // namespace gatehouse::http
