// What is said about a person's own account.
#pragma once

#include "core/json.h"
#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::me_data {

struct Person {
    std::string id;
    std::string email;
    std::optional<std::string> name;
    std::string role;
    Instant created_at;
    bool email_verified = false;
};
BOOST_DESCRIBE_STRUCT(Person, (), (id, email, name, role, created_at, email_verified))

struct Authentication {
    std::int64_t sessions_count = 0;
    std::int64_t accounts_count = 0;
    bool has_2fa = false;
    std::optional<Instant> last_login_at;
};
BOOST_DESCRIBE_STRUCT(Authentication, (), (sessions_count, accounts_count, has_2fa, last_login_at))

// Reserved by the interface, constant (api §3).
struct Credits {
    std::int64_t balance = 0;
    std::int64_t total_earned = 0;
    std::int64_t total_spent = 0;
    std::int64_t transactions_count = 0;
};
BOOST_DESCRIBE_STRUCT(Credits, (), (balance, total_earned, total_spent, transactions_count))

struct Totals {
    std::int64_t total_entities = 0;
    std::int64_t projects_with_data = 0;
};
BOOST_DESCRIBE_STRUCT(Totals, (), (total_entities, projects_with_data))

struct MyData {
    Person user;
    Authentication auth;
    Credits credits;
    std::vector<std::string> projects;
    Totals totals;
};
BOOST_DESCRIBE_STRUCT(MyData, (), (user, auth, credits, projects, totals))

} // namespace gatehouse::me_data
