// What an organization asks of everybody in it, as two columns of a statement about one of its
// people.
#pragma once

#include "domain/security_rules.h"
#include "storage/sql/join.h"

#include <memory>
#include <optional>
#include <string>

namespace gatehouse::sql {

// The rules that count, `allow 10.0.0.0/8,deny 10.1.0.0/16`, and the stored policy.
inline constexpr Text ip_rules_column = "(r.action || ' ' || r.network, ',') FROM ip_rules r "
                                        "WHERE r.enabled AND r.organization_id = ";
inline constexpr Text postgres_policy_column = "CAST(o.settings -> 'security' AS text)";
inline constexpr Text sqlite_policy_column = "json_extract(o.settings, '$.security')";

// Throws StorageError for what cannot be understood.
std::shared_ptr<domain::SecurityRules const> read_security_rules(
    std::optional<std::string> const& ip_rules, std::optional<std::string> const& policy
);

} // namespace gatehouse::sql
