// The whole house in-process, without sockets: every endpoint over a real database, asked through
// the pipeline.
#pragma once

#include "core/async.h"
#include "core/event_loop.h"
#include "core/random.h"
#include "core/time.h"
#include "core/workers.h"
#include "crypto/passwords.h"
#include "crypto/seal.h"
#include "domain/exports.h"
#include "domain/kept.h"
#include "domain/services.h"
#include "domain/session_use.h"
#include "domain/settings.h"
#include "domain/storage.h"
#include "features/signing_keys/key_keeper.h"
#include "features/signing_keys/token_service.h"
#include "http/pipeline.h"
#include "policy/holder.h"
#include "protocols/mail_text/mail_order.h"
#include "storage/sql/engine.h"
#include "support/calls.h"
#include "support/faults.h"
#include "support/test_database.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::testing {

// Begins at 2026-11-22T07:05:09.123Z and stands until it is moved.
class SettableClock final : public Clock {
public:
    Instant now() const override { return Instant::from_milliseconds(at_.load()); }
    void move_by(Duration time) { at_ += time.count(); }

private:
    std::atomic<std::int64_t> at_ = 1'795'331'109'123;
};

struct Person {
    std::string id;
    std::string organization_id;
    std::string email;
    std::string password;
};

struct ReadMail {
    mail_text::MailKind kind;
    std::string recipient;
    std::vector<std::string> tokens; // of its links
    std::vector<std::string> organizations; // beside them
    std::string code; // in the place of links
};

// Counts what the hashing threads do.
class CountingEngine;

class ServiceWorld {
public:
    struct Options {
        // Patient: a slow machine is no overload.
        sql::EngineOptions engine = {.waiting_time = 60s, .unit_time = 60s};
        std::size_t hash_queue = 4096;
        http::CeilingSettings ceilings = unbounded(); // per client address
        static http::CeilingSettings unbounded();
    };

    explicit ServiceWorld(sql::Dialect dialect);
    ServiceWorld(sql::Dialect dialect, Options options);
    ~ServiceWorld();
    ServiceWorld(ServiceWorld const&) = delete;
    ServiceWorld& operator=(ServiceWorld const&) = delete;

    SettableClock clock;
    SystemRandom random;
    domain::Settings settings; // may be changed between calls
    domain::NoPlaces const places;
    policy::PolicyHolder policies{policy::Policy::shipped()};
    crypto::KeyEncryptionKey const key;
    domain::Kept kept; // nothing, until a test lets its changes follow a source
    domain::RiskScores risk_scores = domain::RiskScores(kept.changes);
    domain::SessionUses uses;

    Answer call(Call what);
    // All at once, each on one of several threads with event loops of their own.
    std::vector<Answer> in_parallel(std::vector<Call> calls);
    std::vector<Answer> in_parallel(Call const& what, std::size_t times);
    template <class T> T run(Async<T> work) { return wait_for(loop_, std::move(work)); }
    void run(Async<void> work) { wait_for(loop_, std::move(work)); }

    // What requests left for after their answer. `run` gives back what failed in it.
    std::size_t waiting_afterwards() const;
    std::vector<std::string> run_afterwards();
    void forget_afterwards();

    // SQL from outside, at once.
    TestDatabase& outside() { return *store_; }
    std::int64_t count(std::string const& from_where, sql::Values values = {});
    std::string
    text(std::string const& select, sql::Values values = {}); // first cell; "" for NULL or none
    // The ledger since the beginning, oldest first: `LOGIN_SUCCESS 200 success`.
    std::vector<std::string> events(std::string const& where = "true", sql::Values values = {});

    // An administrator's person, written by SQL: active, verified, with a password of ours.
    Person add_person(std::string email, std::string organization = {});
    void add_organization(std::string const& id);
    void forget_people() { people_ = 0; } // after the tables were emptied: ids begin anew
    // Registered over HTTP, the mailbox not yet proven.
    Person registered(std::string email);
    // The answer of a sign-in that must succeed.
    Answer signed_in(Person const& person);

    // What waits in the outbox for this address, oldest first.
    std::vector<ReadMail> mails(std::string const& address);

    Faults& faults() { return *faults_; }
    std::size_t hashes() const; // jobs that the hashing threads took
    domain::Services& services() { return services_; }
    domain::Storage& storage() { return *storage_; }
    http::Pipeline& pipeline() { return *pipeline_; }
    domain::Tokens const& tokens() const { return *tokens_; }
    signing_keys::KeyKeeper& keys() { return *keys_; }
    // As at a start: one is made where there is none.
    void take_up_keys();
    // A session-bound token that says this, signed by the key of the house.
    std::string signed_token(domain::TokenClaims claims);
    static std::string const& usual_password();
    std::string const& usual_hash() const { return usual_hash_; } // of the usual password, cost 4

private:
    Async<void> answer_into(Call what, Answer& into);

    EventLoop loop_;
    std::vector<std::unique_ptr<EventLoop>>
        loops_; // of in_parallel(); they outlive who posts to them
    std::unique_ptr<TestDatabase> store_;
    std::shared_ptr<Faults> faults_;
    std::unique_ptr<sql::Database> database_;
    std::unique_ptr<domain::Storage> storage_;
    std::shared_ptr<std::atomic<std::size_t>> hashes_;
    std::unique_ptr<crypto::PasswordHasher> passwords_;
    Workers workers_{{.name = "tests", .queue = 1000}};
    domain::Exports exports_;
    std::unique_ptr<signing_keys::KeyKeeper> keys_;
    std::unique_ptr<signing_keys::TokenService> tokens_;
    std::string usual_hash_;
    std::atomic<int> people_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, Async<void>>> afterwards_;
    domain::Services services_;
    std::unique_ptr<http::Pipeline> pipeline_;
};

} // namespace gatehouse::testing
