// The server put together: the only place that constructs clocks, drivers, transports and keys.
#pragma once

#include "app/background.h"
#include "app/config.h"
#include "app/database.h"
#include "app/ledger_parts.h"
#include "app/places.h"
#include "app/self_checks.h"
#include "core/random.h"
#include "core/time.h"
#include "core/workers.h"
#include "crypto/passwords.h"
#include "crypto/seal.h"
#include "domain/exports.h"
#include "domain/kept.h"
#include "domain/services.h"
#include "domain/session_use.h"
#include "features/signing_keys/key_keeper.h"
#include "features/signing_keys/token_service.h"
#include "http/server.h"
#include "outbound/outbox_sender.h"
#include "policy/holder.h"
#include "storage/sql/connection.h"

#include <memory>
#include <thread>

namespace gatehouse::app {

// Members are destroyed in reverse: what others use stands above them.
class House {
public:
    // The schema must be current. Throws BadConfiguration, and what the parts throw.
    explicit House(Configuration configuration);
    ~House();

    void serve(); // returns after stop()
    void stop(); // from any thread
    // Takes the policy from its files anew; a bad one is logged and counted, and the old one stays.
    void read_policy_again();

    http::Server const& server() const { return *server_; }
    domain::Services& services() { return services_; }
    Configuration const& configuration() const { return configuration_; }

private:
    void begin_background_work();
    void settle_changes();
    void end_exports();
    domain::Places const& places() const;
    void add_controls(); // app/controls.cpp
    void add_database_controls();
    void add_open_controls();
    std::string limiter_trouble() const;
    std::string retention_trouble() const;

    Configuration configuration_;
    SystemClock clock_;
    SystemRandom random_;
    policy::PolicyHolder policies_;
    crypto::KeyEncryptionKey key_;
    domain::Kept kept_;
    domain::SessionUses uses_;
    HearingDatabase database_;
    std::unique_ptr<domain::Storage> storage_;
    crypto::PasswordHasher passwords_;
    Workers workers_;
    domain::Exports exports_;
    signing_keys::KeyKeeper keys_;
    signing_keys::TokenService tokens_;
    domain::NoPlaces nowhere_;
    std::unique_ptr<LivePlaces> places_; // null: no file is configured
    domain::RiskScores risk_scores_{kept_.changes};
    outbound::OutboxSender sender_;
    LedgerParts ledger_;
    SelfChecks checks_;
    domain::Services services_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<http::Server> capture_server_; // with `capture:PORT`
    std::unique_ptr<Background> background_;
};

} // namespace gatehouse::app
