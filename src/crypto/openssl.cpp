// Failing with the words of OpenSSL.
#include "crypto/openssl.h"

#include <array>
#include <openssl/err.h>

namespace gatehouse::crypto {
namespace {

std::string last_words(std::string const& step)
{
    std::array<char, 256> words{};
    ERR_error_string_n(ERR_get_error(), words.data(), words.size());
    ERR_clear_error();
    return step + ": " + words.data();
}

} // namespace

OpensslFailure::OpensslFailure(std::string const& step)
    : std::runtime_error(last_words(step))
{
}

void require_success(int result, char const* step)
{
    if (result != 1)
        throw OpensslFailure(step);
}

} // namespace gatehouse::crypto
