// Asking zxcvbn.
#include "protocols/password_text/guessing.h"

#include "core/secret.h"

#include <string>
#include <zxcvbn.h>

namespace gatehouse::password_text {
namespace {

// `Password123!` takes 8.3 bits by this estimate and may be set (decisions D-39), `Password1!` 7.8.
constexpr double bits_needed = 8.0;
constexpr std::size_t longest = 100; // bytes: half a millisecond

} // namespace

bool is_guessed_at_once(std::string_view password)
{
    if (password.size() > longest)
        return false;
    if (password.find('\0') != std::string_view::npos)
        return false; // the estimate would end there, the password does not
    SecretString const copy{std::string(password)}; // ends with a zero, and is wiped
    return ZxcvbnMatch(copy.reveal().data(), nullptr, nullptr) < bits_needed;
}

} // namespace gatehouse::password_text
