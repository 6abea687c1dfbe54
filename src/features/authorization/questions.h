// Questions as the policy understands them.
#pragma once

#include "features/authorization/messages.h"
#include "policy/policy.h"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::authorization {

constexpr std::size_t most_checks = 100; // of one request

// Beside the types of the policy: rows whose owner, or whose organization, is known without them.
constexpr char const* user_type = "user";
constexpr char const* organization_type = "organization";

struct Asked {
    std::string action; // as it was said
    policy::Permission permission{};
    std::optional<policy::Permission> otherwise = {}; // a second one that admits to it too
    std::string resource_type = {}; // empty: none was named
    std::string resource_id = {}; // empty: in general

    bool is_about_a_row() const { return !resource_id.empty(); }
};

// All throw Refusal, 400.
Asked understood(
    policy::Policy const& policy,
    std::string const& action,
    std::optional<ResourceRef> const& resource
);
std::vector<Question> questions_in(CheckRequest request);
void judge(SubjectRef const& subject);

} // namespace gatehouse::authorization
