// Sealing and digesting for the second factor.
#include "domain/factor_secrets.h"

#include "core/text.h"
#include "crypto/digest.h"

#include <stdexcept>

namespace gatehouse::domain {
namespace {
using crypto::KeyEncryptionKey;

constexpr std::string_view digest_mark = "h1:";
constexpr std::size_t code_length = 10; // of five bits each

std::string place_of_secret(UserId const& user)
{
    return crypto::place_of("users.two_factor_secret", user.text());
}

std::string place_of_waiting_token(StepUpId const& challenge)
{
    return crypto::place_of("step_up_challenges.context", challenge.text());
}

std::string plain_form(std::string_view code)
{
    std::string kept;
    kept.reserve(code.size());
    for (auto const character : code)
        if (character != ' ' && character != '-')
            kept += character;
    return ascii_lower(kept);
}

std::string digest(SecretString const& pepper, std::string const& whose, std::string_view code)
{
    auto message = whose;
    message.append(1, '\0').append(plain_form(code));
    return std::string(digest_mark) + to_hex(crypto::hmac_sha256(pepper.reveal(), message));
}

} // namespace

std::string seal_totp_secret(
    KeyEncryptionKey const& key, Random& random, UserId const& user, SecretString const& base32
)
{
    return crypto::seal_text(key.subkey("totp"), base32.reveal(), place_of_secret(user), random);
}

SecretString
open_totp_secret(KeyEncryptionKey const& key, UserId const& user, std::string_view stored)
{
    if (!crypto::is_sealed_text(stored))
        return SecretString(std::string(stored));
    auto opened = crypto::open_text(key.subkey("totp"), stored, place_of_secret(user));
    if (!opened)
        throw std::runtime_error("users.two_factor_secret does not open under this key");
    return std::move(*opened);
}

std::vector<SecretString> mint_backup_codes(Random& random, std::string_view alphabet)
{
    std::vector<SecretString> codes;
    while (codes.size() < backup_code_count) {
        std::string code;
        for (auto const byte : random.bytes(code_length)) {
            if (code.size() == code_length / 2)
                code += '-';
            code += alphabet.at(static_cast<unsigned char>(byte) & 31);
        }
        codes.emplace_back(std::move(code));
    }
    return codes;
}

std::string
backup_code_digest(KeyEncryptionKey const& key, UserId const& user, SecretString const& code)
{
    return digest(key.subkey("pepper"), user.text(), code.reveal());
}

std::optional<std::vector<std::string>> without_backup_code(
    KeyEncryptionKey const& key,
    UserId const& user,
    std::vector<std::string> const& stored,
    SecretString const& presented
)
{
    if (plain_form(presented.reveal()).empty()) // an empty text in an import is no code
        return std::nullopt;
    auto const pepper = key.subkey("pepper");
    auto const wanted = digest(pepper, user.text(), presented.reveal());
    std::vector<std::string> left;
    bool found = false;
    for (auto const& code : stored) {
        auto kept = code.starts_with(digest_mark) ? code : digest(pepper, user.text(), code);
        if (crypto::equal_in_constant_time(
                kept, wanted
            )) // one that an import holds twice goes whole
            found = true;
        else
            left.push_back(std::move(kept));
    }
    if (!found)
        return std::nullopt;
    return left;
}

SecretString mint_mailed_code(Random& random)
{
    constexpr std::uint64_t codes = 1'000'000;
    std::uint64_t number = 0; // of 64 bits: that a million does not divide them cannot be noticed
    for (auto const byte : random.bytes(sizeof number))
        number = (number << 8U) | static_cast<unsigned char>(byte);
    auto digits = std::to_string(number % codes);
    return SecretString(std::string(6 - digits.size(), '0') + digits);
}

std::string
mailed_code_digest(KeyEncryptionKey const& key, StepUpId const& challenge, SecretString const& code)
{
    return digest(key.subkey("pepper"), challenge.text(), code.reveal());
}

std::string seal_waiting_token(
    KeyEncryptionKey const& key,
    Random& random,
    StepUpId const& challenge,
    SecretString const& token
)
{
    return crypto::seal_text(
        key.subkey("step-up"), token.reveal(), place_of_waiting_token(challenge), random
    );
}

SecretString
open_waiting_token(KeyEncryptionKey const& key, StepUpId const& challenge, std::string_view sealed)
{
    auto opened
        = crypto::open_text(key.subkey("step-up"), sealed, place_of_waiting_token(challenge));
    if (!opened)
        throw std::runtime_error("step_up_challenges.context does not open under this key");
    return std::move(*opened);
}

bool is_six_digits(SecretString const& code)
{
    auto const form = plain_form(code.reveal());
    return form.size() == 6 && form.find_first_not_of("0123456789") == std::string::npos;
}

std::string address_state(KeyEncryptionKey const& key, User const& user)
{
    std::string message = "address-state";
    message.append(1, '\0').append(user.id.text()).append(1, '\0');
    message.append(CanonicalAddress(user.email).text());
    return to_hex(crypto::hmac_sha256(key.subkey("pepper").reveal(), message));
}

std::string password_state(KeyEncryptionKey const& key, User const& user)
{
    std::string message = "password-state";
    message.append(1, '\0').append(user.id.text()).append(1, '\0');
    if (user.password)
        message.append(user.password->hash);
    return to_hex(crypto::hmac_sha256(key.subkey("pepper").reveal(), message));
}

} // namespace gatehouse::domain
