// TLS over TCP.
#include "http/stream_asio.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <utility>

namespace gatehouse::http {

namespace asio = boost::asio;

namespace {
class TlsStream final : public Stream {
public:
    TlsStream(Socket socket, asio::ssl::context& context)
        : stream_(std::move(socket), context)
    {
    }

    void handshake(Completion& done) override
    {
        stream_.async_handshake(asio::ssl::stream_base::server, [&done](auto const& error) {
            finish(done, error, 0);
        });
    }

    void read_some(char* into, std::size_t size, Completion& done) override
    {
        stream_.async_read_some(
            asio::buffer(into, size),
            [&done](auto const& error, std::size_t count) { finish(done, error, count); }
        );
    }

    std::size_t read_now(char* /*into*/, std::size_t /*size*/) noexcept override { return 0; }

    void write_some(std::string_view bytes, Completion& done) override
    {
        stream_.async_write_some(
            asio::buffer(bytes.data(), bytes.size()),
            [&done](auto const& error, std::size_t count) { finish(done, error, count); }
        );
    }

    // Records must be sealed and flushed in order: everything goes the waiting way.
    std::ptrdiff_t send_now(std::string_view /*bytes*/) noexcept override { return 0; }

    bool needs_handshake() const override { return true; }

    void cancel() noexcept override
    {
        boost::system::error_code gone; // an already broken connection is what is wanted
        stream_.next_layer().cancel(gone);
    }

    void reset() noexcept override
    {
        boost::system::error_code gone; // an already broken connection is what is wanted
        stream_.next_layer().set_option(asio::socket_base::linger(true, 0), gone);
        stream_.next_layer().close(gone); // here: a destructor would take the option back
    }

    void finish_sending() noexcept override
    {
        boost::system::error_code gone;
        stream_.next_layer().shutdown(asio::socket_base::shutdown_send, gone);
    }

private:
    asio::ssl::stream<Socket> stream_;
};
} // namespace

std::unique_ptr<Stream> tls_stream(Socket socket, asio::ssl::context& context)
{
    return std::make_unique<TlsStream>(std::move(socket), context);
}

} // namespace gatehouse::http
