// Stored passwords: choosing by scheme, and paying for one hash whatever is found.
#include "crypto/stored_password.h"

#include "core/log.h"
#include "core/metrics.h"
#include "core/text.h"
#include "crypto/argon2.h"
#include "crypto/bcrypt.h"
#include "crypto/digest.h"
#include "crypto/foreign_password.h"

#include <charconv>

namespace gatehouse::crypto {
namespace {

// For inputs that bcrypt would cut: 44 characters that depend on all of it (decisions D-38).
SecretString prehashed(std::string_view password)
{
    return SecretString(to_base64(hmac_sha256("gatehouse/prehash/v1", password)));
}

bool bcrypt_matches(std::string_view password, std::string const& hash)
{
    return equal_in_constant_time(bcrypt(password, hash), hash);
}

// A mismatch that takes as long as a match.
bool pay_and_refuse(StoredPassword const& stored)
{
    (void)bcrypt_matches("", stored.hash);
    return false;
}

bool pay_usual_and_refuse(HashPolicy usual, std::string_view why)
{
    metrics::count("gatehouse_stored_passwords_unusable_total", {{"cause", why}});
    log::Line(log::Level::warning, "crypto.stored_password_unusable").with("cause", why);
    if (usual.algorithm == HashPolicy::Algorithm::argon2id) {
        (void)verify_argon2(
            "", std::string(argon2id_parameters) + "AAAAAAAAAAAAAAAAAAAAAA$" + std::string(43, 'A')
        );
    } else {
        auto setting = std::string("$2b$00$......................");
        setting[4] = static_cast<char>('0' + usual.cost / 10);
        setting[5] = static_cast<char>('0' + usual.cost % 10);
        (void)bcrypt("", setting);
    }
    return false;
}

bool verify_bcrypt(std::string_view password, StoredPassword const& stored, Scheme scheme)
{
    if (password.size() > longest_tried_password)
        return pay_and_refuse(stored);
    if (scheme == Scheme::bcrypt_pre1)
        return bcrypt_matches(prehashed(password).reveal(), stored.hash);
    if (!fits_bcrypt(password))
        return pay_and_refuse(stored);
    return bcrypt_matches(password, stored.hash);
}

// Everything that is not bcrypt. A password beyond the bound is checked as the empty one.
bool verify_other(
    std::string_view password,
    StoredPassword const& stored,
    HashPolicy usual,
    std::optional<bool> (*verify)(std::string_view, std::string const&)
)
{
    bool const too_long = password.size() > longest_tried_password;
    auto const matches = verify(too_long ? std::string_view() : password, stored.hash);
    if (!matches)
        return pay_usual_and_refuse(usual, "unknown form");
    return *matches && !too_long;
}

} // namespace

std::optional<Scheme> parse_scheme(std::optional<std::string> const& scheme)
{
    if (!scheme)
        return Scheme::foreign;
    if (*scheme == "bcrypt")
        return Scheme::bcrypt;
    if (*scheme == "bcrypt-pre1")
        return Scheme::bcrypt_pre1;
    if (*scheme == "argon2id")
        return Scheme::argon2id;
    return std::nullopt;
}

std::optional<HashPolicy> parse_hash_policy(std::string_view text)
{
    if (text == "argon2id")
        return HashPolicy{.algorithm = HashPolicy::Algorithm::argon2id};
    if (!text.starts_with("bcrypt:"))
        return std::nullopt;
    text.remove_prefix(7);
    HashPolicy policy;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), policy.cost);
    if (failed != std::errc() || end != text.data() + text.size()
        || policy.cost < lowest_bcrypt_cost || policy.cost > highest_bcrypt_cost)
        return std::nullopt;
    return policy;
}

StoredPassword hash_password(std::string_view password, HashPolicy policy, Random& random)
{
    if (policy.algorithm == HashPolicy::Algorithm::argon2id)
        return {.hash = hash_argon2id(password, random), .scheme = "argon2id"};
    auto const setting = bcrypt_setting(policy.cost, random);
    if (fits_bcrypt(password))
        return {.hash = bcrypt(password, setting), .scheme = "bcrypt"};
    return {.hash = bcrypt(prehashed(password).reveal(), setting), .scheme = "bcrypt-pre1"};
}

bool verify_password(std::string_view password, StoredPassword const& stored, HashPolicy usual)
{
    auto const scheme = parse_scheme(stored.scheme);
    if (!scheme)
        return pay_usual_and_refuse(usual, "unknown scheme");
    switch (*scheme) {
    case Scheme::bcrypt:
    case Scheme::bcrypt_pre1:
        if (!is_bcrypt(stored.hash))
            return pay_usual_and_refuse(usual, "no bcrypt");
        return verify_bcrypt(password, stored, *scheme);
    case Scheme::argon2id:
        if (!is_argon2(stored.hash))
            return pay_usual_and_refuse(usual, "no argon2");
        return verify_other(password, stored, usual, verify_argon2);
    case Scheme::foreign:
        if (is_bcrypt(stored.hash))
            return verify_bcrypt(password, stored, *scheme);
        return verify_other(password, stored, usual, verify_foreign);
    }
    return false;
}

bool is_outdated(StoredPassword const& stored, HashPolicy policy)
{
    auto const scheme = parse_scheme(stored.scheme);
    if (!scheme || *scheme == Scheme::foreign)
        return true;
    if (policy.algorithm == HashPolicy::Algorithm::argon2id)
        return *scheme != Scheme::argon2id || !stored.hash.starts_with(argon2id_parameters);
    return *scheme == Scheme::argon2id || !is_bcrypt(stored.hash)
        || !stored.hash.starts_with("$2b$") || bcrypt_cost(stored.hash) != policy.cost;
}

StoredPassword decoy_password(HashPolicy policy, Random& random)
{
    if (policy.algorithm == HashPolicy::Algorithm::argon2id)
        return {.hash = argon2id_decoy(random), .scheme = "argon2id"};
    return {
        .hash = bcrypt_setting(policy.cost, random) + random_bcrypt_digest(random),
        .scheme = "bcrypt"
    };
}

} // namespace gatehouse::crypto
