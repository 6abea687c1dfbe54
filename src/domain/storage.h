// Storage as the features see it: units of work over the stores.
#pragma once

#include "core/async.h"
#include "core/time.h"

#include <memory>
#include <string_view>

namespace gatehouse::domain {

class Assignments;
class Attempts;
class AuditKeys;
class AuditLog;
class CapturedMails;
class CustomRoles;
class Directory;
class Evidence;
class Invitations;
class Ledger;
class Members;
class OneTimeTokens;
class Organizations;
class OutboxStore;
class PersonalData;
class Pictures;
class RateCounters;
class RefreshTokens;
class Reports;
class ResetRequests;
class Resources;
class RiskDecisions;
class SealedLedger;
class Seals;
class SecondFactors;
class SecurityRulesStore;
class SessionHistory;
class SessionList;
class Sessions;
class SigningKeys;
class StepUpChallenges;
class Users;
class Vaults;

// What must be kept together. Dropped uncommitted, it rolls back. Never hold one while hashing,
// mailing or calling out: it may hold the only writer.
class UnitOfWork {
public:
    virtual ~UnitOfWork() = default;

    virtual Assignments& assignments() = 0;
    virtual Attempts& attempts() = 0;
    virtual AuditKeys& audit_keys() = 0;
    virtual AuditLog& audit_log() = 0;
    virtual CapturedMails& captured_mails() = 0;
    virtual CustomRoles& custom_roles() = 0;
    virtual Directory& directory() = 0;
    virtual Evidence& evidence() = 0;
    virtual Invitations& invitations() = 0;
    virtual Ledger& ledger() = 0;
    virtual Members& members() = 0;
    virtual OneTimeTokens& one_time_tokens() = 0;
    virtual Organizations& organizations() = 0;
    virtual OutboxStore& outbox() = 0;
    virtual PersonalData& personal_data() = 0;
    virtual Pictures& pictures() = 0;
    virtual RateCounters& rate_counters() = 0;
    virtual RefreshTokens& refresh_tokens() = 0;
    virtual Reports& reports() = 0;
    virtual ResetRequests& reset_requests() = 0;
    virtual Resources& resources() = 0;
    virtual RiskDecisions& risk_decisions() = 0;
    virtual SealedLedger& sealed_ledger() = 0;
    virtual Seals& seals() = 0;
    virtual SecondFactors& second_factors() = 0;
    virtual SecurityRulesStore& security_rules() = 0;
    virtual SessionHistory& session_history() = 0;
    virtual SessionList& session_list() = 0;
    virtual Sessions& sessions() = 0;
    virtual SigningKeys& signing_keys() = 0;
    virtual StepUpChallenges& step_up_challenges() = 0;
    virtual Users& users() = 0;
    virtual Vaults& vaults() = 0;

    // Returns once it is on disk. Throws when it failed, and OutcomeUnknown when nobody can say.
    virtual Async<void> commit() = 0;
};

class Storage {
public:
    virtual ~Storage() = default;
    virtual Async<std::unique_ptr<UnitOfWork>> begin() = 0;
    virtual Async<std::unique_ptr<UnitOfWork>> read() = 0; // sees, changes nothing; needs no commit
    // The same; the database gives up what it has not answered by then, and nobody waits for it.
    virtual Async<std::unique_ptr<UnitOfWork>> read_within(Duration time) = 0;
    // A real query, for /ready; throws what is wrong.
    virtual Async<void> probe() = 0;
    // Whether the database keeps each organization's rows from statements of another, as the second
    // wall; throws where it does not. `false` where it has no such wall (SQLite).
    virtual Async<bool> probe_second_wall() = 0;
    // What time the database thinks it is: rows are stamped by us, defaults by it.
    virtual Async<Instant> database_time() = 0;
    // A commit that changes nothing: after it, those who keep rows know what others have committed
    // where only the writing connection can tell (SQLite).
    virtual Async<void> settle_changes() = 0;
    virtual std::string_view driver_name() const = 0; // `sqlite` or `postgres`
};

} // namespace gatehouse::domain
