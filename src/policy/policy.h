// Who may do what, compiled: the matrix of roles and permissions, and the types of resources. A
// value that never changes; a new one takes its place (holder.h).
#pragma once

#include "policy/grants.h"
#include "policy/policy_error.h"
#include "policy/resource_types.h"
#include "policy/roles.h"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatehouse::policy {

// One permission that a person holds beside the built-in role, as stored: ids that the policy does
// not know and letters that mean nothing grant nothing.
struct Granted {
    std::string permission_id;
    std::string cell; // `1`, `a` or `s`
};

struct PolicyText {
    std::string matrix; // permissions.csv
    std::string resource_types; // resource-types.toml
};

class Policy {
public:
    // Throws PolicyError.
    static std::shared_ptr<Policy const> compile(PolicyText const& text);
    static PolicyText const& shipped_text(); // what travels inside the binary
    static std::shared_ptr<Policy const> shipped();

    Grants const& grants_of(Role role) const;
    // The built-in role, widened by what was granted beside it.
    Grants effective(Role role, std::span<Granted const> granted) const;

    std::optional<Permission> find(std::string_view id) const;
    std::string_view id_of(Permission permission) const;
    std::size_t permissions() const { return ids_.size(); }
    // Whether the cell means something for the permission: `a` only where the matrix or a type of
    // resource knows assignments, `s` only where rows have an owner.
    bool has_meaning(Permission permission, Cell cell) const;
    // The same for the same two files, and for no others: what a decision says it rests on.
    std::string const& version() const { return version_; }
    std::vector<std::string> ids_of(Grants const& grants) const; // not `0`, sorted

    std::span<ResourceType const> resource_types() const { return types_; }
    ResourceType const* resource_type(std::string_view name) const; // null: there is none

    // Whether routes and stored rows mean the same under both: what a reload may not change.
    bool has_the_types_of(Policy const& other) const;

private:
    class Compiler;
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const
        {
            return std::hash<std::string_view>()(text);
        }
    };

    Policy() = default;

    std::string version_;
    std::vector<std::string> ids_; // by index
    std::unordered_map<std::string, Permission, TextHash, std::equal_to<>> by_id_;
    std::array<Grants, every_role.size()> roles_;
    std::vector<bool> assignable_; // by index
    std::vector<bool> ownable_;
    std::vector<ResourceType> types_;
};

} // namespace gatehouse::policy
