// Every setting, once: its name, default and help; flag, variable and TOML key follow from the
// name.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::app {

struct Setting {
    std::string_view name; // `limit_client_credential`; the variable is GATEHOUSE_ and upper case
    std::string_view fallback; // as text; empty: none
    std::string_view help;
    bool secret = false; // `config print` hides it
};

std::span<Setting const> settings();
Setting const* find_setting(std::string_view name);

std::string variable_of(Setting const& setting); // GATEHOUSE_LISTEN; JWT_SECRET stands alone
std::string flag_of(Setting const& setting); // --listen

// Values by name, with the place each came from, for messages.
struct Given {
    std::string value;
    std::string place; // `--listen`, `GATEHOUSE_LISTEN`, `gatehouse.toml: listen`, `default`
};
using Values = std::map<std::string, Given, std::less<>>;

// A value or a combination that cannot be used: one line that names the key and the mend.
class BadConfiguration : public std::exception {
public:
    explicit BadConfiguration(std::string line)
        : line_(std::move(line))
    {
    }
    char const* what() const noexcept override { return line_.c_str(); }

private:
    std::string line_;
};

} // namespace gatehouse::app
