// Rules about addresses, and the policy of an organization.
#include "domain/security_rules.h"

#include "domain/changed.h"
#include "storage/sql/errors.h"
#include "storage/sql/first_row.h"
#include "storage/sql/granted.h"
#include "storage/sql/security_row.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::changed_rules_of;
using domain::IpAction;
using domain::IpRule;
using domain::IpRuleChange;
using domain::IpRuleId;
using domain::OrganizationId;
using domain::SecurityPolicy;
using domain::SecurityRules;
using domain::SecurityRulesStore;
using domain::UserId;

template <Text gathers, Text policy>
inline constexpr char const* rules_text = joined<
    "SELECT (SELECT ",
    gathers,
    ip_rules_column,
    "$1), (SELECT ",
    policy,
    " FROM organizations o WHERE o.id = $1)">;
constexpr auto select_rules = either(
    {.postgres = rules_text<postgres_gathers, postgres_policy_column>,
     .sqlite = rules_text<sqlite_gathers, sqlite_policy_column>}
);

constexpr Text columns = "SELECT id, organization_id, action, network, note, enabled, created_by, "
                         "created_at, updated_at FROM ip_rules WHERE organization_id = $1";
constexpr Statement list_rules(joined<columns, " ORDER BY created_at, id LIMIT $2">);
constexpr Statement find_rule(joined<columns, " AND id = $2">);
constexpr Statement count_rules("SELECT count(*) FROM ip_rules WHERE organization_id = $1");
constexpr Statement find_home("SELECT organization_id FROM ip_rules WHERE id = $1");
constexpr Statement
    insert_rule("INSERT INTO ip_rules (id, organization_id, action, network, note, enabled, "
                "created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) "
                "ON CONFLICT DO NOTHING RETURNING id");
constexpr Statement change_rule(
    "UPDATE ip_rules SET action = COALESCE($4, action), network = COALESCE($5, network), "
    "note = CASE WHEN $6 THEN $7 ELSE note END, enabled = COALESCE($8, enabled), updated_at = $3 "
    "WHERE organization_id = $1 AND id = $2 AND NOT EXISTS (SELECT 1 FROM ip_rules o "
    "WHERE o.organization_id = $1 AND o.network = $5 AND o.id <> $2) RETURNING id"
);
constexpr Statement
    delete_rule("DELETE FROM ip_rules WHERE organization_id = $1 AND id = $2 RETURNING id");
constexpr Statement delete_rules("DELETE FROM ip_rules WHERE organization_id = $1");
constexpr auto set_policy = either(
    {.postgres = "UPDATE organizations SET settings = "
                 "jsonb_set(settings, '{security}', CAST($2 AS jsonb)) WHERE id = $1",
     .sqlite = "UPDATE organizations SET settings = json_set(settings, '$.security', json($2)) "
               "WHERE id = $1"}
);

[[noreturn]] void refuse(char const* what)
{
    throw StorageError(StorageError::Kind::broken, what);
}

IpAction action_in(std::string const& text)
{
    auto const action = domain::parse_ip_action(text);
    if (!action)
        refuse("ip_rules.action holds no action");
    return *action;
}

IpRule read_rule(Row const& row)
{
    IpRule rule;
    rule.id = IpRuleId(row.text(0));
    rule.organization_id = OrganizationId(row.text(1));
    rule.action = action_in(row.text(2));
    rule.network = row.text(3);
    rule.note = row.optional_text(4);
    rule.enabled = row.boolean(5);
    if (auto by = row.optional_text(6))
        rule.created_by = UserId(*std::move(by));
    rule.created_at = row.instant(7);
    rule.updated_at = row.instant(8);
    return rule;
}

// `allow 10.0.0.0/8,deny 10.1.0.0/16`
domain::Perimeter read_perimeter(std::string_view rules)
{
    domain::Perimeter perimeter;
    while (!rules.empty()) {
        auto const one = rules.substr(0, rules.find(','));
        rules.remove_prefix(one.size());
        if (rules.starts_with(','))
            rules.remove_prefix(1);
        auto const blank = one.find(' ');
        auto const network = blank == std::string_view::npos
            ? std::nullopt
            : Network::parse(one.substr(blank + 1));
        if (!network)
            refuse("ip_rules.network holds neither an address nor a network");
        perimeter.add(action_in(std::string(one.substr(0, blank))), *network);
    }
    return perimeter;
}

