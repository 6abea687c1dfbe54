// Randomness from the kernel.
#include "core/random.h"

#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace gatehouse {

std::string Random::bytes(std::size_t count)
{
    std::string made(count, '\0');
    fill({reinterpret_cast<std::uint8_t*>(made.data()), made.size()});
    return made;
}

void SystemRandom::fill(std::span<std::uint8_t> into)
{
    while (!into.empty()) {
        auto const count = ::getrandom(into.data(), into.size(), 0);
        if (count < 0 && errno != EINTR)
            throw std::system_error(
                errno, std::generic_category(), "the kernel gives no randomness"
            );
        if (count > 0)
            into = into.subspan(static_cast<std::size_t>(count));
    }
}

} // namespace gatehouse
