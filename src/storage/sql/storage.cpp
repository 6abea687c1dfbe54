// Storage over a database: each unit of work makes the stores that it is asked for.
#include "domain/storage.h"

#include "domain/attempts.h"
#include "domain/audit_log.h"
#include "domain/captured_mails.h"
#include "domain/custom_roles.h"
#include "domain/directory.h"
#include "domain/evidence.h"
#include "domain/invitations.h"
#include "domain/ledger.h"
#include "domain/mail_requests.h"
#include "domain/members.h"
#include "domain/one_time_tokens.h"
#include "domain/organizations.h"
#include "domain/outbox.h"
#include "domain/personal_data.h"
#include "domain/pictures.h"
#include "domain/refresh_tokens.h"
#include "domain/reports.h"
#include "domain/reset_requests.h"
#include "domain/resources.h"
#include "domain/risk_decisions.h"
#include "domain/seals.h"
#include "domain/second_factors.h"
#include "domain/security_rules.h"
#include "domain/session_history.h"
#include "domain/session_list.h"
#include "domain/sessions.h"
#include "domain/signing_keys.h"
#include "domain/step_up_challenges.h"
#include "domain/users.h"
#include "domain/vaults.h"
#include "storage/sql/errors.h"
#include "storage/sql/migrate.h"
#include "storage/sql/probes.h"
#include "storage/sql/stores.h"
#include "storage/sql/telling.h"

namespace gatehouse::sql {
namespace {

// Made at its first use: most units of work need three stores of thirteen.
template <class Store, class Make> Store& made_once(std::unique_ptr<Store>& store, Make make)
{
    if (!store)
        store = make();
    return *store;
}

class SqlUnitOfWork final : public domain::UnitOfWork {
public:
    SqlUnitOfWork(std::unique_ptr<Transaction> transaction, Random& random, Changes* changes)
        : transaction_(std::move(transaction))
        , random_(random)
        , changes_(changes)
    {
    }

    domain::Assignments& assignments() override { return store(assignments_, make_assignments); }
    domain::Attempts& attempts() override { return store(attempts_, make_attempts); }
    domain::AuditKeys& audit_keys() override { return store(audit_keys_, make_audit_keys); }
    domain::AuditLog& audit_log() override { return store(audit_log_, make_audit_log); }
    domain::CapturedMails& captured_mails() override
    {
        return store(captured_mails_, make_captured_mails);
    }
    domain::CustomRoles& custom_roles() override { return store(custom_roles_, make_custom_roles); }
    domain::Directory& directory() override { return store(directory_, make_directory); }
    domain::Evidence& evidence() override { return store(evidence_, make_evidence); }
    domain::Invitations& invitations() override
    {
        return made_once(invitations_, [&] {
            return make_invitations(transaction_->connection());
        });
    }
    domain::Ledger& ledger() override
    {
        return made_once(ledger_, [&] { return make_ledger(transaction_->connection(), random_); });
    }
    domain::Members& members() override { return store(members_, make_members); }
    domain::OneTimeTokens& one_time_tokens() override
    {
        return store(one_time_tokens_, make_one_time_tokens);
    }
    domain::Organizations& organizations() override
    {
        return store(organizations_, make_organizations);
    }
    domain::OutboxStore& outbox() override { return store(outbox_, make_outbox); }
    domain::PersonalData& personal_data() override
    {
        return store(personal_data_, make_personal_data);
    }
    domain::Pictures& pictures() override { return store(pictures_, make_pictures); }
    domain::RateCounters& rate_counters() override
    {
        return store(rate_counters_, make_rate_counters);
    }
    domain::RefreshTokens& refresh_tokens() override
    {
        return store(refresh_tokens_, make_refresh_tokens);
    }
    domain::Reports& reports() override { return store(reports_, make_reports); }
    domain::ResetRequests& reset_requests() override
    {
        return store(reset_requests_, make_reset_requests);
    }
    domain::Resources& resources() override { return store(resources_, make_resources); }
    domain::RiskDecisions& risk_decisions() override
    {
        return store(risk_decisions_, make_risk_decisions);
    }
    domain::SealedLedger& sealed_ledger() override
    {
        return store(sealed_ledger_, make_sealed_ledger);
    }
    domain::Seals& seals() override { return store(seals_, make_seals); }
    domain::SecondFactors& second_factors() override
    {
        return store(second_factors_, make_second_factors);
    }
    domain::SecurityRulesStore& security_rules() override
    {
        return store(security_rules_, make_security_rules);
    }
    domain::SessionHistory& session_history() override
    {
        return store(session_history_, make_session_history);
    }
    domain::SessionList& session_list() override { return store(session_list_, make_session_list); }
    domain::Sessions& sessions() override { return store(sessions_, make_sessions); }
    domain::SigningKeys& signing_keys() override { return store(signing_keys_, make_signing_keys); }
    domain::StepUpChallenges& step_up_challenges() override
    {
        return store(step_up_challenges_, make_step_up_challenges);
    }
    domain::Users& users() override { return store(users_, make_users); }
    domain::Vaults& vaults() override { return store(vaults_, make_vaults); }

    Async<void> commit() override
    {
        Telling const telling(changes_, transaction_->connection());
        co_await transaction_->commit();
    }

private:
    template <class Store>
    Store& store(std::unique_ptr<Store>& kept, std::unique_ptr<Store> (*make)(Connection&))
    {
        return made_once(kept, [&] { return make(transaction_->connection()); });
    }