class SqlSecurityRules final : public SecurityRulesStore {
public:
    explicit SqlSecurityRules(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::shared_ptr<SecurityRules const>> of(OrganizationId organization) override
    {
        auto const rows = co_await connection_.query(
            select_rules, Scope::organization(organization), values(organization)
        );
        auto const row = rows.front();
        co_return read_security_rules(row.optional_text(0), row.optional_text(1));
    }

    Async<std::vector<IpRule>> ip_rules(OrganizationId organization, std::int64_t limit) override
    {
        auto const rows = co_await connection_.query(
            list_rules, Scope::organization(organization), values(organization, limit)
        );
        std::vector<IpRule> rules;
        for (auto const row : rows)
            rules.push_back(read_rule(row));
        co_return rules;
    }

    Async<std::int64_t> count_ip_rules(OrganizationId organization) override
    {
        auto const rows = co_await connection_.query(
            count_rules, Scope::organization(organization), values(organization)
        );
        co_return rows.front().integer(0);
    }

    Async<std::optional<IpRule>> find_ip_rule(OrganizationId organization, IpRuleId rule) override
    {
        auto const rows = co_await connection_.query(
            find_rule, Scope::organization(organization), values(organization, rule)
        );
        co_return first_of(rows, read_rule);
    }

    Async<std::optional<OrganizationId>> home_of(IpRuleId rule) override
    {
        auto const rows = co_await connection_.query(find_home, Scope::directory(), values(rule));
        co_return first_of(rows, [](Row const& row) { return OrganizationId(row.text(0)); });
    }

    Async<bool> insert_ip_rule(IpRule rule) override
    {
        auto bound = values(
            rule.id,
            rule.organization_id,
            to_text(rule.action),
            rule.network,
            rule.note,
            rule.enabled,
            rule.created_by,
            rule.created_at
        );
        return write(insert_rule, std::move(rule.organization_id), std::move(bound));
    }

    Async<bool> change_ip_rule(
        OrganizationId organization, IpRuleId rule, IpRuleChange change, Instant now
    ) override
    {
        std::optional<std::string> action;
        if (change.action)
            action = to_text(*change.action);
        auto bound = values(
            organization,
            rule,
            now,
            action,
            change.network,
            change.note.has_value(),
            change.note.value_or(std::nullopt),
            change.enabled
        );
        return write(change_rule, std::move(organization), std::move(bound));
    }

    Async<bool> remove_ip_rule(OrganizationId organization, IpRuleId rule) override
    {
        auto bound = values(organization, rule);
        return write(delete_rule, std::move(organization), std::move(bound));
    }

    Async<std::int64_t> remove_ip_rules(OrganizationId organization) override
    {
        connection_.note(changed_rules_of(organization));
        auto const rows = co_await connection_.query(
            delete_rules, Scope::organization(organization), values(organization)
        );
        co_return rows.changed();
    }

    Async<void> put_policy(OrganizationId organization, SecurityPolicy policy) override
    {
        connection_.note(changed_rules_of(organization));
        connection_.later(
            set_policy,
            Scope::organization(organization),
            values(organization, domain::to_stored(policy))
        );
        co_return;
    }

private:
    Async<bool> write(Statement const& statement, OrganizationId organization, Values bound)
    {
        connection_.note(changed_rules_of(organization));
        auto const rows = co_await connection_.query(
            statement, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Connection& connection_;
};

} // namespace

std::shared_ptr<SecurityRules const> read_security_rules(
    std::optional<std::string> const& ip_rules, std::optional<std::string> const& policy
)
{
    if (!ip_rules && !policy)
        return domain::no_security_rules();
    auto rules = std::make_shared<SecurityRules>();
    rules->perimeter = read_perimeter(ip_rules.value_or(""));
    auto const read = policy ? domain::parse_policy(*policy) : SecurityPolicy();
    if (!read)
        refuse("organizations.settings holds a security policy that cannot be understood");
    rules->policy = *read;
    return rules;
}

std::unique_ptr<domain::SecurityRulesStore> make_security_rules(Connection& connection)
{
    return std::make_unique<SqlSecurityRules>(connection);
}

} // namespace gatehouse::sql
