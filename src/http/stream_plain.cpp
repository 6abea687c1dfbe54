// TCP without TLS.
#include "http/stream_asio.h"

#include <utility>

namespace gatehouse::http {

namespace asio = boost::asio;

namespace {
class PlainStream final : public Stream {
public:
    explicit PlainStream(Socket socket)
        : socket_(std::move(socket))
    {
    }

    void handshake(Completion& done) override { done.waiting.resume(); }

    void read_some(char* into, std::size_t size, Completion& done) override
    {
        socket_.async_read_some(
            asio::buffer(into, size),
            [&done](auto const& error, std::size_t count) { finish(done, error, count); }
        );
    }

    std::size_t read_now(char* into, std::size_t size) noexcept override
    {
        boost::system::error_code nothing_yet; // or the end
        return socket_.receive(asio::buffer(into, size), 0, nothing_yet);
    }

    void write_some(std::string_view bytes, Completion& done) override
    {
        socket_.async_write_some(
            asio::buffer(bytes.data(), bytes.size()),
            [&done](auto const& error, std::size_t count) { finish(done, error, count); }
        );
    }

    std::ptrdiff_t send_now(std::string_view bytes) noexcept override
    {
        return send_without_waiting(socket_, bytes);
    }

    bool needs_handshake() const override { return false; }

    void cancel() noexcept override
    {
        boost::system::error_code gone; // an already broken connection is what is wanted
        socket_.cancel(gone);
    }

    void reset() noexcept override
    {
        boost::system::error_code gone; // an already broken connection is what is wanted
        socket_.set_option(asio::socket_base::linger(true, 0), gone);
        socket_.close(gone); // here: a destructor would take the option back
    }

    void finish_sending() noexcept override
    {
        boost::system::error_code gone;
        socket_.shutdown(asio::socket_base::shutdown_send, gone);
    }

private:
    Socket socket_;
};
} // namespace

std::unique_ptr<Stream> plain_stream(Socket socket)
{
    return std::make_unique<PlainStream>(std::move(socket));
}

} // namespace gatehouse::http
