// The command line.
#include "app/commands.h"
#include "app/config.h"
#include "core/log.h"

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using gatehouse::app::help_of_settings;

struct Command {
    char const* name;
    char const* help;
    int (*run)(std::vector<std::string> const&);
    bool takes_settings;
};

constexpr Command commands[] = {
    {"serve",
     "serve requests until SIGTERM; applies missing migrations first",
     gatehouse::app::serve,
     true},
    {"migrate",
     "bring the database to this version; --check only says what is missing",
     gatehouse::app::migrate,
     true},
    {"config",
     "`config print` shows every setting and where it came from",
     gatehouse::app::config,
     true},
    {"version", "print the version", gatehouse::app::version_command, false},
};

void print_help()
{
    std::puts("usage: gatehouse COMMAND [--setting VALUE …]\n");
    for (auto const& command : commands)
        std::printf("  %-8s %s\n", command.name, command.help);
    std::puts("\ngatehouse COMMAND --help shows the settings.");
}

void print_help(Command const& command)
{
    std::printf("usage: gatehouse %s\n\n%s\n", command.name, command.help);
    if (command.takes_settings)
        std::printf("\n%s", help_of_settings().c_str());
}

bool asks_for_help(std::vector<std::string> const& arguments)
{
    for (auto const& argument : arguments)
        if (argument == "--help" || argument == "-h")
            return true;
    return false;
}

int run(Command const& command, std::vector<std::string> const& arguments)
{
    if (asks_for_help(arguments)) {
        print_help(command);
        return 0;
    }
    try {
        return command.run(arguments);
    } catch (gatehouse::app::BadConfiguration const& bad) {
        std::fprintf(stderr, "gatehouse: %s\n", bad.what());
        return 2;
    } catch (std::exception const& failure) {
        std::fprintf(stderr, "gatehouse: %s\n", failure.what());
        return 1;
    }
}

} // namespace

int main(int count, char** words)
{
    std::vector<std::string> arguments(words + 1, words + count);
    if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") {
        print_help();
        return arguments.empty() ? 2 : 0;
    }
    auto const name = arguments.front();
    arguments.erase(arguments.begin());
    for (auto const& command : commands)
        if (name == command.name)
            return run(command, arguments);
    std::fprintf(stderr, "gatehouse: no command %s; see gatehouse --help\n", name.c_str());
    return 2;
}
