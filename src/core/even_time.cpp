// Waiting for the end of a step of time.
#include "core/even_time.h"

#include "core/event_loop.h"

namespace gatehouse {

Async<void>
wait_for_step(std::chrono::steady_clock::time_point began, std::chrono::milliseconds step)
{
    using std::chrono::ceil;
    using std::chrono::milliseconds;
    auto const spent = std::chrono::steady_clock::now() - began;
    auto const steps = spent / step + 1;
    auto const left = ceil<milliseconds>(steps * step - spent);
    co_await EventLoop::current()->sleep(left);
}

} // namespace gatehouse
