// Tokens for the rest of the house: the domain's claims over JSON Web Tokens.
#pragma once

#include "domain/tokens.h"
#include "features/signing_keys/key_keeper.h"
#include "features/signing_keys/verified_tokens.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::signing_keys {

class TokenService final : public domain::Tokens {
public:
    // `cached` signature checks are kept at most.
    TokenService(KeyKeeper& keys, std::size_t cached);

    using domain::Tokens::verify;
    Async<std::shared_ptr<domain::TokenSigner const>> signer(domain::UnitOfWork& work
    ) const override;
    std::optional<domain::VerifiedToken>
    verified_before(std::string_view presented, Instant now) const override;
    Async<domain::Result<domain::VerifiedToken>>
    verify(std::string_view presented, Instant now, domain::UnitOfWork* held) const override;
    Async<std::string> key_set() const override;

private:
    KeyKeeper& keys_;
    mutable VerifiedTokens verified_;
};

} // namespace gatehouse::signing_keys
