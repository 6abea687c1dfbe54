// `gatehouse migrate`, `config print` and `version`.
#include "app/commands.h"

#include "app/config.h"
#include "app/database.h"
#include "app/version.h"

#include <cstdio>

namespace gatehouse::app {

int migrate(std::vector<std::string> const& arguments)
{
    auto rest = arguments;
    bool const check = std::erase(rest, "--check") > 0;
    auto const configuration = understand(gather(rest));
    if (check) {
        auto const report = inspect_database(configuration);
        std::puts(report.line.c_str());
        return report.state == sql::SchemaState::current ? 0 : 1;
    }
    auto const report = migrate_database(configuration);
    for (auto const applied : report.applied)
        std::printf("applied migration %d\n", applied);
    std::puts(report.schema.line.c_str());
    return report.schema.state == sql::SchemaState::current ? 0 : 1;
}

int config(std::vector<std::string> const& arguments)
{
    if (arguments.empty() || arguments.front() != "print")
        throw BadConfiguration("config: the one thing it can do is `gatehouse config print`");
    auto const values = gather({arguments.begin() + 1, arguments.end()});
    std::fputs(printed(values).c_str(), stdout);
    understand(values); // refuses here what serve would refuse
    return 0;
}

int version_command(std::vector<std::string> const& arguments)
{
    if (!arguments.empty())
        throw BadConfiguration("version takes no arguments");
    std::printf("gatehouse %s\n", version);
    return 0;
}

std::string help_of_settings()
{
    std::string lines
        = "Settings, by flag, variable or key of the TOML file given with --config:\n";
    for (auto const& setting : settings()) {
        lines += "  " + flag_of(setting) + " (" + variable_of(setting) + ")\n      "
            + std::string(setting.help);
        if (!setting.fallback.empty())
            lines += " [" + std::string(setting.fallback) + "]";
        lines += '\n';
    }
    return lines;
}

} // namespace gatehouse::app
