// A pipeline's surroundings without a database: one person, one session, and switches that break
// things.
#pragma once

#include "core/event_loop.h"
#include "crypto/passwords.h"
#include "crypto/seal.h"
#include "domain/directory.h"
#include "domain/exports.h"
#include "domain/kept.h"
#include "domain/ledger.h"
#include "domain/services.h"
#include "domain/session_use.h"
#include "domain/storage.h"
#include "domain/tokens.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

namespace gatehouse::support {

class StillClock final : public Clock {
public:
    Instant now() const override { return Instant::from_milliseconds(at_.load()); }
    void move_by(Duration time) { at_ += time.count(); }

private:
    std::atomic<std::int64_t> at_ = 1'795'331'109'123; // 2026-11-22T07:05:09.123Z
};

// Tokens that are their own meaning: `good` names the one session, `old` has run out.
class PlainTokens final : public domain::Tokens {
public:
    Async<std::shared_ptr<domain::TokenSigner const>> signer(domain::UnitOfWork&) const override
    {
        throw std::logic_error("nobody signs in here");
    }
    Async<domain::Result<domain::VerifiedToken>>
    verify(std::string_view presented, Instant now, domain::UnitOfWork*) const override
    {
        auto reason = domain::Reason::invalid_token;
        if (presented == "old" && now > Instant())
            reason = domain::Reason::token_expired;
        else if (presented == "good" || presented == "old" || presented == "sessionless")
            co_return token_of(presented);
        co_return std::unexpected(domain::because(reason));
    }
    Async<std::string> key_set() const override { co_return R"({"keys":[]})"; }

private:
    static domain::VerifiedToken token_of(std::string_view presented)
    {
        domain::TokenClaims claims;
        claims.subject = domain::UserId("user-1");
        claims.organization_id = domain::OrganizationId("organization-1");
        claims.session_id
            = domain::SessionId(presented == "sessionless" ? "session-2" : "session-1");
        return domain::VerifiedToken(std::move(claims));
    }
};

class OneSession final : public domain::Directory {
public:
    explicit OneSession(Instant now)
    {
        facts_.user.id = domain::UserId("user-1");
        facts_.user.organization_id = domain::OrganizationId("organization-1");
        facts_.user.email = "ann@example.test";
        facts_.session.id = domain::SessionId("session-1");
        facts_.session.organization_id = facts_.user.organization_id;
        facts_.session.user_id = facts_.user.id;
        facts_.session.expires_at = now + std::chrono::hours(1);
        facts_.session.absolute_expires_at = facts_.session.expires_at;
    }
    Async<std::optional<domain::SessionFacts>> session(domain::SessionId session) override
    {
        if (session != facts_.session.id)
            co_return std::nullopt;
        co_return facts_;
    }
    Async<std::vector<domain::Candidate>> live_users(domain::CanonicalAddress, int) override
    {
        nothing();
    }
    Async<bool> address_is_taken(domain::CanonicalAddress, Instant) override { nothing(); }
    Async<bool> address_is_in_use(domain::CanonicalAddress, domain::UserId) override { nothing(); }
    Async<std::optional<domain::Organization>> organization(domain::OrganizationId) override
    {
        nothing();
    }
    Async<std::optional<domain::User>> live_user(domain::UserId) override { nothing(); }
    Async<bool> invitation_exists(domain::InvitationId) override { nothing(); }
    Async<std::vector<domain::Organization>>
    organizations_behind(domain::OrganizationId, std::int64_t) override
    {
        nothing();
    }
    Async<std::vector<domain::User>>
    people_behind(std::optional<domain::OrganizationId>, domain::UserId, std::int64_t) override
    {
        nothing();
    }
    Async<std::optional<domain::Resource>> resource(domain::ResourceId) override { nothing(); }
    Async<std::optional<domain::Assignment>> assignment(domain::AssignmentId) override
    {
        nothing();
    }
    Async<std::optional<domain::OrganizationId>> home_of(domain::CustomRoleId) override
    {
        nothing();
    }
    Async<std::optional<domain::Subject>> subject(domain::UserId) override { nothing(); }
    Async<std::optional<domain::RefreshToken>> refresh_token(domain::TokenDigest) override
    {
        nothing();
    }
    Async<std::optional<domain::Refreshing>> refreshing(domain::TokenDigest) override { nothing(); }
    Async<std::optional<domain::Invitation>> invitation(domain::TokenDigest) override { nothing(); }
    Async<std::optional<domain::OneTimeToken>> one_time_token(domain::TokenDigest) override
    {
        nothing();
    }
    Async<std::int64_t> purge_unproven(domain::CanonicalAddress, Instant) override { nothing(); }
    Async<std::optional<ResetMirror>> reset_mirror(std::string) override { nothing(); }

private:
    [[noreturn]] static void nothing() { throw std::logic_error("not in this world"); }
    domain::SessionFacts facts_;
};

// Counts the refusals that known callers were dealt.
class DenialCount final : public domain::Ledger {
public:
    explicit DenialCount(std::atomic<int>& committed)
        : committed_(committed)
    {
    }
    Async<std::int64_t> append(domain::LedgerEntry entry) override
    {
        co_await record(std::move(entry));
        co_return appended_;
    }
    Async<void> record(domain::LedgerEntry entry) override
    {
        if (entry.event != domain::Event::permission_denied)
            throw std::logic_error("not in this world");
        ++appended_;
        co_return;
    }
    void commit() { committed_ += appended_; }

private:
    std::atomic<int>& committed_;
    int appended_ = 0;
};

class OneSessionWork final : public domain::UnitOfWork {
public:
    OneSessionWork(Instant now, std::atomic<int>& denials)
        : directory_(now)
        , ledger_(denials)
    {
    }
    domain::Directory& directory() override { return directory_; }
    domain::Assignments& assignments() override { nothing(); }
    domain::Attempts& attempts() override { nothing(); }
    domain::AuditKeys& audit_keys() override { nothing(); }
    domain::AuditLog& audit_log() override { nothing(); }
    domain::CapturedMails& captured_mails() override { nothing(); }
    domain::CustomRoles& custom_roles() override { nothing(); }
    domain::Evidence& evidence() override { nothing(); }
    domain::Invitations& invitations() override { nothing(); }
    domain::Ledger& ledger() override { return ledger_; }
    domain::Members& members() override { nothing(); }
    domain::OneTimeTokens& one_time_tokens() override { nothing(); }
    domain::Organizations& organizations() override { nothing(); }
    domain::OutboxStore& outbox() override { nothing(); }
    domain::PersonalData& personal_data() override { nothing(); }
    domain::Pictures& pictures() override { nothing(); }
    domain::RateCounters& rate_counters() override { nothing(); }
    domain::RefreshTokens& refresh_tokens() override { nothing(); }
    domain::Reports& reports() override { nothing(); }
    domain::ResetRequests& reset_requests() override { nothing(); }
    domain::Resources& resources() override { nothing(); }
    domain::RiskDecisions& risk_decisions() override { nothing(); }
    domain::SealedLedger& sealed_ledger() override { nothing(); }
    domain::Seals& seals() override { nothing(); }
    domain::SecondFactors& second_factors() override { nothing(); }
    domain::SecurityRulesStore& security_rules() override { nothing(); }
    domain::SessionHistory& session_history() override { nothing(); }
    domain::SessionList& session_list() override { nothing(); }
    domain::Sessions& sessions() override { nothing(); }
    domain::SigningKeys& signing_keys() override { nothing(); }
    domain::StepUpChallenges& step_up_challenges() override { nothing(); }
    domain::Users& users() override { nothing(); }
    domain::Vaults& vaults() override { nothing(); }
    Async<void> commit() override
    {
        ledger_.commit();
        co_return;
    }

private:
    [[noreturn]] static void nothing() { throw std::logic_error("not in this world"); }
    OneSession directory_;
    DenialCount ledger_;
};

class OneSessionStorage final : public domain::Storage {
public:
    explicit OneSessionStorage(Clock const& clock)
        : clock_(clock)
    {
    }
    std::atomic<bool> is_gone = false; // every unit of work fails to begin
    std::atomic<int> denials = 0; // PERMISSION_DENIED rows that were committed

