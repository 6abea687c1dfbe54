// The names of the built-in roles.
#include "policy/roles.h"

#include <stdexcept>

namespace gatehouse::policy {

std::string_view to_text(Role role)
{
    switch (role) {
    case Role::owner:
        return "owner";
    case Role::admin:
        return "admin";
    case Role::manager:
        return "manager";
    case Role::staff:
        return "staff";
    }
    throw std::logic_error("a role without a name");
}

std::optional<Role> parse_role(std::string_view text)
{
    for (auto const role : every_role)
        if (to_text(role) == text)
            return role;
    return std::nullopt;
}

} // namespace gatehouse::policy
