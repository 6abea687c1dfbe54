// The controls test themselves: each by a canary every minute, and by what it knows of itself.
#pragma once

#include "app/background.h"
#include "app/control_news.h"
#include "core/async.h"
#include "core/time.h"
#include "domain/services.h"
#include "domain/storage.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace gatehouse::app {

// Behaviours §11, decisions/0026. A control that changes its state is logged, counted, shown, and
// leaves CONTROL_DEGRADED or CONTROL_RECOVERED in the ledger: once, whichever nodes see it, and
// later where the ledger cannot be written now.
class SelfChecks {
public:
    struct Control {
        std::string name;
        bool needed; // a broken one makes /ready answer 503
    };
    using Canary = std::function<Async<void>()>; // throws what is wrong; leaves nothing behind
    using Look = std::function<std::string()>; // what is known, at once and from any thread

    struct Limits {
        Duration may_take = 5s; // a canary; then its control is broken
        Duration may_be_old
            = 140s; // what the last round found: two of them, and what canaries take
    };

    SelfChecks(domain::Storage& storage, Clock const& clock, Limits limits);
    ~SelfChecks();

    // Before begin(). Looks are asked every few seconds, canaries every round.
    void add(Control control, Canary canary, Look look = {});
    void watch(Control control, Look look);

    // A round at once and then every so often.
    void begin(Background& background, std::chrono::seconds every);
    Async<void> run(); // one round
    Async<void> look_around();

    // What is known now, with the database and the looks asked again: for /ready. A control with a
    // canary is broken where rounds end no more.
    Async<std::vector<domain::ControlState>> states();

private:
    struct Running;
    struct Known;

    Known& find_or_add(Control control);
    void send_out(Known& known);
    Async<bool> settled(std::shared_ptr<Running> running);
    Async<void> go_round();
    void end_round();
    bool ends() const;
    void note(Known& known, std::string failure);
    Async<void> tell();

    domain::Storage& storage_;
    Clock const& clock_;
    Limits const limits_;
    Background* background_ = nullptr;
    std::atomic<std::chrono::steady_clock::time_point> last_round_
        = std::chrono::steady_clock::now();
    std::vector<std::unique_ptr<Known>> known_; // complete before the first round
    std::mutex mutex_; // of what is known of each
    ControlNews news_; // of the one loop that rounds run on
    bool is_running_ = false; // there, too
};

} // namespace gatehouse::app
