// The lines of rows.jsonl, read, digested and parsed on a thread of their own while the ones before
// are checked.
#pragma once

#include "crypto/running_digest.h"
#include "sealing/bundle_files.h"
#include "sealing/lines.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::sealing {

class RowReader {
public:
    explicit RowReader(std::unique_ptr<BundleFile> file);
    ~RowReader();
    RowReader(RowReader const&) = delete;
    RowReader& operator=(RowReader const&) = delete;

    // The next ones in order, good until the next call; empty: the end. Throws std::runtime_error
    // where the file could not be read on.
    std::span<RowLine const> next();

    // After the end: what came there was no such line.
    bool ended_badly() const { return ended_badly_; }
    // After the end: of the whole file.
    std::string sha256() { return digest_.hex(); }

private:
    struct Piece {
        std::vector<RowLine> lines; // whose memory is used again
        std::size_t count = 0; // of them
        bool is_last = false;
        bool is_bad = false; // behind these comes a line that is none
        std::exception_ptr failure; // behind these it could not be read on
    };

    void work();
    void fill(Lines& lines, Piece& piece);
    std::unique_ptr<Piece> empty_piece(); // null: nobody wants more

    crypto::RunningSha256 digest_;
    std::unique_ptr<BundleFile> file_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::unique_ptr<Piece>> empty_;
    std::deque<std::unique_ptr<Piece>> filled_;
    bool is_given_up_ = false;
    std::unique_ptr<Piece> in_hand_;
    bool ended_badly_ = false;
    std::jthread thread_; // last: it uses all of the above
};

} // namespace gatehouse::sealing
