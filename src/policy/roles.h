// The four built-in roles (spec/permissions §1).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace gatehouse::policy {

enum class Role { owner, admin, manager, staff };
inline constexpr std::array every_role{Role::owner, Role::admin, Role::manager, Role::staff};

std::string_view to_text(Role role);
std::optional<Role> parse_role(std::string_view text); // exactly as written: no padding, no case

} // namespace gatehouse::policy
