// Verifying our tokens, and nobody else's: the key is pinned by (alg, kid, iss), never chosen by
// the token.
#pragma once

#include "core/time.h"
#include "crypto/digest.h"
#include "protocols/jose/claims.h"
#include "protocols/jose/keys.h"

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::jose {

// Text that came as a token; nothing is known about it.
class RawToken {
public:
    explicit RawToken(std::string text)
        : text_(std::move(text))
    {
    }
    std::string const& text() const noexcept { return text_; }

private:
    std::string text_;
};

enum class TokenProblem {
    malformed, // no compact JWS, or a header of another form than ours
    unknown_key, // no key of ours has this algorithm and kid
    bad_signature,
    invalid_claims, // signed by us, but one is missing, of the wrong type, or not for us
    expired, // all else is good
};

inline constexpr std::size_t longest_token = 8 * 1024; // bytes

// Safe to use from several threads.
class Verifier {
public:
    // `keys`: published, signing and retiring ones alike. `issuer` and `audience` are required
    // of every token literally.
    Verifier(
        std::string issuer,
        std::string audience,
        std::vector<PublicKey> keys,
        std::optional<crypto::HmacKey> shared_secret
    );

    // A token is expired from the second of its `exp` on: no leeway.
    [[nodiscard]] std::expected<Claims, TokenProblem>
    verify(RawToken const& token, Instant now) const;

    [[nodiscard]] std::vector<PublicKey> const& keys() const noexcept { return keys_; }

private:
    std::optional<TokenProblem> check_signature(
        std::string const& algorithm,
        std::string const& kid,
        std::string_view signed_text,
        std::string_view signature
    ) const;

    std::string issuer_;
    std::string audience_;
    std::vector<PublicKey> keys_;
    std::optional<crypto::HmacKey> shared_secret_;
};

} // namespace gatehouse::jose
