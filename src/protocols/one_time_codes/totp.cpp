// RFC 6238 over RFC 4226.
#include "protocols/one_time_codes/totp.h"

#include "crypto/digest.h"
#include "protocols/one_time_codes/base32.h"

#include <stdexcept>

namespace gatehouse::one_time_codes {
namespace {

constexpr std::int64_t tolerance = 1; // steps to either side: clocks differ

std::string big_endian(std::uint64_t number)
{
    std::string bytes(8, '\0');
    for (std::size_t at = 8; at-- > 0; number >>= 8)
        bytes[at] = static_cast<char>(number & 255);
    return bytes;
}

std::string without_blanks(SecretString const& code)
{
    std::string kept;
    for (auto const character : code.reveal())
        if (character != ' ' && character != '-')
            kept += character;
    return kept;
}

} // namespace

std::int64_t step_at(std::int64_t unix_seconds)
{
    return unix_seconds / step_seconds;
}

std::string code_of(SecretString const& key, std::int64_t step)
{
    auto const mac = crypto::hmac_sha1(key.reveal(), big_endian(static_cast<std::uint64_t>(step)));
    auto const byte = [&](std::size_t at) {
        return static_cast<std::uint32_t>(static_cast<std::uint8_t>(mac.at(at)));
    };
    auto const offset = byte(mac.size() - 1) & 15;
    auto const number = ((byte(offset) & 127) << 24) | (byte(offset + 1) << 16)
        | (byte(offset + 2) << 8) | byte(offset + 3);
    auto text = std::to_string(number % 1'000'000);
    text.insert(0, digits - text.size(), '0');
    return text;
}

std::optional<std::int64_t> accepted_step(
    SecretString const& base32_secret,
    SecretString const& code,
    std::int64_t unix_seconds,
    std::optional<std::int64_t> last_step
)
{
    auto const key = from_base32(base32_secret);
    if (!key)
        throw std::runtime_error("a stored secret of one-time codes is no base32");
    auto const presented = without_blanks(code);
    auto const now = step_at(unix_seconds);
    std::optional<std::int64_t> accepted;
    for (auto step = now - tolerance; step <= now + tolerance; ++step) {
        bool const right = crypto::equal_in_constant_time(code_of(*key, step), presented);
        if (right && (!last_step || step > *last_step) && !accepted)
            accepted = step;
    }
    return accepted;
}

} // namespace gatehouse::one_time_codes
