// Setting OpenSSL up for serving.
#include "http/tls.h"

#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <stdexcept>
#include <string_view>

namespace gatehouse::http {

namespace asio = boost::asio;

namespace {
void require_good(
    boost::system::error_code const& error, std::string const& file, std::string_view what
)
{
    if (error)
        throw std::runtime_error(
            "cannot use " + file + " as the TLS " + std::string(what) + ": " + error.message()
        );
}

// ALPN: HTTP/1.1 when the client offers it, else the client's handshake goes on without.
int choose_protocol(
    SSL* /*session*/,
    unsigned char const** out,
    unsigned char* out_size,
    unsigned char const* offered,
    unsigned int offered_size,
    void* /*argument*/
)
{
    static constexpr unsigned char known[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    auto const result
        = SSL_select_next_proto(&chosen, out_size, known, sizeof known - 1, offered, offered_size);
    if (result != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}
} // namespace

std::shared_ptr<asio::ssl::context> load_tls(TlsFiles const& files)
{
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    boost::system::error_code error;
    context->use_certificate_chain_file(files.certificate, error);
    require_good(error, files.certificate, "certificate");
    context->use_private_key_file(files.key, asio::ssl::context::pem, error);
    require_good(error, files.key, "key");
    auto* const native = context->native_handle();
    if (SSL_CTX_check_private_key(native) != 1)
        throw std::runtime_error(
            "the TLS key " + files.key + " does not belong to " + files.certificate
        );
    if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1)
        throw std::runtime_error("OpenSSL offers no TLS 1.2");
    SSL_CTX_set_options(
        native,
        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
            | SSL_OP_IGNORE_UNEXPECTED_EOF
    );
    SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
    return context;
}

} // namespace gatehouse::http
