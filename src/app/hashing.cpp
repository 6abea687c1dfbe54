// From settings to the options of the hashing threads.
#include "app/hashing.h"

namespace gatehouse::app {

crypto::PasswordHasherOptions hasher_options(Configuration const& configuration)
{
    return {
        .policy = configuration.password_hash,
        .threads = static_cast<std::size_t>(configuration.hash_threads),
        .queue = static_cast<std::size_t>(configuration.hash_queue),
        .libxcrypt_only = configuration.libxcrypt_only
    };
}

} // namespace gatehouse::app
