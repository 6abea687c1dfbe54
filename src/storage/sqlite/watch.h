// Whether somebody else has written to the file: PRAGMA data_version, read before each use of what
// is kept in memory (spec/database §1).
#pragma once

#include "core/changes.h"
#include "storage/sqlite/handle.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace gatehouse::sqlite {

// A connection's data_version moves with every commit of every other connection, the server's own
// writer included. So two are compared: the watch's moves with each commit, the writer's only with
// those of others. After each of its commits the writer says how far the watch's move is its own
// doing; what is not explained makes everything be read again.
class Watch final : public ChangeSource {
public:
    // `foreign` is called when others have written, before that is explained; `unexplained` when
    // nobody has explained a move for a while: then a commit of the writer must be brought about.
    Watch(std::string const& path, std::function<void()> foreign);
    void when_unexplained(std::function<void()> ask); // before the first request

    bool is_current() noexcept override;

    // On the writer's thread, after its commit, with its own connection.
    void explain(Handle& writer) noexcept;
    // The writer opens another connection, whose versions say nothing about the time before.
    void forget_writer() noexcept;

private:
    using Clock = std::chrono::steady_clock;

    std::int64_t version();
    void look_for_an_explanation();

    std::function<void()> const foreign_;
    std::function<void()> ask_;
    std::mutex mutex_; // of all below
    Handle handle_;
    std::optional<std::int64_t> explained_;
    std::optional<std::int64_t> writer_version_;
    std::optional<Clock::time_point> unexplained_since_;
};

} // namespace gatehouse::sqlite
