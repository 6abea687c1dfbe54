// Where coroutine frames live: a short list of free ones for each thread and size.
#include "core/async.h"

#include <array>
#include <new>

namespace gatehouse::detail {

namespace {
constexpr std::size_t step = 64; // bytes; sizes are rounded up to it
constexpr std::size_t largest = 4096;
constexpr int kept_each = 32;

// A sanitizer must see every frame die: there each comes from the heap.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool keeps_frames = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool keeps_frames = false;
#else
constexpr bool keeps_frames = true;
#endif
#else
constexpr bool keeps_frames = true;
#endif

struct Free {
    Free* next;
};

struct List {
    Free* first = nullptr;
    int length = 0;
};

// Without a destructor, which would cost a check at each use: a thread that ends leaves what it
// kept to the process, and event loops end with it.
constinit thread_local std::array<List, largest / step + 1> lists{};

std::size_t rank_of(std::size_t size)
{
    return (size + step - 1) / step;
}
} // namespace

void* allocate_frame(std::size_t size)
{
    if (!keeps_frames || size > largest)
        return ::operator new(size);
    auto& list = lists[rank_of(size)];
    if (!list.first)
        return ::operator new(rank_of(size) * step);
    auto* const frame = list.first;
    list.first = frame->next;
    --list.length;
    return frame;
}

void free_frame(void* frame, std::size_t size) noexcept
{
    if (!keeps_frames || size > largest)
        return ::operator delete(frame);
    auto& list = lists[rank_of(size)];
    if (list.length == kept_each)
        return ::operator delete(frame);
    list.first = ::new (frame) Free{list.first};
    ++list.length;
}

} // namespace gatehouse::detail
