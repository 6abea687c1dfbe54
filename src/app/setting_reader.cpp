// Numbers, lists, words and addresses.
#include "app/setting_reader.h"

#include "core/text.h"

#include <charconv>
#include <cstdint>
#include <sstream>
#include <system_error>

namespace gatehouse::app {

void SettingReader::refuse(std::string_view name, std::string const& mend) const
{
    auto const& from = given(name);
    auto const key = from.place == "default" ? variable_of(*find_setting(name)) : from.place;
    throw BadConfiguration(key + ": " + mend);
}

int SettingReader::number(std::string_view name, int least, int most) const
{
    auto const& given_text = text(name);
    int value = 0;
    auto const* const end = given_text.data() + given_text.size();
    auto const [stopped, error] = std::from_chars(given_text.data(), end, value);
    if (error != std::errc() || stopped != end || value < least || value > most)
        refuse(
            name,
            "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most)
        );
    return value;
}

std::vector<std::string> SettingReader::list(std::string_view name) const
{
    std::vector<std::string> items;
    std::istringstream parts(text(name));
    for (std::string part; std::getline(parts, part, ',');)
        if (auto const item = trimmed(part); !item.empty())
            items.emplace_back(item);
    return items;
}

std::size_t
SettingReader::one_of(std::string_view name, std::vector<std::string_view> const& words) const
{
    for (std::size_t at = 0; at < words.size(); ++at)
        if (words[at] == text(name))
            return at;
    std::string known;
    for (auto const word : words)
        known += (known.empty() ? "" : " or ") + std::string(word);
    refuse(name, "must be " + known);
}

Address SettingReader::address(std::string_view name) const
{
    auto const& given_text = text(name);
    auto const colon = given_text.rfind(':');
    unsigned port = 0;
    auto const* const end = given_text.data() + given_text.size();
    if (colon == std::string::npos || colon == 0)
        refuse(name, "must be HOST:PORT");
    auto const [stopped, error] = std::from_chars(given_text.data() + colon + 1, end, port);
    if (error != std::errc() || stopped != end || port > 65535)
        refuse(name, "must be HOST:PORT with a port up to 65535");
    auto host = given_text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    return {std::move(host), static_cast<std::uint16_t>(port)};
}

} // namespace gatehouse::app
