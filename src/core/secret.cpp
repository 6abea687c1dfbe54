// Wiping memory.
#include "core/secret.h"

#include <cstring>

namespace gatehouse {

void wipe(void* memory, std::size_t size) noexcept
{
    if (memory && size)
        explicit_bzero(memory, size);
}

} // namespace gatehouse
