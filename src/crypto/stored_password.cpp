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

// A mismatch that takes as long as a match.
BcryptTask paid_for(std::string setting)
{
    BcryptTask task;
    task.setting = std::move(setting);
    task.may_match = false;
    return task;
}

std::string usual_setting(HashPolicy usual)
{
    auto setting = std::string("$2b$00$......................");
    setting[4] = static_cast<char>('0' + usual.cost / 10);
    setting[5] = static_cast<char>('0' + usual.cost % 10);
    return setting;
}

void note_unusable(std::string_view why)
{
    metrics::count("gatehouse_stored_passwords_unusable_total", {{"cause", why}});
    log::Line(log::Level::warning, "crypto.stored_password_unusable").with("cause", why);
}

bool pay_usual_and_refuse(HashPolicy usual, std::string_view why)
{
    note_unusable(why);
    if (usual.algorithm == HashPolicy::Algorithm::argon2id)
        (void)verify_argon2(
            "", std::string(argon2id_parameters) + "AAAAAAAAAAAAAAAAAAAAAA$" + std::string(43, 'A')
        );
    else
        (void)bcrypt("", usual_setting(usual));
    return false;
}

// What is stored: how it is checked, or why it cannot be.
struct Judged {
    enum class Form { bcrypt, argon2, foreign, unusable };
    Form form = Form::unusable;
    std::string_view why;
};

Judged judge(StoredPassword const& stored)
{
    auto const scheme = parse_scheme(stored.scheme);
    if (!scheme)
        return {.why = "unknown scheme"};
    bool const is_foreign = *scheme == Scheme::foreign;
    if (*scheme == Scheme::argon2id) {
        if (is_argon2(stored.hash))
            return {.form = Judged::Form::argon2};
        return {.why = "no argon2"};
    }
    if (is_bcrypt(stored.hash))
        return {.form = Judged::Form::bcrypt};
    if (is_foreign)
        return {.form = Judged::Form::foreign};
    return {.why = "no bcrypt"};
}

BcryptTask verifying_bcrypt(std::string_view password, StoredPassword const& stored)
{
    if (password.size() > longest_tried_password)
        return paid_for(stored.hash);
    BcryptTask task;
    task.setting = stored.hash;
    if (parse_scheme(stored.scheme) == Scheme::bcrypt_pre1)
        task.input = prehashed(password);
    else if (fits_bcrypt(password))
        task.input = SecretString(std::string(password));
    else
        return paid_for(stored.hash);
    return task;
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

BcryptTask bcrypt_to_make(std::string_view password, HashPolicy policy, Random& random)
{
    BcryptTask task;
    task.setting = bcrypt_setting(policy.cost, random);
    bool const fits = fits_bcrypt(password);
    task.input = fits ? SecretString(std::string(password)) : prehashed(password);
    task.scheme = fits ? "bcrypt" : "bcrypt-pre1";
    return task;
}

std::optional<BcryptTask>
bcrypt_to_verify(std::string_view password, StoredPassword const& stored, HashPolicy usual)
{
    auto const judged = judge(stored);
    if (judged.form == Judged::Form::bcrypt)
        return verifying_bcrypt(password, stored);
    if (judged.form != Judged::Form::unusable || usual.algorithm != HashPolicy::Algorithm::bcrypt)
        return std::nullopt;
    note_unusable(judged.why);
    return paid_for(usual_setting(usual));
}

bool matches(BcryptTask const& task, std::string_view hash)
{
    bool const is_same = equal_in_constant_time(hash, task.setting);
    return is_same && task.may_match;
}

StoredPassword made(BcryptTask task, std::string hash)
{
    return {.hash = std::move(hash), .scheme = std::move(task.scheme)};
}

StoredPassword hash_password(std::string_view password, HashPolicy policy, Random& random)
{
    if (policy.algorithm == HashPolicy::Algorithm::argon2id)
        return {.hash = hash_argon2id(password, random), .scheme = "argon2id"};
    auto task = bcrypt_to_make(password, policy, random);
    auto hash = bcrypt(task.input.reveal(), task.setting);
    return made(std::move(task), std::move(hash));
}

bool verify_password(std::string_view password, StoredPassword const& stored, HashPolicy usual)
{
    if (auto const task = bcrypt_to_verify(password, stored, usual))
        return matches(*task, bcrypt(task->input.reveal(), task->setting));
    auto const judged = judge(stored);
    if (judged.form == Judged::Form::argon2)
        return verify_other(password, stored, usual, verify_argon2);
    if (judged.form == Judged::Form::foreign)
        return verify_other(password, stored, usual, verify_foreign);
    return pay_usual_and_refuse(usual, judged.why);
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
