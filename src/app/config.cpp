// Gathering settings from flags, the environment and a TOML file.
#include "app/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>

// The process environment (POSIX environ(7)); only this file looks at it.
extern char** environ; // NOLINT(readability-redundant-declaration)

namespace gatehouse::app {
namespace {

constexpr std::string_view prefix = "GATEHOUSE_";

std::string lower(std::string_view text)
{
    std::string folded(text);
    std::ranges::transform(folded, folded.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return folded;
}

// A misspelt variable would silently leave its default in force: it refuses to start instead.
void gather_environment(Values& values)
{
    for (char** at = environ; *at != nullptr; ++at) {
        std::string_view const entry(*at);
        auto const name = entry.substr(0, entry.find('='));
        auto const value = entry.substr(std::min(entry.size(), name.size() + 1));
        bool const alone = name == "JWT_SECRET";
        if ((!alone && !name.starts_with(prefix)) || name == "GATEHOUSE_CONFIG")
            continue;
        auto const key = lower(alone ? name : name.substr(prefix.size()));
        if (!find_setting(key) || (key == "jwt_secret") != alone)
            throw BadConfiguration(
                std::string(name) + " is no setting; `gatehouse config print` lists them all"
            );
        values[key] = {std::string(value), std::string(name)};
    }
}

std::string text_of(toml::node const& node, std::string const& place)
{
    if (auto const* text = node.as_string())
        return text->get();
    if (auto const* number = node.as_integer())
        return std::to_string(number->get());
    if (auto const* list = node.as_array()) {
        std::string joined;
        for (auto const& item : *list) {
            if (!item.is_string())
                throw BadConfiguration(place + " must be a list of texts");
            joined += (joined.empty() ? "" : ",") + item.as_string()->get();
        }
        return joined;
    }
    throw BadConfiguration(place + " must be a text, a whole number or a list of texts");
}

// [limit] client_register and limit_client_register name the same setting.
void gather_table(
    Values& values, toml::table const& table, std::string const& outer, std::string const& file
)
{
    for (auto const& [key, node] : table) {
        auto const name
            = outer.empty() ? std::string(key.str()) : outer + "_" + std::string(key.str());
        auto const place = file + ": " + name;
        if (auto const* inner = node.as_table()) {
            gather_table(values, *inner, name, file);
            continue;
        }
        if (!find_setting(name))
            throw BadConfiguration(
                place + " is no setting; `gatehouse config print` lists them all"
            );
        values[name] = {text_of(node, place), place};
    }
}

void gather_file(Values& values, std::string const& path)
{
    try {
        gather_table(values, toml::parse_file(path), "", path);
    } catch (toml::parse_error const& error) {
        std::ostringstream line;
        line << path << ": " << error.description() << " at line " << error.source().begin.line;
        throw BadConfiguration(line.str());
    }
}

struct Flags {
    Values values;
    std::string config; // --config
};

Flags read_flags(std::vector<std::string> const& arguments)
{
    Flags flags;
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        auto const& argument = arguments[at];
        auto const equals = argument.find('=');
        auto const flag = argument.substr(0, equals);
        auto name = flag.starts_with("--") ? flag.substr(2) : std::string();
        std::ranges::replace(name, '-', '_');
        if (name != "config" && !find_setting(name))
            throw BadConfiguration(flag + " is no flag of this command; see --help");
        if (equals == std::string::npos && at + 1 == arguments.size())
            throw BadConfiguration(flag + " needs a value");
        auto value = equals == std::string::npos ? arguments[++at] : argument.substr(equals + 1);
        if (name == "config")
            flags.config = std::move(value);
        else
            flags.values[name] = {std::move(value), flag};
    }
    return flags;
}

} // namespace

Values gather(std::vector<std::string> const& arguments)
{
    Values values;
    for (auto const& setting : settings())
        values[std::string(setting.name)] = {std::string(setting.fallback), "default"};
    auto flags = read_flags(arguments);
    auto const* const variable = std::getenv("GATEHOUSE_CONFIG");
    auto const path = !flags.config.empty() ? flags.config : std::string(variable ? variable : "");
    if (!path.empty())
        gather_file(values, path);
    gather_environment(values);
    for (auto& [name, given] : flags.values)
        values[name] = std::move(given);
    return values;
}

std::string printed(Values const& values)
{
    std::ostringstream lines;
    for (auto const& setting : settings()) {
        auto const& given = values.at(std::string(setting.name));
        auto const shown = setting.secret && !given.value.empty() ? "(hidden)" : given.value;
        lines << setting.name << " = \"" << shown << "\"  # " << given.place << "; " << setting.help
              << '\n';
    }
    return lines.str();
}

} // namespace gatehouse::app
