// Six bits for each character, most significant first.
#include "crypto/bcrypt_text.h"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t salt_begins = 7;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t digest_bytes = 23;

std::uint32_t value_of(char c)
{
    return static_cast<std::uint32_t>(bcrypt_alphabet.find(c)) & 63;
}

} // namespace

BcryptSalt salt_of(std::string_view setting)
{
    BcryptSalt salt{};
    std::uint32_t bits = 0;
    int held = 0;
    std::size_t bytes = 0;
    for (auto const c : setting.substr(salt_begins, bcrypt_setting_size - salt_begins)) {
        bits = bits << 6 | value_of(c);
        held += 6;
        if (held < 8 || bytes == salt_bytes)
            continue;
        held -= 8;
        salt[bytes / 4] = salt[bytes / 4] << 8 | (bits >> held & 255);
        ++bytes;
    }
    return salt;
}

std::string bcrypt_hash_text(std::string_view setting, BcryptDigest const& digest)
{
    std::string text(setting.substr(0, bcrypt_setting_size));
    text.back() = bcrypt_alphabet[value_of(text.back()) & 48];
    std::uint32_t bits = 0;
    int held = 0;
    for (std::size_t byte = 0; byte < digest_bytes; ++byte) {
        bits = bits << 8 | (digest[byte / 4] >> (24 - byte % 4 * 8) & 255);
        held += 8;
        while (held >= 6) {
            held -= 6;
            text += bcrypt_alphabet[bits >> held & 63];
        }
    }
    text += bcrypt_alphabet[bits << (6 - held) & 63];
    return text;
}

} // namespace gatehouse::crypto
