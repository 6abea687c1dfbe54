// The server's certificate and key, TLS 1.2 and later.
#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace gatehouse::http {

struct TlsFiles {
    std::string certificate; // PEM, with its chain
    std::string key; // PEM
};

// Throws std::runtime_error naming the file that cannot be used.
std::shared_ptr<boost::asio::ssl::context> load_tls(TlsFiles const& files);

} // namespace gatehouse::http