    std::unique_ptr<Transaction> transaction_;
    Random& random_;
    Changes* const changes_;
    std::unique_ptr<domain::Assignments> assignments_;
    std::unique_ptr<domain::Attempts> attempts_;
    std::unique_ptr<domain::AuditKeys> audit_keys_;
    std::unique_ptr<domain::AuditLog> audit_log_;
    std::unique_ptr<domain::CapturedMails> captured_mails_;
    std::unique_ptr<domain::CustomRoles> custom_roles_;
    std::unique_ptr<domain::Directory> directory_;
    std::unique_ptr<domain::Evidence> evidence_;
    std::unique_ptr<domain::Invitations> invitations_;
    std::unique_ptr<domain::Ledger> ledger_;
    std::unique_ptr<domain::Members> members_;
    std::unique_ptr<domain::OneTimeTokens> one_time_tokens_;
    std::unique_ptr<domain::Organizations> organizations_;
    std::unique_ptr<domain::OutboxStore> outbox_;
    std::unique_ptr<domain::PersonalData> personal_data_;
    std::unique_ptr<domain::Pictures> pictures_;
    std::unique_ptr<domain::RateCounters> rate_counters_;
    std::unique_ptr<domain::RefreshTokens> refresh_tokens_;
    std::unique_ptr<domain::Reports> reports_;
    std::unique_ptr<domain::ResetRequests> reset_requests_;
    std::unique_ptr<domain::Resources> resources_;
    std::unique_ptr<domain::RiskDecisions> risk_decisions_;
    std::unique_ptr<domain::SealedLedger> sealed_ledger_;
    std::unique_ptr<domain::Seals> seals_;
    std::unique_ptr<domain::SecondFactors> second_factors_;
    std::unique_ptr<domain::SecurityRulesStore> security_rules_;
    std::unique_ptr<domain::SessionHistory> session_history_;
    std::unique_ptr<domain::SessionList> session_list_;
    std::unique_ptr<domain::Sessions> sessions_;
    std::unique_ptr<domain::SigningKeys> signing_keys_;
    std::unique_ptr<domain::StepUpChallenges> step_up_challenges_;
    std::unique_ptr<domain::Users> users_;
    std::unique_ptr<domain::Vaults> vaults_;
};

class SqlStorage final : public domain::Storage {
public:
    SqlStorage(Database& database, Random& random, Changes* changes)
        : database_(database)
        , random_(random)
        , changes_(changes)
        , known_version_(static_cast<std::int64_t>(migrations(database.dialect()).size()))
    {
    }

    Async<std::unique_ptr<domain::UnitOfWork>> begin() override { return open(Access::write); }
    Async<std::unique_ptr<domain::UnitOfWork>> read() override { return open(Access::read); }
    Async<std::unique_ptr<domain::UnitOfWork>> read_within(Duration time) override
    {
        auto transaction = co_await database_.begin(Access::read, time);
        co_return std::make_unique<SqlUnitOfWork>(std::move(transaction), random_, changes_);
    }

    Async<void> probe() override
    {
        auto const rows
            = co_await database_.reads().query(probe_statement, Scope::global(), Values());
        // A newer one is fine: old nodes keep serving while a new one migrates.
        auto const version = rows.front().optional_integer(0).value_or(0);
        if (version < known_version_)
            throw StorageError(
                StorageError::Kind::broken,
                "the schema is at version " + std::to_string(version) + " of "
                    + std::to_string(known_version_)
            );
    }

    Async<bool> probe_second_wall() override
    {
        if (database_.dialect() == Dialect::sqlite)
            co_return false;
        auto const rows = co_await database_.reads().query(open_tables, Scope::global(), Values());
        auto const open = rows.front().optional_text(0);
        if (open)
            throw StorageError(
                StorageError::Kind::broken,
                "row-level security does not bind the server on " + *open
                    + ": its role must be neither owner nor superuser nor BYPASSRLS"
            );
        co_return true;
    }

    Async<Instant> database_time() override
    {
        auto const rows
            = co_await database_.reads().query(time_statement, Scope::global(), Values());
        co_return rows.front().instant(0);
    }

    Async<void> settle_changes() override
    {
        auto const transaction = co_await database_.begin(Access::write);
        co_await transaction->connection().query(nothing, Scope::global(), Values());
        co_await transaction->commit();
    }

    std::string_view driver_name() const override
    {
        return database_.dialect() == Dialect::postgres ? "postgres" : "sqlite";
    }

private:
    Async<std::unique_ptr<domain::UnitOfWork>> open(Access access)
    {
        auto transaction = co_await database_.begin(access);
        co_return std::make_unique<SqlUnitOfWork>(std::move(transaction), random_, changes_);
    }

    Database& database_;
    Random& random_;
    Changes* const changes_; // null where nobody keeps anything
    std::int64_t const known_version_;
};

} // namespace

std::unique_ptr<domain::Storage> make_storage(Database& database, Random& random, Changes& changes)
{
    return std::make_unique<SqlStorage>(database, random, &changes);
}

std::unique_ptr<domain::Storage> make_storage(Database& database, Random& random)
{
    return std::make_unique<SqlStorage>(database, random, nullptr);
}

} // namespace gatehouse::sql
