// Foreign hashes, recognised by their form.
#include "crypto/foreign_password.h"

#include "crypto/argon2.h"

namespace gatehouse::crypto {

std::optional<bool> verify_foreign(std::string_view password, std::string const& hash)
{
    if (is_argon2(hash))
        return verify_argon2(password, hash);
    return std::nullopt;
}

} // namespace gatehouse::crypto
