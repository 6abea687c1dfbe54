// Hears of every change that any node, or anybody with SQL, commits (spec/database §6): a
// connection of its own that listens, and proves once in a while that it still hears.
#pragma once

#include "core/changes.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <libpq-fe.h>

namespace gatehouse::postgres {

struct FeedOptions {
    // A heartbeat goes through the channel this often, and whoever has not heard one that was sent
    // less than `trusted` ago asks the database again. Less than the 3 s of spec/database §6, so
    // that a connection which is silently cut lets no revoked session in for longer than 1 s.
    std::chrono::milliseconds heartbeat{300};
    std::chrono::milliseconds trusted{950};
    std::chrono::milliseconds pause{200}; // between tries to connect
};

class Feed final : public ChangeSource {
public:
    using Told = std::function<void(std::string_view message)>;

    // `told` is called with what triggers say, `lost` before anything is heard again after a time
    // of hearing nothing; both on the feed's own thread.
    Feed(
        std::string url,
        std::string role,
        Told told,
        std::function<void()> lost,
        FeedOptions options
    );
    ~Feed() override;
    Feed(Feed const&) = delete;
    Feed& operator=(Feed const&) = delete;

    bool is_current() noexcept override;

private:
    // Goes on while the machine sleeps, as the world does: what was heard before counts no longer.
    struct Clock {
        using duration = std::chrono::nanoseconds;
        using rep = duration::rep;
        using period = duration::period;
        using time_point = std::chrono::time_point<Clock>;
        static constexpr bool is_steady = true;
        static time_point now() noexcept;
    };
    struct Finisher {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };

    void work();
    void listen_until_lost();
    void connect();
    void run(std::string const& sql);
    void send_heartbeat();
    void take_what_came();
    void take(std::string_view message);
    void distrust() noexcept { trusted_until_ = 0; }

    std::string const url_;
    std::string const role_;
    Told const told_;
    std::function<void()> const lost_;
    FeedOptions const options_;

    std::unique_ptr<PGconn, Finisher> connection_; // of the thread alone
    std::string name_; // of the server's end of it: tells its heartbeats from those of other nodes
    std::uint64_t beats_ = 0;
    Clock::time_point beat_sent_{};
    bool beat_is_out_ = false;
    bool heard_ = false; // since the connection was made

    std::atomic<Clock::rep> trusted_until_ = 0;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::atomic<bool> ends_ = false;
    std::thread thread_;
};

} // namespace gatehouse::postgres