    Async<std::unique_ptr<domain::UnitOfWork>> begin() override { return read(); }
    Async<std::unique_ptr<domain::UnitOfWork>> read() override
    {
        if (is_gone)
            throw std::runtime_error("connection to database db.internal:5432 lost");
        std::unique_ptr<domain::UnitOfWork> work
            = std::make_unique<OneSessionWork>(clock_.now(), denials);
        co_return work;
    }
    Async<std::unique_ptr<domain::UnitOfWork>> read_within(Duration) override { return read(); }
    Async<void> probe() override
    {
        if (is_gone)
            throw std::runtime_error("connection to database db.internal:5432 lost");
        co_return;
    }
    Async<bool> probe_second_wall() override { co_return false; }
    Async<Instant> database_time() override { co_return clock_.now(); }
    Async<void> settle_changes() override { co_return; }
    std::string_view driver_name() const override { return "none"; }

private:
    Clock const& clock_;
};

// All of it together. Change `settings` before a server is built on it.
struct HttpWorld {
    HttpWorld()
    {
        settings.environment = domain::Environment::production;
        settings.public_url = "http://gatehouse.test";
    }

    StillClock clock;
    SystemRandom random;
    OneSessionStorage storage{clock};
    domain::Kept kept; // nothing: its changes follow nobody
    domain::SessionUses uses;
    crypto::PasswordHasher passwords{{.policy = {}, .threads = 1, .queue = 1}, random};
    Workers workers{{.name = "tests"}};
    domain::Exports exports;
    crypto::KeyEncryptionKey key = crypto::KeyEncryptionKey::mint(random);
    PlainTokens tokens;
    domain::Settings settings;
    domain::NoPlaces places;
    domain::RiskScores risk_scores = domain::RiskScores(kept.changes);
    policy::PolicyHolder policies{policy::Policy::shipped()};
    std::vector<domain::ControlState> controls;
    domain::Services services{
        .clock = clock,
        .random = random,
        .storage = storage,
        .kept = kept,
        .uses = uses,
        .passwords = passwords,
        .workers = workers,
        .exports = exports,
        .key_encryption_key = key,
        .tokens = tokens,
        .settings = settings,
        .policies = policies,
        .places = places,
        .risk_scores = risk_scores,
        .code_mail = [](domain::CodeMail const&) { return SecretString(); },
        .sign_in_mail = [](domain::SignInMail const&) { return SecretString(); },
        .mail_waits = [] {},
        .controls = [this]() -> Async<std::vector<domain::ControlState>> { return said(controls); },
        .afterwards =
            [](std::string_view, Async<void>) {
            }
    };

private:
    static Async<std::vector<domain::ControlState>> said(std::vector<domain::ControlState> states)
    {
        co_return states;
    }
};

} // namespace gatehouse::support
