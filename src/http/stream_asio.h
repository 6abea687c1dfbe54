// Streams over Asio sockets: plain TCP and TLS. Only for the few files of this room that know Asio.
#pragma once

#include "http/stream.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace gatehouse::http {

// With a concrete executor: the type-erased one costs as much as a whole small request.
using Socket = boost::asio::
    basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

std::unique_ptr<Stream> plain_stream(Socket socket);
std::unique_ptr<Stream> tls_stream(Socket socket, boost::asio::ssl::context& context);

inline void finish(Completion& done, boost::system::error_code const& error, std::size_t count)
{
    done.failed = static_cast<bool>(error);
    done.count = count;
    done.waiting.resume();
}

// How many bytes the kernel takes at once; -1 when the connection is broken.
inline std::ptrdiff_t send_without_waiting(Socket& socket, std::string_view bytes) noexcept
{
    boost::system::error_code error;
    auto const sent = socket.send(boost::asio::buffer(bytes.data(), bytes.size()), 0, error);
    if (error == boost::asio::error::would_block)
        return 0;
    return error ? -1 : static_cast<std::ptrdiff_t>(sent);
}

} // namespace gatehouse::http
