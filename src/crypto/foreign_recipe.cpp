// The forms in which other programs write password hashes.
#include "crypto/foreign_recipe.h"

#include "core/text.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace gatehouse::crypto {
namespace {

constexpr std::uint64_t most_iterations = 2'000'000;
constexpr std::uint64_t most_memory = 256ULL * 1024 * 1024; // bytes
constexpr std::uint64_t most_work = 1024ULL * 1024 * 1024; // bytes over all lanes
constexpr std::size_t longest_hash = 1024;

using Fields = std::vector<std::string_view>;

Fields split(std::string_view text, char mark)
{
    Fields fields;
    for (;;) {
        auto const end = text.find(mark);
        fields.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return fields;
        text.remove_prefix(end + 1);
    }
}

// `prefix` and a number, whole.
std::optional<std::uint64_t> number(std::string_view text, std::string_view prefix = {})
{
    if (!text.starts_with(prefix))
        return std::nullopt;
    text.remove_prefix(prefix.size());
    std::uint64_t value = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// Base64 without padding; passlib writes `.` for `+`.
std::optional<std::string> unpadded_base64(std::string_view text)
{
    std::string whole(text);
    std::replace(whole.begin(), whole.end(), '.', '+');
    whole.append((4 - whole.size() % 4) % 4, '=');
    return from_base64(whole);
}

char const* digest_named(std::string_view name)
{
    if (name == "sha1" || name.empty())
        return "SHA1";
    if (name == "sha256")
        return "SHA256";
    return name == "sha512" ? "SHA512" : nullptr;
}

std::size_t size_of(char const* digest)
{
    std::string_view const name(digest);
    return name == "SHA1" ? 20 : name == "SHA256" ? 32 : 64;
}

// The result has to be whole: the beginning of a PBKDF2 result is a result too, and easier to meet.
bool is_whole(std::string const& expected, Pbkdf2 const& function)
{
    return expected.size() == size_of(function.digest);
}
bool is_whole(std::string const& expected, Scrypt const&)
{
    return expected.size() == 32 || expected.size() == 64;
}
bool is_whole(std::string const& expected, SaltedDigest const& function)
{
    return expected.size() == size_of(function.digest);
}

template <class Function>
std::optional<Recipe> checked(
    Function const& function, std::optional<std::string> salt, std::optional<std::string> expected
)
{
    if (!salt || !expected || !is_whole(*expected, function))
        return std::nullopt;
    return Recipe{function, std::move(*salt), std::move(*expected)};
}

std::optional<Pbkdf2> pbkdf2_of(char const* digest, std::optional<std::uint64_t> iterations)
{
    if (!digest || !iterations || *iterations < 1 || *iterations > most_iterations)
        return std::nullopt;
    return Pbkdf2{digest, *iterations};
}

std::optional<Scrypt> scrypt_of(
    std::optional<std::uint64_t> n, std::optional<std::uint64_t> r, std::optional<std::uint64_t> p
)
{
    constexpr std::uint64_t any_most = 1ULL << 24; // keeps the products below from wrapping
    if (!n || !r || !p || *n < 2 || *r < 1 || *p < 1 || *n > any_most || *r > 1024 || *p > 1024)
        return std::nullopt;
    auto const memory = 128 * *n * *r;
    if ((*n & (*n - 1)) != 0 || memory > most_memory || memory * *p > most_work)
        return std::nullopt;
    return Scrypt{*n, *r, *p};
}

// `pbkdf2_sha256$iterations$salt$base64`; the salt is text.
std::optional<Recipe> django(Fields const& fields)
{
    if (fields.size() != 4 || !fields[0].starts_with("pbkdf2_sha"))
        return std::nullopt;
    auto const function = pbkdf2_of(digest_named(fields[0].substr(7)), number(fields[1]));
    if (!function)
        return std::nullopt;
    return checked(*function, std::string(fields[2]), from_base64(fields[3]));
}

// `$pbkdf2-sha256$29000$salt$hash`, `$pbkdf2$…` for SHA-1, and PHC's `$i=29000,l=32$`.
std::optional<Recipe> modular_pbkdf2(Fields const& fields)
{
    if (fields.size() != 5 || !fields[0].empty() || !fields[1].starts_with("pbkdf2"))
        return std::nullopt;
    auto const name = fields[1].substr(6);
    if (!name.empty() && name.front() != '-')
        return std::nullopt;
    auto iterations = number(fields[2]);
    auto expected = unpadded_base64(fields[4]);
    if (!iterations) {
        auto const parameters = split(fields[2], ',');
        iterations = number(parameters[0], "i=");
        bool const sized
            = parameters.size() == 2 && expected && number(parameters[1], "l=") == expected->size();
        if (parameters.size() > 1 && !sized)
            return std::nullopt;
    }
    auto const function
        = pbkdf2_of(digest_named(name.substr(std::min<std::size_t>(1, name.size()))), iterations);
    if (!function)
        return std::nullopt;
    return checked(*function, unpadded_base64(fields[3]), std::move(expected));
}

// `$scrypt$ln=16,r=8,p=1$salt$hash`
std::optional<Recipe> modular_scrypt(Fields const& fields)
{
    if (fields.size() != 5 || !fields[0].empty() || fields[1] != "scrypt")
        return std::nullopt;
    auto const parameters = split(fields[2], ',');
    if (parameters.size() != 3)
        return std::nullopt;
    auto const log_n = number(parameters[0], "ln=");
    if (!log_n || *log_n > 30)
        return std::nullopt;
    auto const function
        = scrypt_of(1ULL << *log_n, number(parameters[1], "r="), number(parameters[2], "p="));
    if (!function)
        return std::nullopt;
    return checked(*function, unpadded_base64(fields[3]), unpadded_base64(fields[4]));
}

// `pbkdf2:sha256:260000$salt$hex` and `scrypt:32768:8:1$salt$hex`; the salt is text.
std::optional<Recipe> werkzeug(Fields const& fields)
{
    if (fields.size() != 3)
        return std::nullopt;
    auto const method = split(fields[0], ':');
    if (method.size() == 3 && method[0] == "pbkdf2") {
        auto const function
            = pbkdf2_of(method[1].empty() ? nullptr : digest_named(method[1]), number(method[2]));
        if (function)
            return checked(*function, std::string(fields[1]), from_hex(fields[2]));
    }
    if (method.size() == 4 && method[0] == "scrypt") {
        auto const function = scrypt_of(number(method[1]), number(method[2]), number(method[3]));
        if (function)
            return checked(*function, std::string(fields[1]), from_hex(fields[2]));
    }
    return std::nullopt;
}

// 16 bytes of salt, whose hexadecimal text is the salt, and a key of 64 bytes.
std::optional<Recipe> hexadecimal_pair(std::string_view hash)
{
    auto const fields = split(hash, ':');
    if (fields.size() != 2 || fields[0].size() != 32 || fields[1].size() != 128
        || !from_hex(fields[0]))
        return std::nullopt;
    return checked(Scrypt{16384, 16, 1}, std::string(fields[0]), from_hex(fields[1]));
}

// `{SSHA}` and its kin: base64(digest ‖ salt) (draft-stroeder-hashed-userpassword-values)
std::optional<Recipe> ldap(std::string_view hash)
{
    using Form = std::pair<std::string_view, char const*>;
    for (auto const& [mark, digest] :
         {Form("{SSHA}", "SHA1"), Form("{SSHA256}", "SHA256"), Form("{SSHA512}", "SHA512")}) {
        if (!hash.starts_with(mark))
            continue;
        auto const bytes = from_base64(hash.substr(mark.size()));
        if (!bytes || bytes->size() <= size_of(digest))
            return std::nullopt;
        auto const size = size_of(digest);
        return checked(SaltedDigest{digest}, bytes->substr(size), bytes->substr(0, size));
    }
    return std::nullopt;
}

} // namespace

std::optional<Recipe> read_recipe(std::string_view hash)
{
    if (hash.size() > longest_hash)
        return std::nullopt;
    if (hash.starts_with('{'))
        return ldap(hash);
    auto const fields = split(hash, '$');
    if (fields.size() == 1)
        return hexadecimal_pair(hash);
    for (auto* const form : {django, modular_pbkdf2, modular_scrypt, werkzeug})
        if (auto recipe = form(fields))
            return recipe;
    return std::nullopt;
}

} // namespace gatehouse::crypto
