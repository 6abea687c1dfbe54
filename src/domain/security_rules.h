// What an organization asks of everybody who acts in it: from where, how proven, and for how long.
#pragma once

#include "core/async.h"
#include "core/networks.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/step_up_challenges.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

enum class IpAction { allow, deny };
std::string_view to_text(IpAction action);
std::optional<IpAction> parse_ip_action(std::string_view text);

struct IpRule {
    IpRuleId id;
    OrganizationId organization_id;
    IpAction action = IpAction::deny;
    std::string network; // as Network::text() writes it
    std::optional<std::string> note = {};
    bool enabled = true;
    std::optional<UserId> created_by = {};
    Instant created_at = {};
    Instant updated_at = {};
};

// From where an organization is entered: what is denied never; where something is allowed, from
// nowhere else.
class Perimeter {
public:
    void add(IpAction action, Network network);
    bool is_open() const { return allowed_.empty() && denied_.empty(); }
    // False, where there is any rule, for what is no address.
    bool lets_in(std::string_view address) const;
    bool operator==(Perimeter const&) const = default;

private:
    std::vector<Network> allowed_;
    std::vector<Network> denied_;
};

struct SecurityPolicy {
    std::vector<StepUpPurpose> step_up = {}; // asked for beside those that always are
    bool second_factor_required = false;
    std::optional<Duration> idle_life = {}; // of a session; nothing: as everywhere
    std::optional<Duration> absolute_life = {};
    bool operator==(SecurityPolicy const&) const = default;

    bool asks_for(StepUpPurpose purpose) const;
};

struct SecurityRules { // what counts now
    Perimeter perimeter = {};
    SecurityPolicy policy = {};
    bool operator==(SecurityRules const&) const = default;
};
// Of an organization that asks for nothing.
std::shared_ptr<SecurityRules const> no_security_rules();

// A policy as it is stored: JSON, without what is not asked for. Nothing where it cannot be
// understood: then nobody may believe that it asks for nothing.
std::string to_stored(SecurityPolicy const& policy);
std::optional<SecurityPolicy> parse_policy(std::string_view stored);

struct IpRuleChange { // what is named changes
    std::optional<IpAction> action = {};
    std::optional<std::string> network = {};
    std::optional<std::optional<std::string>> note = {};
    std::optional<bool> enabled = {};
};

class SecurityRulesStore {
public:
    virtual ~SecurityRulesStore() = default;
    // Throws where a row cannot be understood: what nobody can read lets nobody in.
    virtual Async<std::shared_ptr<SecurityRules const>> of(OrganizationId organization) = 0;

    // Oldest first, at most `limit`.
    virtual Async<std::vector<IpRule>> ip_rules(OrganizationId organization, std::int64_t limit)
        = 0;
    virtual Async<std::int64_t> count_ip_rules(OrganizationId organization) = 0;
    virtual Async<std::optional<IpRule>> find_ip_rule(OrganizationId organization, IpRuleId rule)
        = 0;
    // By its bare id, across organizations: to tell 403 from 404 (decisions D-79).
    virtual Async<std::optional<OrganizationId>> home_of(IpRuleId rule) = 0;
    // False: there is one about the same network already; so for change().
    virtual Async<bool> insert_ip_rule(IpRule rule) = 0;
    virtual Async<bool>
    change_ip_rule(OrganizationId organization, IpRuleId rule, IpRuleChange change, Instant now)
        = 0;
    // False where it is gone.
    virtual Async<bool> remove_ip_rule(OrganizationId organization, IpRuleId rule) = 0;
    virtual Async<std::int64_t> remove_ip_rules(OrganizationId organization) = 0;

    // Under `Organizations::lock`, whose row it changes.
    virtual Async<void> put_policy(OrganizationId organization, SecurityPolicy policy) = 0;
};

} // namespace gatehouse::domain
