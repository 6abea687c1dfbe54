// Files that leave the house: threads that form and pack them, how many leave at a time, and what
// the ledger still has to be told of those that did not leave whole.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "core/workers.h"
#include "domain/ids.h"
#include "domain/ledger.h"
#include "domain/storage.h"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>

namespace gatehouse::domain {

class ExportRecord;

class Exports {
public:
    // In each process, so that neither one person nor one organization keeps the others waiting.
    static constexpr int most_at_once = 8;
    static constexpr int most_of_an_organization = 4;
    static constexpr int most_of_a_person = 2;
    static constexpr int ask_again_seconds = 10;
    static constexpr std::size_t most_owed = 1024;

    // Kept for as long as one file is on its way. Each has one job in the queue at most.
    class Seat {
    public:
        Seat(Exports& exports, OrganizationId organization, UserId user);
        Seat(Seat const&) = delete;
        Seat& operator=(Seat const&) = delete;
        ~Seat();

    private:
        Exports& exports_;
        OrganizationId const organization_;
        UserId const user_;
    };

    Workers& workers() { return workers_; }

    // Throws Overloaded where as many are on their way as may be.
    std::unique_ptr<Seat> take_seat(OrganizationId organization, UserId user);
    int taken() const;

    // DATA_EXPORT_FAILED, for settle(). Beyond the bound it is logged and counted as lost.
    void owe(LedgerEntry failed);
    // Writes what is owed. What cannot be written stays owed, and what may have been written is not
    // written twice. Throws what the storage throws.
    Async<void> settle(Storage& storage);
    // The same where somebody comes by again anyway: what fails is logged, and nothing is lost.
    Async<void> settle_some(Storage& storage);
    std::size_t owed() const;
    // Logs and counts what is still owed as lost: there is nobody left to write it.
    void give_up_what_is_owed();

    // Once nothing is sent any more: whatever is on its way has failed by that.
    void fail_all(std::string_view cause);

private:
    friend ExportRecord;
    void add(ExportRecord& record);
    void remove(ExportRecord& record);

    struct Owed {
        LedgerEntry entry;
        bool may_be_written = false; // tried before, and it was not said to be done
    };
    static Async<bool> is_written(UnitOfWork& work, LedgerEntry const& entry);
    static Async<void> write(Storage& storage, Owed owed);

    mutable std::mutex mutex_;
    int taken_ = 0;
    std::map<OrganizationId, int> by_organization_;
    std::map<UserId, int> by_person_;
    std::set<ExportRecord*> records_;
    std::deque<Owed> owed_;
    bool is_settling_ = false;
    Workers workers_{{.name = "exports", .threads = 1, .queue = 64}};
};

} // namespace gatehouse::domain
