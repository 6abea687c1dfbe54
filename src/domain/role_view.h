// Permissions with their cells, and what a change of them does, as answers show them.
#pragma once

#include "domain/role_impact.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct PermissionCell { // read from requests too
    std::string id; // `users.view`
    std::string cell; // 1, a or s
};
BOOST_DESCRIBE_STRUCT(PermissionCell, (), (id, cell))

std::vector<PermissionCell> view_of(std::vector<policy::Granted> const& permissions);
std::vector<PermissionCell> view_of(policy::Policy const& policy, policy::Grants const& grants);
std::vector<policy::Granted> granted_in(std::vector<PermissionCell> const& said);

struct CellChangeView {
    std::string id;
    std::string from; // 0, s, a or 1
    std::string to;
};
BOOST_DESCRIBE_STRUCT(CellChangeView, (), (id, from, to))

struct PersonImpactView {
    std::string id;
    std::string role;
    std::vector<CellChangeView> gains;
    std::vector<CellChangeView> loses;
};
BOOST_DESCRIBE_STRUCT(PersonImpactView, (), (id, role, gains, loses))

struct ImpactView {
    bool saved = false; // a preview changes nothing
    std::vector<CellChangeView> gains; // of the role
    std::vector<CellChangeView> loses;
    std::int64_t holders = 0;
    std::vector<PersonImpactView> people;
    bool truncated = false; // of very many holders the first thousand were examined
};
BOOST_DESCRIBE_STRUCT(ImpactView, (), (saved, gains, loses, holders, people, truncated))

ImpactView view_of(policy::Policy const& policy, RoleImpact const& impact);

} // namespace gatehouse::domain
