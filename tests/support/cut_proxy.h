// A wire to PostgreSQL that can be cut at COMMIT: what a client cannot tell apart is made on
// purpose.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::testing {

enum class Cut {
    nothing,
    before_commit, // COMMIT does not arrive; the connection closes
    after_commit, // COMMIT arrives and is done; its answer does not come back, the connection
                  // closes
    silence, // COMMIT does not arrive, and nothing says so
    warning, // COMMIT is done, with the warning of a cancelled wait for synchronous replication
};

class CutProxy {
public:
    explicit CutProxy(std::string server_url);
    ~CutProxy();
    CutProxy(CutProxy const&) = delete;
    CutProxy& operator=(CutProxy const&) = delete;

    std::string const& url() const { return url_; } // the same database, through this wire

    // For the next COMMIT that comes by.
    void arm(Cut cut) { cut_ = cut; }
    bool has_struck() const { return cut_ == Cut::nothing; }

private:
    struct Wire {
        int client;
        int server;
        bool warn = false;
        bool swallow = false;
        bool silent = false;
    };

    void work();
    bool pass_to_server(Wire& wire);
    bool pass_to_client(Wire& wire);
    void accept();

    std::string host_;
    std::string port_;
    std::string url_;
    int listener_ = -1;
    std::atomic<Cut> cut_ = Cut::nothing;
    std::atomic<bool> stop_ = false;
    std::vector<Wire> wires_;
    std::thread thread_;
};

} // namespace gatehouse::testing
