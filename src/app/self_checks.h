// The controls test themselves: a write that is rolled back, a query, the mail transport's state.
#pragma once

#include "core/async.h"
#include "core/changes.h"
#include "core/time.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "outbound/outbox_sender.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace gatehouse::app {

// Behaviours §11: the canaries write an attempt without id and a ledger row with every optional
// field absent, ask the lockout window with bound times, and roll all of it back.
class SelfChecks {
public:
    // `feed` tells of changes by others; null where none is listened to.
    // `read_keys` throws where a signing key cannot be read or does not open.
    SelfChecks(
        domain::Storage& storage,
        Clock const& clock,
        outbound::OutboxSender const& sender,
        ChangeSource* feed,
        std::function<Async<void>()> read_keys,
        Duration history_may_take
    );

    // Asks `trouble` too, from the next round on; empty: it works. One that may fail open.
    void watch(std::string name, std::function<std::string()> trouble);

    // Runs every check once. A control that changes its state is logged, counted, shown, and leaves
    // CONTROL_DEGRADED or CONTROL_RECOVERED in the ledger.
    Async<void> run();

    // What is known now, with the database asked again: for /ready.
    Async<std::vector<domain::ControlState>> states();

private:
    struct Found {
        std::string name;
        std::string failure; // empty: it works
    };
    bool has_second_wall() const;
    Async<std::string> probe_database();
    Async<std::string> probe_attempts();
    Async<std::string> probe_ledger();
    Async<void> note(std::string name, std::string failure);
    Async<void> record(std::string name, bool works);

    domain::Storage& storage_;
    Clock const& clock_;
    outbound::OutboxSender const& sender_;
    ChangeSource* const feed_;
    std::function<Async<void>()> read_keys_;
    Duration const history_may_take_;
    struct Watched {
        std::string name;
        std::function<std::string()> trouble;
    };
    std::vector<Watched> watched_; // complete before the first round
    std::mutex mutex_;
    std::map<std::string, std::string> failures_; // by control; absent: it works
};

} // namespace gatehouse::app
