// What an export leaves in the ledger: that it began, before its first byte, and how it ended.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/exports.h"
#include "domain/ledger.h"
#include "domain/request_facts.h"
#include "domain/services.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

struct ExportedFile { // that was sent whole
    std::string name;
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::string sha256;
};

// Lives as long as the answer. Whatever ends it before complete() was committed, also the client
// who went away or the end of the server, leaves DATA_EXPORT_FAILED: as soon as the database takes
// it. It has a seat among the exports of the process.
class ExportRecord {
public:
    // DATA_EXPORT_STARTED is committed, with `what` in its details: without it not a byte leaves.
    // Throws Overloaded where too many are on their way, and then nothing is written.
    static Async<std::unique_ptr<ExportRecord>>
    begin(Services& services, RequestFacts facts, Caller const& caller, Facts what);

    ExportRecord(Services& services, std::unique_ptr<Exports::Seat> seat, LedgerEntry like);
    ExportRecord(ExportRecord const&) = delete;
    ExportRecord& operator=(ExportRecord const&) = delete;
    ~ExportRecord();

    std::string const& id() const { return *like_.resource_id; }

    // Whose turn it is: who ends it is to blame.
    void is_made() { cause_ = "it could not be made"; }
    void is_sent() { cause_ = "the client went away"; }
    void has_sent(std::int64_t bytes) { bytes_ += bytes; }

    // It is over: DATA_EXPORT_FAILED is owed, unless it is complete or has failed before.
    void fail(std::string_view cause);

    // DATA_EXPORT_COMPLETED; the end of the file may leave after it alone.
    Async<void> complete(std::vector<ExportedFile> files);

private:
    Services& services_;
    std::unique_ptr<Exports::Seat> const seat_;
    LedgerEntry like_; // every row of this export
    std::string cause_ = "it could not be made";
    std::int64_t bytes_ = 0;
    bool is_over_ = false;
};

} // namespace gatehouse::domain
