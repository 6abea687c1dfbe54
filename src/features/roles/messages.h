// What is said about roles.
#pragma once

#include "core/time.h"
#include "domain/role_view.h"
#include "http/describe.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::roles {

struct CreateRequest {
    std::string name;
    std::optional<std::string> description;
    std::vector<domain::PermissionCell> permissions;
};
BOOST_DESCRIBE_STRUCT(CreateRequest, (), (name, description, permissions))

struct ChangeRequest { // absent: stays
    std::optional<std::string> name;
    http::Given description; // null: is taken away
    std::optional<std::vector<domain::PermissionCell>> permissions; // all that it holds afterwards
};
BOOST_DESCRIBE_STRUCT(ChangeRequest, (), (name, description, permissions))

struct GiveRequest {
    http::Given custom_role_id; // null takes it away; absent is refused
};
BOOST_DESCRIBE_STRUCT(GiveRequest, (), (custom_role_id))

struct RoleView {
    std::string id; // of a built-in one its name
    std::string name;
    std::optional<std::string> description;
    bool built_in = false;
    std::vector<domain::PermissionCell> permissions; // by id; what is not there is `0`
    std::int64_t holders = 0; // live people
    std::optional<Instant> created_at; // custom ones
    std::optional<Instant> updated_at;
};
BOOST_DESCRIBE_STRUCT(
    RoleView, (), (id, name, description, built_in, permissions, holders, created_at, updated_at)
)
using RoleList = std::vector<RoleView>;

struct HolderView {
    std::string id;
    std::string role; // the built-in one
};
BOOST_DESCRIBE_STRUCT(HolderView, (), (id, role))

struct RoleWithHolders : RoleView {
    std::vector<HolderView> people; // of a custom one, the first thousand by id
};
BOOST_DESCRIBE_STRUCT(RoleWithHolders, (RoleView), (people))

} // namespace gatehouse::roles
