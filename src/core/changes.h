// Which of the things that were read from a shared store have changed since: what makes it safe to
// keep them in memory.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace gatehouse {

// Hears of what others change in the store.
class ChangeSource {
public:
    virtual ~ChangeSource() = default;
    // Whether every change by others that was committed a bounded time ago (the source says how
    // long) has been noted. Asked before each use of something kept; from any thread, never waits.
    virtual bool is_current() noexcept = 0;
};

// Safe to use from every thread. Noting and asking cost a few atomic operations and no memory: each
// thing has one of many slots, which says when anything in it changed last. Two things that share a
// slot make each other be read again, no more.
class Changes {
public:
    struct Thing {
        char kind; // tells ids of different kinds apart
        std::string_view id;
    };
    using Moment = std::uint64_t; // in the order of changes, not of time
    using Slot = std::uint16_t; // of a thing: what may be kept in place of its id
    static Slot slot_of(Thing thing) noexcept;

    Changes();
    Changes(Changes const&) = delete;
    Changes& operator=(Changes const&) = delete;

    // Until a source is followed, and while it is not current, nothing may be kept. Before the
    // first request; the source must outlive every use.
    void follow(ChangeSource& source);

    // Whether somebody tells of changes at all; where nobody does, nothing can be kept by them.
    bool has_source() const noexcept { return source_.load() != nullptr; }

    // Taken before a read: what is read after it contains every change noted before it. Nothing
    // when what is read must not be kept.
    std::optional<Moment> moment() const noexcept;

    // Asked once before each use of what is kept.
    bool is_current() const noexcept;
    // Whether the thing is still what was read after that moment.
    bool stands(Moment read_after, Slot slot) const noexcept;
    bool stands(Moment read_after, Thing thing) const noexcept
    {
        return stands(read_after, slot_of(thing));
    }

    // Whoever changes the store notes it after the commit and before anybody is told of it, also
    // where nobody knows how the commit ended.
    void note(Thing thing) noexcept;
    void note_all() noexcept;

    // For tests that compare what was noted with what the store saw; before the first request.
    void watch(std::function<void(Thing)> watcher);

private:
    static constexpr std::size_t slots = 1U << 16U;

    std::atomic<ChangeSource*> source_ = nullptr;
    std::atomic<Moment> latest_ = 1;
    std::atomic<Moment> everything_ = 0; // when all of it changed last
    std::unique_ptr<std::array<std::atomic<Moment>, slots>> changed_;
    std::function<void(Thing)> watcher_;
};

} // namespace gatehouse
