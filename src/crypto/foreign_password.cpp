// Foreign hashes, recognised by their form and computed again.
#include "crypto/foreign_password.h"

#include "core/secret.h"
#include "core/text.h"
#include "crypto/argon2.h"
#include "crypto/digest.h"
#include "crypto/foreign_recipe.h"
#include "crypto/openssl.h"

#include <charconv>
#include <crypt.h>
#include <memory>

namespace gatehouse::crypto {
namespace {

constexpr std::uint64_t scrypt_memory = 320ULL * 1024 * 1024; // what read_recipe allows, and some

struct Compute {
    std::string_view password;
    Recipe const& recipe;

    std::string operator()(Pbkdf2 const& function) const
    {
        auto const digest
            = own(EVP_MD_fetch(nullptr, function.digest, nullptr), "fetching a digest");
        std::string result(recipe.expected.size(), '\0');
        require_success(
            PKCS5_PBKDF2_HMAC(
                password.data(),
                static_cast<int>(password.size()),
                bytes_of(recipe.salt),
                static_cast<int>(recipe.salt.size()),
                static_cast<int>(function.iterations),
                digest.get(),
                static_cast<int>(result.size()),
                bytes_of(result)
            ),
            "PBKDF2"
        );
        return result;
    }

    std::string operator()(Scrypt const& function) const
    {
        std::string result(recipe.expected.size(), '\0');
        require_success(
            EVP_PBE_scrypt(
                password.data(),
                password.size(),
                bytes_of(recipe.salt),
                recipe.salt.size(),
                function.n,
                function.r,
                function.p,
                scrypt_memory,
                bytes_of(result),
                result.size()
            ),
            "scrypt"
        );
        return result;
    }

    std::string operator()(SaltedDigest const& function) const
    {
        auto const digest
            = own(EVP_MD_fetch(nullptr, function.digest, nullptr), "fetching a digest");
        SecretString const input(std::string(password) + recipe.salt);
        std::string result(recipe.expected.size(), '\0');
        require_success(
            EVP_Digest(
                input.reveal().data(),
                input.size(),
                bytes_of(result),
                nullptr,
                digest.get(),
                nullptr
            ),
            "a salted digest"
        );
        return result;
    }
};

// SHA-crypt: `$5$` or `$6$`, up to a million rounds, up to 16 characters of salt, 43 or 86 of hash.
bool is_sha_crypt(std::string_view hash)
{
    constexpr std::string_view alphabet
        = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (!hash.starts_with("$5$") && !hash.starts_with("$6$"))
        return false;
    std::size_t const size = hash[1] == '5' ? 43 : 86;
    auto rest = hash.substr(3);
    if (rest.starts_with("rounds=")) {
        rest.remove_prefix(7);
        unsigned rounds = 0;
        auto const [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), rounds);
        if (failed != std::errc() || rounds < 1000 || rounds > 1'000'000)
            return false;
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        if (!rest.starts_with('$'))
            return false;
        rest.remove_prefix(1);
    }
    auto const mark = rest.find('$');
    return mark != std::string_view::npos && mark <= 16 && rest.size() == mark + 1 + size
        && rest.find_first_not_of(alphabet, mark + 1) == std::string_view::npos
        && rest.substr(0, mark).find_first_not_of(alphabet) == std::string_view::npos;
}

bool verify_sha_crypt(std::string_view password, std::string const& hash)
{
    // What crypt(3) would cut or refuse cannot match; it is paid for all the same.
    bool const fits = password.size() < CRYPT_MAX_PASSPHRASE_SIZE
        && password.find('\0') == std::string_view::npos;
    std::string terminated(fits ? password : std::string_view());
    auto const state = std::make_unique<crypt_data>();
    auto const* const made = crypt_r(terminated.c_str(), hash.c_str(), state.get());
    wipe(terminated.data(), terminated.size());
    bool const matches = made && is_sha_crypt(made) && equal_in_constant_time(made, hash);
    wipe(state.get(), sizeof(crypt_data));
    return matches && fits;
}

} // namespace

std::optional<bool> verify_foreign(std::string_view password, std::string const& hash)
{
    if (is_argon2(hash))
        return verify_argon2(password, hash);
    if (is_sha_crypt(hash))
        return verify_sha_crypt(password, hash);
    auto const recipe = read_recipe(hash);
    if (!recipe)
        return std::nullopt;
    // HMAC pads its key with zero bytes: to PBKDF2 and scrypt a NUL at the end is not there.
    bool const is_itself = password.find('\0') == std::string_view::npos;
    auto const computed = std::visit(Compute{password, *recipe}, recipe->function);
    return equal_in_constant_time(computed, recipe->expected) && is_itself;
}

} // namespace gatehouse::crypto
