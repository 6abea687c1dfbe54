// `gatehouse policy`: the shipped policy to begin from, and a folder judged before a server is.
#include "app/commands.h"

#include "app/config.h"
#include "app/policy_files.h"

#include <cstdio>

namespace gatehouse::app {
namespace {

int print_shipped(std::string const& file)
{
    auto const& text = policy::Policy::shipped_text();
    if (file == policy::matrix_file)
        std::fputs(text.matrix.c_str(), stdout);
    else if (file == policy::resource_types_file)
        std::fputs(text.resource_types.c_str(), stdout);
    else
        throw BadConfiguration(
            "policy print: the shipped files are permissions.csv and resource-types.toml"
        );
    return 0;
}

int check(std::string const& folder)
{
    auto const checked = load_policy(folder);
    std::printf(
        "%s: %zu permissions, %zu types of resources\n",
        folder.c_str(),
        checked->permissions(),
        checked->resource_types().size()
    );
    return 0;
}

} // namespace

int policy_command(std::vector<std::string> const& arguments)
{
    if (arguments.size() == 2 && arguments.front() == "print")
        return print_shipped(arguments.back());
    if (arguments.size() == 2 && arguments.front() == "check" && !arguments.back().empty())
        return check(arguments.back());
    throw BadConfiguration(
        "policy: use `gatehouse policy print FILE` or `gatehouse policy check DIR`"
    );
}

} // namespace gatehouse::app
