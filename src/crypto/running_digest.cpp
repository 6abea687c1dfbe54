// A digest over OpenSSL that takes its text in pieces.
#include "crypto/running_digest.h"

#include "core/text.h"
#include "crypto/openssl.h"

namespace gatehouse::crypto {

struct RunningSha256::State {
    Owned<EVP_MD_CTX> context = own(EVP_MD_CTX_new(), "SHA-256");

    void begin()
    {
        require_success(EVP_DigestInit_ex2(context.get(), EVP_sha256(), nullptr), "SHA-256");
    }
};

RunningSha256::RunningSha256()
    : state_(std::make_unique<State>())
{
    state_->begin();
}

RunningSha256::RunningSha256(RunningSha256&&) noexcept = default;
RunningSha256& RunningSha256::operator=(RunningSha256&&) noexcept = default;
RunningSha256::~RunningSha256() = default;

void RunningSha256::add(std::string_view bytes)
{
    require_success(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()), "SHA-256");
}

std::string RunningSha256::hex()
{
    std::string digest(32, '\0');
    unsigned size = 0;
    require_success(EVP_DigestFinal_ex(state_->context.get(), bytes_of(digest), &size), "SHA-256");
    state_->begin();
    return to_hex(digest);
}

} // namespace gatehouse::crypto
