// Whether somebody else has written to the file: PRAGMA data_version, read before each use of what
// is kept in memory (spec/database §1).
#pragma once

#include "core/changes.h"
#include "storage/sqlite/handle.h"

#include <array>
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
// doing; what is not explained makes everything be read again. The pragma is asked where the number
// of commits in shared memory has moved since: what SQLite itself looks at first, without its
// locks.
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

    using Head = std::array<unsigned char, wal_index_head>;

    std::optional<Head> head() const noexcept;
    bool is_as_explained() const noexcept;
    void look_for_an_explanation();

    std::function<void()> const foreign_;
    std::function<void()> ask_;
    std::mutex mutex_; // of all below
    Handle handle_;
    unsigned char const volatile* index_ = nullptr; // null: only the pragma tells
    std::optional<std::int64_t> explained_;
    std::optional<Head> explained_head_; // while it is this, the version is the explained one
    std::optional<std::int64_t> writer_version_;
    std::optional<Clock::time_point> unexplained_since_;
};

} // namespace gatehouse::sqlite
