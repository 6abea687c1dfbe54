// Comparing two connections' data_version.
#include "storage/sqlite/watch.h"

#include "core/log.h"
#include "core/metrics.h"

#include <atomic>
#include <cstring>
#include <utility>

namespace gatehouse::sqlite {
namespace {

constexpr sql::Statement read_version("PRAGMA data_version");
constexpr std::chrono::milliseconds patience{10}; // for the writer to explain its own commit

std::int64_t version_of(Handle& handle)
{
    auto const until = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
    return handle.run(read_version, sql::Values(), until).front().integer(0);
}

} // namespace

Watch::Watch(std::string const& path, std::function<void()> foreign)
    : foreign_(std::move(foreign))
    , handle_(path, Mode::read_only)
    , index_(handle_.wal_index())
{
}

// Both copies of the header, in the order that finds out whoever is writing them (the second
// first): then they differ.
std::optional<Watch::Head> Watch::head() const noexcept
{
    if (!index_)
        return std::nullopt;
    using Word = std::uint64_t; // the index lies at the beginning of a page
    auto const* const words = reinterpret_cast<Word const volatile*>(index_);
    Head seen;
    for (std::size_t at = 0; at < seen.size(); at += sizeof(Word)) {
        if (at == seen.size() / 2)
            std::atomic_thread_fence(std::memory_order_seq_cst);
        Word const held = words[at / sizeof(Word)];
        std::memcpy(seen.data() + at, &held, sizeof held);
    }
    bool const is_whole
        = std::memcmp(seen.data(), seen.data() + seen.size() / 2, seen.size() / 2) == 0;
    return is_whole ? std::optional(seen) : std::nullopt;
}

bool Watch::is_as_explained() const noexcept
{
    return explained_head_ && head() == explained_head_;
}

void Watch::when_unexplained(std::function<void()> ask)
{
    ask_ = std::move(ask);
}

bool Watch::is_current() noexcept
{
    try {
        std::scoped_lock const lock(mutex_);
        if (is_as_explained())
            return true;
        auto const before = head();
        auto const now = version_of(handle_);
        if (explained_ == now) {
            unexplained_since_.reset();
            explained_head_ = head() == before ? before : std::nullopt;
            return true;
        }
        look_for_an_explanation();
    } catch (std::exception const& failure) {
        metrics::count("gatehouse_change_feed_lost_total");
        log::Line(log::Level::error, "sqlite.watch_failed")
            .with("cause", failure.what())
            .with("consequence", "the database is asked on every request");
    }
    return false;
}

void Watch::look_for_an_explanation()
{
    auto const now = Clock::now();
    if (!unexplained_since_)
        unexplained_since_ = now;
    if (now - *unexplained_since_ < patience || !ask_)
        return;
    unexplained_since_ = now; // asked at most once in that time
    ask_();
}

// First the watch's version, then the writer's: a commit of others before the first reading shows
// in the second, one after it leaves the watch's version unexplained.
void Watch::explain(Handle& writer) noexcept
{
    try {
        std::scoped_lock const lock(mutex_);
        auto const seen = version_of(handle_);
        auto const of_writer = version_of(writer);
        if (writer_version_ != of_writer) {
            foreign_();
            writer_version_ = of_writer;
        }
        explained_ = seen;
        explained_head_.reset(); // taken with the next look
    } catch (std::exception const& failure) {
        metrics::count("gatehouse_change_feed_lost_total");
        log::Line(log::Level::error, "sqlite.watch_failed").with("cause", failure.what());
    }
}

void Watch::forget_writer() noexcept
{
    std::scoped_lock const lock(mutex_);
    writer_version_.reset();
    explained_.reset();
    explained_head_.reset();
}

} // namespace gatehouse::sqlite
