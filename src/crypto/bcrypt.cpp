// bcrypt: form, setting, hash.
#include "crypto/bcrypt.h"

#include "core/secret.h"
#include "crypto/bcrypt_text.h"

#include <algorithm>
#include <array>
#include <crypt.h>
#include <fmt/format.h>
#include <memory>
#include <stdexcept>

namespace gatehouse::crypto {
namespace {

// Thirty kilobytes of state, kept for each thread and wiped after each use.
crypt_data& scratch()
{
    thread_local auto const own = std::make_unique<crypt_data>();
    return *own;
}

} // namespace

bool is_bcrypt(std::string_view hash)
{
    if (hash.size() != bcrypt_hash_size || !hash.starts_with("$2") || hash[3] != '$'
        || hash[6] != '$')
        return false;
    if (std::string_view("aby").find(hash[2]) == std::string_view::npos)
        return false;
    auto const is_digit = [](char c) {
        return c >= '0' && c <= '9';
    };
    if (!is_digit(hash[4]) || !is_digit(hash[5]))
        return false;
    auto const cost = bcrypt_cost(hash);
    return cost >= lowest_bcrypt_cost && cost <= highest_bcrypt_cost
        && hash.find_first_not_of(bcrypt_alphabet, 7) == std::string_view::npos;
}

int bcrypt_cost(std::string_view hash)
{
    return (hash[4] - '0') * 10 + (hash[5] - '0');
}

bool fits_bcrypt(std::string_view password)
{
    return password.size() <= longest_bcrypt_input && password.find('\0') == std::string_view::npos;
}

std::string bcrypt_setting(int cost, Random& random)
{
    if (cost < lowest_bcrypt_cost || cost > highest_bcrypt_cost)
        throw std::invalid_argument(fmt::format("bcrypt cost {} is out of bounds", cost));
    auto const salt = random.bytes(16);
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (!crypt_gensalt_rn(
            "$2b$",
            static_cast<unsigned long>(cost),
            salt.data(),
            static_cast<int>(salt.size()),
            setting.data(),
            static_cast<int>(setting.size())
        ))
        throw std::runtime_error("libxcrypt makes no bcrypt setting");
    return std::string(setting.data());
}

std::string bcrypt(std::string_view password, std::string_view setting)
{
    if (!fits_bcrypt(password))
        throw std::logic_error("bcrypt was given what it would cut");
    std::string terminated(password);
    std::string const start(setting.substr(0, bcrypt_setting_size));
    auto& state = scratch();
    auto const* const made = crypt_r(terminated.c_str(), start.c_str(), &state);
    wipe(terminated.data(), terminated.size());
    std::string hash = made ? made : "";
    wipe(&state, sizeof(state));
    // A result of another form would be another, weaker hash.
    if (!is_bcrypt(hash) || !hash.starts_with(start.substr(0, bcrypt_setting_size - 1)))
        throw std::runtime_error("libxcrypt makes no bcrypt hash");
    return hash;
}

std::string random_bcrypt_digest(Random& random)
{
    auto digest = random.bytes(bcrypt_hash_size - bcrypt_setting_size);
    for (auto& c : digest)
        c = bcrypt_alphabet[static_cast<unsigned char>(c) % bcrypt_alphabet.size()];
    // 23 bytes leave two bits of the last character unused; a real digest has them zero.
    digest.back() = bcrypt_alphabet[bcrypt_alphabet.find(digest.back()) & ~std::size_t(3)];
    return digest;
}

} // namespace gatehouse::crypto
