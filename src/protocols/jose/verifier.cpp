// Tokens, taken apart and judged: form, key, signature, claims, time, in this order.
#include "protocols/jose/verifier.h"

#include "core/json.h"
#include "core/text.h"

#include <algorithm>
#include <limits>

namespace gatehouse::jose {
namespace {

constexpr json::Limits small{.depth = 4, .values = 64, .number_length = 20};
constexpr std::int64_t latest_second = 253'402'300'799; // the end of year 9999

struct Segments {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_text; // header.payload
};

std::optional<Segments> split(std::string_view token)
{
    auto const first = token.find('.');
    if (first == std::string_view::npos)
        return std::nullopt;
    auto const second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;
    return Segments{
        .header = token.substr(0, first),
        .payload = token.substr(first + 1, second - first - 1),
        .signature = token.substr(second + 1),
        .signed_text = token.substr(0, second)
    };
}

std::optional<json::Value> decode_object(std::string_view segment)
{
    auto const text = from_base64url(segment);
    if (!text)
        return std::nullopt;
    auto value = json::parse(*text, small);
    if (!value || !value->object())
        return std::nullopt;
    return std::move(*value);
}

struct Header {
    std::string algorithm;
    std::string kid;
    Use use = Use::session_bound;
};

// Exactly the members that we write: `crit`, `b64`, `jwk`, `jku`, `x5c`, `zip`, `enc` and whatever
// comes next ask for a processing that we do not do (RFC 7515 4.1.11, RFC 8725 3.1, 3.11).
std::optional<Header> read_header(json::Value const& value)
{
    Header header;
    std::string type;
    for (auto const& member : *value.object()) {
        auto const* const text = member.value.text();
        if (!text)
            return std::nullopt;
        if (member.name == "alg")
            header.algorithm = *text;
        else if (member.name == "kid")
            header.kid = *text;
        else if (member.name == "typ")
            type = *text;
        else
            return std::nullopt;
    }
    if (type == access_type)
        header.use = Use::access;
    else if (type != session_bound_type)
        return std::nullopt;
    // Access tokens are never signed by the secret that services share.
    if (header.use == Use::access && header.algorithm == hs256)
        return std::nullopt;
    return header;
}

// Reads claims one after the other and remembers whether one was not as it has to be.
class ClaimReader {
public:
    explicit ClaimReader(json::Value const& payload)
        : payload_(payload)
    {
    }

    bool good() const { return good_; }

    std::string text(std::string_view name)
    {
        auto const* const found = payload_.find(name);
        if (!found || !found->text() || found->text()->empty()
            || found->text()->find('\0') != std::string::npos) {
            good_ = false;
            return {};
        }
        return *found->text();
    }

    std::int64_t number(std::string_view name, std::int64_t lowest, std::int64_t highest)
    {
        auto const* const found = payload_.find(name);
        if (!found || !found->integer() || *found->integer() < lowest
            || *found->integer() > highest) {
            good_ = false;
            return lowest;
        }
        return *found->integer();
    }

    void require(bool holds) { good_ = good_ && holds; }

private:
    json::Value const& payload_;
    bool good_ = true;
};

std::optional<Claims> read_claims(
    json::Value const& payload,
    Use use,
    std::string const& issuer,
    std::string const& audience,
    Instant now
)
{
    ClaimReader reader(payload);
    Claims claims;
    claims.use = use;
    claims.issuer = reader.text("iss");
    claims.subject = reader.text("sub");
    claims.email = reader.text("email");
    claims.role = reader.text("role");
    claims.organization_id = reader.text("organizationId");
    claims.session_id = reader.text("sid");
    claims.session_version = reader.number("sv", 0, std::numeric_limits<std::int32_t>::max());
    claims.token_id = reader.text("jti");
    claims.issued_at = Instant::from_seconds(reader.number("iat", 0, latest_second));
    claims.expires_at = Instant::from_seconds(reader.number("exp", 0, latest_second));
    reader.require(claims.issuer == issuer);
    reader.require(claims.issued_at <= claims.expires_at);
    if (use == Use::access) {
        claims.audience = reader.text("aud");
        reader.require(claims.audience == audience);
        reader.require(!payload.find("userId"));
    } else {
        reader.require(reader.text("userId") == claims.subject);
        reader.require(!payload.find("aud"));
    }
    if (payload.find("nbf"))
        reader.require(Instant::from_seconds(reader.number("nbf", 0, latest_second)) <= now);
    if (!reader.good())
        return std::nullopt;
    return claims;
}

} // namespace

Verifier::Verifier(
    std::string issuer,
    std::string audience,
    std::vector<PublicKey> keys,
    std::optional<crypto::HmacKey> shared_secret
)
    : issuer_(std::move(issuer))
    , audience_(std::move(audience))
    , keys_(std::move(keys))
    , shared_secret_(std::move(shared_secret))
{
}

std::optional<TokenProblem> Verifier::check_signature(
    std::string const& algorithm,
    std::string const& kid,
    std::string_view signed_text,
    std::string_view signature
) const
{
    if (algorithm == hs256) {
        if (!shared_secret_ || kid != shared_secret_kid)
            return TokenProblem::unknown_key;
        if (!shared_secret_->verify(signed_text, signature))
            return TokenProblem::bad_signature;
        return std::nullopt;
    }
    auto const found = std::find_if(keys_.begin(), keys_.end(), [&](PublicKey const& key) {
        return key.kid == kid;
    });
    // The key says what it is for: a token of ours never names another algorithm beside its kid.
    if (found == keys_.end() || algorithm != to_text(algorithm_of(found->key)))
        return TokenProblem::unknown_key;
    if (!jose::verify(found->key, signed_text, signature))
        return TokenProblem::bad_signature;
    return std::nullopt;
}

std::expected<Claims, TokenProblem> Verifier::verify(RawToken const& token, Instant now) const
{
    if (token.text().size() > longest_token)
        return std::unexpected(TokenProblem::malformed);
    auto const segments = split(token.text());
    if (!segments)
        return std::unexpected(TokenProblem::malformed);
    auto const decoded = decode_object(segments->header);
    auto const signature = from_base64url(segments->signature);
    if (!decoded || !signature)
        return std::unexpected(TokenProblem::malformed);
    auto const header = read_header(*decoded);
    if (!header)
        return std::unexpected(TokenProblem::malformed);

    if (auto const problem
        = check_signature(header->algorithm, header->kid, segments->signed_text, *signature))
        return std::unexpected(*problem);

    auto const payload = decode_object(segments->payload);
    if (!payload)
        return std::unexpected(TokenProblem::malformed);
    auto claims = read_claims(*payload, header->use, issuer_, audience_, now);
    if (!claims)
        return std::unexpected(TokenProblem::invalid_claims);
    if (now >= claims->expires_at)
        return std::unexpected(TokenProblem::expired);
    return std::move(*claims);
}

} // namespace gatehouse::jose
