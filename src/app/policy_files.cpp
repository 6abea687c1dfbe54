// Reading the folder of the setting `policy_dir`.
#include "app/policy_files.h"

#include "app/setting.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace gatehouse::app {
namespace {

constexpr std::uintmax_t largest = 1'048'576; // bytes; a policy of a few kilobytes is large

[[noreturn]] void refuse(std::filesystem::path const& path, std::string_view cause)
{
    throw BadConfiguration("policy_dir: " + path.string() + " " + std::string(cause));
}

// Nothing where there is no such file.
std::optional<std::string> read_if_there(std::filesystem::path const& path)
{
    std::error_code failed;
    auto const status = std::filesystem::status(path, failed);
    if (status.type() == std::filesystem::file_type::not_found)
        return std::nullopt;
    if (failed || !std::filesystem::is_regular_file(status))
        refuse(path, "is no file that can be read");
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad())
        refuse(path, "cannot be read");
    if (text.size() > largest)
        refuse(path, "is larger than a policy can be");
    return text;
}

policy::PolicyText read_folder(std::filesystem::path const& folder)
{
    auto text = policy::Policy::shipped_text();
    auto matrix = read_if_there(folder / policy::matrix_file);
    auto types = read_if_there(folder / policy::resource_types_file);
    if (!matrix && !types)
        refuse(folder, "holds neither permissions.csv nor resource-types.toml");
    if (matrix)
        text.matrix = *std::move(matrix);
    if (types)
        text.resource_types = *std::move(types);
    return text;
}

} // namespace

std::shared_ptr<policy::Policy const> load_policy(std::string const& folder)
{
    if (folder.empty())
        return policy::Policy::shipped();
    try {
        return policy::Policy::compile(read_folder(folder));
    } catch (policy::PolicyError const& error) {
        throw BadConfiguration("policy_dir: " + folder + ": " + error.what());
    }
}

std::shared_ptr<policy::Policy const>
reload_policy(std::string const& folder, policy::Policy const& current)
{
    auto next = load_policy(folder);
    if (!next->has_the_types_of(current))
        throw BadConfiguration(
            "policy_dir: " + folder
            + ": the types of resources differ from those at start; restart for that"
        );
    return next;
}

} // namespace gatehouse::app
