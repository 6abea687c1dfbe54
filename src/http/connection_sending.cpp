// Sending: what the kernel takes at once, and the rest.
#include "http/connection.h"
#include "http/serialize.h"

#include "core/metrics.h"
#include "core/secret.h"

namespace gatehouse::http {

namespace {
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
} // namespace

// What the kernel takes at once; what it does not take is for send_rest().
Connection::Sent Connection::send_at_once(bool keep_alive)
{
    enter(Phase::writing);
    Framing const framing{request_.method == Method::head, parser_.http_1_1(), keep_alive};
    out_.clear();
    append_answer(
        out_, response_, around_.common_fields().at(now_, response_), request_id_, framing
    );
    wipe(response_.body.data(), response_.body.size()); // tokens and keys
    return send_out();
}

Connection::Sent Connection::send_out()
{
    auto const sent = stream_->send_now(out_);
    if (sent >= 0 && static_cast<std::size_t>(sent) < out_.size())
        return {static_cast<std::size_t>(sent), false};
    wipe(out_.data(), out_.size());
    return {out_.size(), sent < 0};
}

Async<bool> Connection::send_rest(std::size_t done)
{
    bool broken = false;
    while (!broken && done < out_.size()) {
        auto const start = [this, done](Completion& completion) {
            stream_->write_some(std::string_view(out_).substr(done), completion);
        };
        Pending pending{start};
        auto const& result = co_await pending;
        broken = result.failed;
        done += result.count;
        phase_bytes_ += result.count;
    }
    wipe(out_.data(), out_.size());
    co_return !broken;
}

// One piece is in hand at a time: the next is asked for when the kernel has taken this one, however
// long the client lets it wait. False: the body has no end, and the connection must not go on.
Async<bool> Connection::send_pieces(Exchange& exchange)
{
    std::string text;
    for (auto piece = Piece::more; piece == Piece::more;) {
        enter(Phase::handling);
        text.clear();
        piece = co_await around_.pipeline().next_piece(exchange, text);
        if (piece == Piece::broken) {
            stream_->reset();
            unread_input_ = false; // nothing to linger for
            co_return false;
        }
        enter(Phase::writing);
        out_.clear();
        append_piece(out_, text, piece == Piece::last, parser_.http_1_1());
        auto const sent = send_out();
        bool arrives = !sent.broken;
        if (sent.bytes < out_.size())
            arrives = co_await send_rest(sent.bytes);
        if (!arrives) {
            metrics::count("gatehouse_http_disconnects_total");
            co_return false;
        }
    }
    co_return true;
}

Async<bool> Connection::say_go_on()
{
    auto const sent = stream_->send_now(go_on);
    if (sent < 0 || static_cast<std::size_t>(sent) == go_on.size())
        co_return sent >= 0;
    out_ = go_on; // TLS takes nothing at once
    co_return co_await send_rest(static_cast<std::size_t>(sent));
}

} // namespace gatehouse::http
