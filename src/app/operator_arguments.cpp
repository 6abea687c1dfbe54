// Telling a command's own flags from settings.
#include "app/operator_arguments.h"

#include "app/setting.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace gatehouse::app {
namespace {

bool is_setting(std::string_view flag)
{
    std::string name(flag.substr(2));
    std::ranges::replace(name, '-', '_');
    return name == "config" || find_setting(name) != nullptr;
}

} // namespace

OperatorArguments::OperatorArguments(Grammar grammar, std::vector<std::string> const& words)
    : grammar_(std::move(grammar))
{
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (words[at].starts_with("--"))
            take_flag(words, at);
        else
            take_id(words[at]);
    }
}

void OperatorArguments::refuse(std::string const& line) const
{
    throw BadConfiguration(grammar_.command + ": " + line);
}

void OperatorArguments::take_flag(std::vector<std::string> const& words, std::size_t& at)
{
    auto const& word = words[at];
    auto const equals = word.find('=');
    auto const flag = word.substr(0, equals);
    if (std::ranges::count(grammar_.alone, flag) > 0) {
        if (equals != std::string::npos)
            refuse(flag + " takes no value");
        alone_.insert(flag);
        return;
    }
    bool const own = std::ranges::count(grammar_.with_value, flag) > 0;
    if (!own && !is_setting(flag))
        refuse(flag + " is no flag of this command; see --help");
    if (equals == std::string::npos && (at + 1 == words.size() || words[at + 1].starts_with("--")))
        refuse(flag + " needs a value");
    auto value = equals == std::string::npos ? words[++at] : word.substr(equals + 1);
    if (!own) {
        settings_.push_back(flag + "=" + value);
        return;
    }
    if (value.empty())
        refuse(flag + " needs a value");
    if (!values_.emplace(flag, std::move(value)).second)
        refuse(flag + " is given twice");
}

void OperatorArguments::take_id(std::string const& word)
{
    if (!grammar_.takes_id)
        refuse("there is no place for `" + word + "`; see --help");
    if (word.empty())
        refuse("the id is empty");
    if (id_)
        refuse("one id at a time, not `" + *id_ + "` and `" + word + "`");
    id_ = word;
}

std::optional<std::string> OperatorArguments::text(std::string_view flag) const
{
    auto const found = values_.find(flag);
    if (found == values_.end())
        return std::nullopt;
    return found->second;
}

std::string OperatorArguments::required(std::string_view flag) const
{
    auto found = text(flag);
    if (!found)
        refuse(std::string(flag) + " is missing; see --help");
    return std::move(*found);
}

std::int64_t OperatorArguments::number(
    std::string_view flag, std::int64_t least, std::int64_t most, std::int64_t otherwise
) const
{
    auto const given = text(flag);
    if (!given)
        return otherwise;
    std::int64_t number = 0;
    auto const* const end = given->data() + given->size();
    auto const [stopped, error] = std::from_chars(given->data(), end, number);
    if (error != std::errc() || stopped != end || number < least || number > most)
        refuse(
            std::string(flag) + " must be a whole number from " + std::to_string(least) + " to "
            + std::to_string(most)
        );
    return number;
}

} // namespace gatehouse::app
