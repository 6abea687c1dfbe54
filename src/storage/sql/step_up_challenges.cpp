// Challenges of a step-up.
#include "domain/step_up_challenges.h"

#include "storage/sql/errors.h"
#include "storage/sql/first_row.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::SessionId;
using domain::StepUpChallenge;
using domain::StepUpChallenges;
using domain::StepUpId;
using domain::StepUpMethod;
using domain::StepUpPurpose;
using domain::to_text;
using domain::UserId;

constexpr Statement insert_challenge(
    "INSERT INTO step_up_challenges (id, organization_id, user_id, session_id, purpose, method, "
    "code_hash, context, device_fingerprint, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
);
constexpr Statement select_challenge(
    "SELECT id, organization_id, user_id, session_id, purpose, method, code_hash, "
    "CAST(context AS text), device_fingerprint, attempts, created_at, expires_at, satisfied_at "
    "FROM step_up_challenges WHERE id = $1"
);
constexpr Statement
    select_satisfied("SELECT 1 FROM step_up_challenges WHERE organization_id = $1 AND user_id = $2 "
                     "AND session_id = $3 AND purpose = $4 AND satisfied_at > $5 "
                     "AND ($6 = '' OR device_fingerprint = $6) LIMIT 1");
constexpr Statement
    end_open("UPDATE step_up_challenges SET expires_at = $3, context = NULL, code_hash = NULL "
             "WHERE organization_id = $1 AND user_id = $2 AND satisfied_at IS NULL "
             "AND expires_at > $3");
constexpr Statement put_code("UPDATE step_up_challenges SET code_hash = $3 "
                             "WHERE organization_id = $1 AND id = $2");
constexpr auto rebind_open = either(
    {.postgres = "UPDATE step_up_challenges SET context = CAST(replace(CAST(context AS text), "
                 "CAST($3 AS text), CAST($4 AS text)) AS jsonb) WHERE organization_id = $1 "
                 "AND user_id = $2 AND satisfied_at IS NULL AND context IS NOT NULL",
     .sqlite = "UPDATE step_up_challenges SET context = replace(context, $3, $4) "
               "WHERE organization_id = $1 AND user_id = $2 AND satisfied_at IS NULL "
               "AND context IS NOT NULL"}
);
// What SQL ended early stays as long as what ended by itself.
constexpr Statement raise_attempts("UPDATE step_up_challenges SET attempts = attempts + 1 "
                                   "WHERE organization_id = $1 AND id = $2");
constexpr Statement
    set_satisfied("UPDATE step_up_challenges SET satisfied_at = $4, method = $3, code_hash = NULL, "
                  "context = NULL WHERE organization_id = $1 AND id = $2 AND satisfied_at IS NULL "
                  "AND expires_at > $4 RETURNING id");

StepUpPurpose purpose_in(std::string const& text)
{
    if (auto const purpose = domain::parse_purpose(text))
        return *purpose;
    throw StorageError(StorageError::Kind::broken, "step_up_challenges.purpose is " + text);
}

StepUpMethod method_in(std::string const& text)
{
    for (auto const method : {StepUpMethod::totp, StepUpMethod::backup_code})
        if (text == to_text(method))
            return method;
    return StepUpMethod::email_otp; // the table admits no others
}

template <class Id> std::optional<Id> optional_id(std::optional<std::string> text)
{
    if (!text)
        return std::nullopt;
    return Id(std::move(*text));
}

StepUpChallenge read_challenge(Row const& row)
{
    StepUpChallenge challenge;
    challenge.id = StepUpId(row.text(0));
    challenge.organization_id = OrganizationId(row.text(1));
    challenge.user_id = UserId(row.text(2));
    challenge.session_id = optional_id<SessionId>(row.optional_text(3));
    challenge.purpose = purpose_in(row.text(4));
    challenge.method = method_in(row.text(5));
    challenge.code_hash = row.optional_text(6);
    challenge.context = row.optional_text(7);
    challenge.device_fingerprint = row.optional_text(8);
    challenge.attempts = row.integer(9);
    challenge.created_at = row.instant(10);
    challenge.expires_at = row.instant(11);
    challenge.satisfied_at = row.optional_instant(12);
    return challenge;
}

constexpr Statement find_address_change(
    "SELECT id FROM audit_ledger WHERE organization_id = $1 AND user_id = $2 "
    "AND event_type = 'EMAIL_CHANGED' AND created_at > "
    "(SELECT created_at FROM sessions WHERE organization_id = $1 AND id = $3) LIMIT 1"
);

class SqlStepUpChallenges final : public StepUpChallenges {
public:
    explicit SqlStepUpChallenges(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> insert(StepUpChallenge challenge) override
    {
        auto bound = values(
            challenge.id,
            challenge.organization_id,
            challenge.user_id,
            challenge.session_id,
            to_text(challenge.purpose),
            to_text(challenge.method),
            challenge.code_hash,
            challenge.context,
            challenge.device_fingerprint,
            challenge.created_at,
            challenge.expires_at
        );
        connection_.later(
            insert_challenge, Scope::organization(challenge.organization_id), std::move(bound)
        );
        co_return;
    }

    Async<std::optional<StepUpChallenge>> find(StepUpId challenge) override
    {
        auto const rows
            = co_await connection_.query(select_challenge, Scope::directory(), values(challenge));
        co_return first_of(rows, read_challenge);
    }

    Async<bool> is_satisfied(
        OrganizationId organization,
        UserId user,
        SessionId session,
        StepUpPurpose purpose,
        Instant since,
        std::optional<std::string> device
    ) override
    {
        auto const any = std::string(); // no device has an empty fingerprint
        auto bound
            = values(organization, user, session, to_text(purpose), since, device.value_or(any));
        auto const rows = co_await connection_.query(
            select_satisfied, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<void> void_open(OrganizationId organization, UserId user, Instant now) override
    {
        connection_.later(
            end_open, Scope::organization(organization), values(organization, user, now)
        );
        co_return;
    }

    Async<bool>
    address_changed_during(OrganizationId organization, UserId user, SessionId session) override
    {
        auto const rows = co_await connection_.query(
            find_address_change,
            Scope::organization(organization),
            values(organization, user, session)
        );
        co_return !rows.empty();
    }

    Async<void>
    replace_code(OrganizationId organization, StepUpId challenge, std::string code_hash) override
    {
        connection_.later(
            put_code, Scope::organization(organization), values(organization, challenge, code_hash)
        );
        co_return;
    }

    Async<void>
    rebind(OrganizationId organization, UserId user, std::string before, std::string after) override
    {
        connection_.later(
            rebind_open,
            Scope::organization(organization),
            values(organization, user, before, after)
        );
        co_return;
    }

    Async<void> count_attempt(OrganizationId organization, StepUpId challenge) override
    {
        connection_.later(
            raise_attempts, Scope::organization(organization), values(organization, challenge)
        );
        co_return;
    }

    Async<bool>
    satisfy(OrganizationId organization, StepUpId challenge, StepUpMethod by, Instant now) override
    {
        auto bound = values(organization, challenge, to_text(by), now);
        auto const rows = co_await connection_.query(
            set_satisfied, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::StepUpChallenges> make_step_up_challenges(Connection& connection)
{
    return std::make_unique<SqlStepUpChallenges>(connection);
}

} // namespace gatehouse::sql
