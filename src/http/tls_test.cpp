// The same connections over TLS.
#include "http/endpoint.h"
#include "support/running_server.h"

#include <gtest/gtest.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace gatehouse::http {
namespace {

using support::HttpWorld;
using support::RunningServer;

struct Text {
    std::string text;
};
BOOST_DESCRIBE_STRUCT(Text, (), (text))

constexpr Route echo_route{
    .method = Method::post,
    .path = "/echo",
    .operation = "echo",
    .summary = "echo",
    .tag = "test",
    .access = Access::anyone(),
    .audit = Audit::none("a test"),
    .limit = Limit::none,
};

Async<Text> echo(Context& context, Text text)
{
    text.text += context.request.secure ? " over TLS" : " in clear";
    co_return text;
}

// A fresh key and a certificate signed with it, in a folder of their own.
class Certificates {
public:
    Certificates()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "gatehouse-tls-XXXXXX").string();
        if (!mkdtemp(pattern.data()))
            throw std::runtime_error("no temporary folder");
        folder_ = pattern;
        write_pair("a");
        write_pair("b");
    }
    ~Certificates() { std::filesystem::remove_all(folder_); }

    TlsFiles files(std::string const& certificate, std::string const& key) const
    {
        return {folder_ / (certificate + ".crt"), folder_ / (key + ".key")};
    }

private:
    void write_pair(std::string const& name) const
    {
        char curve[] = "P-256";
        std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> const key(
            EVP_EC_gen(curve), EVP_PKEY_free
        );
        std::unique_ptr<X509, decltype(&X509_free)> const made(X509_new(), X509_free);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
        X509_set_pubkey(made.get(), key.get());
        X509_sign(made.get(), key.get(), EVP_sha256());
        save(folder_ / (name + ".crt"), [&](BIO* out) {
            return PEM_write_bio_X509(out, made.get());
        });
        save(folder_ / (name + ".key"), [&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }
    template <class Write> static void save(std::filesystem::path const& path, Write write)
    {
        std::unique_ptr<BIO, decltype(&BIO_free)> const out(
            BIO_new_file(path.c_str(), "w"), BIO_free
        );
        if (write(out.get()) != 1)
            throw std::runtime_error("cannot write " + path.string());
    }

    std::filesystem::path folder_;
};

class TlsClient {
public:
    TlsClient(std::uint16_t port, int highest_version)
    {
        SSL_CTX_set_max_proto_version(context_.get(), highest_version);
        SSL_CTX_set_security_level(context_.get(), 0); // so that it is the server that refuses
        auto where = "127.0.0.1:" + std::to_string(port);
        connection_.reset(BIO_new_ssl_connect(context_.get()));
        BIO_set_conn_hostname(connection_.get(), where.data());
        BIO_get_ssl(connection_.get(), &session_);
        unsigned char const wanted[] = "\x02h2\x08http/1.1";
        SSL_set_alpn_protos(session_, wanted, sizeof wanted - 1);
        shaken_
            = BIO_do_connect(connection_.get()) == 1 && BIO_do_handshake(connection_.get()) == 1;
    }
    bool is_shaken() const { return shaken_; }
    std::string version() const { return SSL_get_version(session_); }
    std::string protocol() const
    {
        unsigned char const* chosen = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(session_, &chosen, &size);
        return {reinterpret_cast<char const*>(chosen), size};
    }
    std::string ask(std::string const& request)
    {
        BIO_write(connection_.get(), request.data(), static_cast<int>(request.size()));
        std::string received;
        char buffer[4096];
        for (;;) {
            auto const count = BIO_read(connection_.get(), buffer, sizeof buffer);
            if (count <= 0)
                return received;
            received.append(buffer, static_cast<std::size_t>(count));
        }
    }

private:
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free
    };
    std::unique_ptr<BIO, decltype(&BIO_free_all)> connection_{nullptr, BIO_free_all};
    SSL* session_ = nullptr;
    bool shaken_ = false;
};

class TlsTest : public ::testing::Test {
protected:
    ServerSettings settings() const
    {
        ServerSettings made;
        made.tls = certificates.files("a", "a");
        return made;
    }
    HttpWorld world;
    Certificates certificates;
};

std::string request(std::string const& body)
{
    return "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: "
           "application/json\r\nContent-Length: "
        + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(TlsTest, carries_large_bodies_in_TLS_1_2_and_1_3)
{
    RunningServer server(world, {endpoint(echo_route, echo)}, settings());
    for (auto const& [version, name] :
         {std::pair(TLS1_2_VERSION, "TLSv1.2"), std::pair(TLS1_3_VERSION, "TLSv1.3")}) {
        TlsClient client(server.port(), version);
        ASSERT_TRUE(client.is_shaken());
        EXPECT_EQ(client.version(), name);
        EXPECT_EQ(client.protocol(), "http/1.1");
        auto const long_text = std::string(300'000, 'x');
        auto const answer = client.ask(request("{\"text\":\"" + long_text + "\"}"));
        EXPECT_EQ(support::status_of(answer), 200);
        EXPECT_EQ(support::body_of(answer), "{\"text\":\"" + long_text + " over TLS\"}");
        EXPECT_NE(support::header_of(answer, "Strict-Transport-Security"), "");
    }
}

TEST_F(TlsTest, refuses_what_is_older_and_what_is_no_TLS)
{
    RunningServer server(world, {endpoint(echo_route, echo)}, settings());
    EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).is_shaken());
    support::RawClient plain(server.port());
    plain.send(request("{}"));
    EXPECT_EQ(plain.read_all().find("HTTP/1.1 2"), std::string::npos);
    EXPECT_TRUE(TlsClient(server.port(), TLS1_3_VERSION).is_shaken()) << "others are served";
}

TEST_F(TlsTest, a_key_or_certificate_that_cannot_be_used_is_named_at_start)
{
    for (auto const& [files, named] :
         {std::pair(certificates.files("a", "b"), "b.key"),
          std::pair(certificates.files("missing", "a"), "missing.crt"),
          std::pair(certificates.files("a", "missing"), "missing.key")}) {
        ServerSettings bad;
        bad.listen = {"127.0.0.1", 0};
        bad.tls = files;
        try {
            Server const server(bad, {endpoint(echo_route, echo)}, world.services);
            ADD_FAILURE() << named;
        } catch (std::runtime_error const& wrong) {
            EXPECT_NE(std::string(wrong.what()).find(named), std::string::npos) << wrong.what();
        }
    }
}

} // namespace
} // namespace gatehouse::http
