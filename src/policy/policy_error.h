// Why a policy is refused.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gatehouse::policy {

// The two files of a policy.
inline constexpr std::string_view matrix_file = "permissions.csv";
inline constexpr std::string_view resource_types_file = "resource-types.toml";

// One line that names the file, the line in it (from 1) and the cause.
class PolicyError : public std::runtime_error {
public:
    PolicyError(std::string_view file, std::size_t line, std::string_view cause)
        : std::runtime_error(
              std::string(file) + " line " + std::to_string(line) + ": " + std::string(cause)
          )
    {
    }
    PolicyError(std::string_view file, std::string_view cause)
        : std::runtime_error(std::string(file) + ": " + std::string(cause))
    {
    }
};

} // namespace gatehouse::policy
