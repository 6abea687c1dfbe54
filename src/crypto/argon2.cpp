// Argon2 strings: form, check, making.
#include "crypto/argon2.h"

#include "core/text.h"
#include "crypto/openssl.h"

#include <cerrno>
#include <charconv>
#include <new>
#include <sodium.h>

namespace gatehouse::crypto {
namespace {

constexpr std::uint64_t most_memory = 256 * 1024; // KiB
constexpr std::uint64_t most_work = 2 * 1024 * 1024; // KiB over all passes

void make_ready()
{
    static int const ready = sodium_init();
    if (ready < 0)
        throw std::runtime_error("libsodium cannot start");
}

// Reads `name=number` at the front of `text` and takes it away.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name)
{
    if (!text.starts_with(name))
        return std::nullopt;
    text.remove_prefix(name.size());
    std::uint64_t number = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

std::string unpadded(std::string_view bytes)
{
    auto text = to_base64(bytes);
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

} // namespace

bool is_argon2(std::string_view hash)
{
    if (hash.size() > 256 || hash.find('\0') != std::string_view::npos)
        return false;
    auto rest = hash;
    if (rest.starts_with("$argon2id$"))
        rest.remove_prefix(10);
    else if (rest.starts_with("$argon2i$"))
        rest.remove_prefix(9);
    else
        return false;
    auto const version = take_number(rest, "v=");
    auto const memory = take_number(rest, "$m=");
    auto const passes = take_number(rest, ",t=");
    auto const lanes = take_number(rest, ",p=");
    return version == 0x13 && memory && *memory <= most_memory && passes && *passes >= 1
        && *passes <= most_work && *memory * *passes <= most_work && lanes && *lanes >= 1
        && *lanes <= 64 && rest.starts_with('$');
}

std::optional<bool> verify_argon2(std::string_view password, std::string const& hash)
{
    make_ready();
    errno = 0;
    auto const verify = hash.starts_with("$argon2id$") ? crypto_pwhash_argon2id_str_verify
                                                       : crypto_pwhash_argon2i_str_verify;
    if (verify(hash.c_str(), password.data(), password.size()) == 0)
        return true;
    if (errno == ENOMEM)
        throw std::bad_alloc();
    if (errno == EINVAL) // libsodium's word for "another password"
        return false;
    return std::nullopt;
}

std::string hash_argon2id(std::string_view password, Random& random)
{
    make_ready();
    auto const salt = random.bytes(crypto_pwhash_argon2id_SALTBYTES);
    std::string digest(32, '\0');
    if (crypto_pwhash_argon2id(
            bytes_of(digest),
            digest.size(),
            password.data(),
            password.size(),
            bytes_of(salt),
            2,
            std::size_t(19456) * 1024,
            crypto_pwhash_argon2id_ALG_ARGON2ID13
        )
        != 0)
        throw std::bad_alloc(); // the one way in which it fails
    return std::string(argon2id_parameters) + unpadded(salt) + "$" + unpadded(digest);
}

std::string argon2id_decoy(Random& random)
{
    return std::string(argon2id_parameters)
        + unpadded(random.bytes(crypto_pwhash_argon2id_SALTBYTES)) + "$"
        + unpadded(random.bytes(32));
}

} // namespace gatehouse::crypto
