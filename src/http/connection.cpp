// Reading requests, asking the pipeline, writing answers, and knowing when to stop.
#include "http/connection.h"

#include "core/secret.h"
#include "http/tally.h"

#include <algorithm>
#include <cstring>

namespace gatehouse::http {

namespace {
constexpr std::size_t first_buffer = 2048; // idle connections are many
constexpr std::size_t whole_buffer = 16 * 1024;
constexpr std::size_t skipped_at_most = 64 * 1024; // of a body nobody wants, to keep the connection
constexpr std::size_t lingered_at_most = 8 * 1024 * 1024;
constexpr int requests_in_a_row = 64;
constexpr int reads_left_out = 16;

constexpr Fault request_timeout{
    408, "REQUEST_TIMEOUT", "Request timeout", "The request did not arrive in time."
};

struct Yield {
    EventLoop& loop;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) { loop.post(waiting); }
    void await_resume() const noexcept { }
};
} // namespace

Connection::Connection(Surroundings& around, std::unique_ptr<Stream> stream, Facts facts)
    : around_(around)
    , stream_(std::move(stream))
    , facts_(std::move(facts))
    , parser_(request_)
{
    enter(Phase::idle);
}

Async<void> Connection::converse()
{
    if (stream_->needs_handshake()) {
        enter(Phase::handshake);
        auto const shaken = [this](Completion& done) {
            stream_->handshake(done);
        };
        Pending pending{shaken};
        auto const& done = co_await pending;
        if (done.failed)
            co_return;
    }
    while (co_await serve_one()) {
        // A client with a full pipeline must not keep the others waiting. And one that has sent
        // nothing further yet has it sent by the time the others had their turn: reading before
        // that is a system call in vain for every request.
        bool const asks_on = held_ != 0;
        if (asks_on && ++served_in_a_row_ < requests_in_a_row)
            continue;
        served_in_a_row_ = 0;
        Yield yield{around_.loop()};
        co_await yield;
    }
    if (unread_input_)
        co_await linger();
}

// Without a frame of its own: there is one for each piece of each request.
struct Connection::Receiving {
    Connection& connection;
    Completion done{};

    // The next request that has come already is taken here, without a turn of the loop; where that
    // is tried in vain it costs a system call, and is left for a while.
    bool await_ready()
    {
        if (connection.phase_ != Phase::idle || --connection.reads_in_vain_ > 0)
            return false;
        auto const room = connection.make_room();
        done.count = connection.stream_->read_now(room.data(), room.size());
        connection.reads_in_vain_ = done.count == 0 ? reads_left_out : 0;
        return done.count != 0;
    }
    void await_suspend(std::coroutine_handle<> waiting)
    {
        done.waiting = waiting;
        auto const room = connection.make_room();
        connection.stream_->read_some(room.data(), room.size(), done);
    }
    bool await_resume() const // false at the end
    {
        connection.held_ += done.count;
        connection.phase_bytes_ += done.count;
        return !done.failed;
    }
};

std::span<char> Connection::make_room()
{
    if (held_ == capacity_) {
        auto const larger = capacity_ == 0 ? first_buffer : whole_buffer;
        std::unique_ptr<char[]> grown(new char[larger]);
        if (held_ != 0)
            std::memcpy(grown.get(), buffer_.get(), held_);
        wipe(buffer_.get(), capacity_);
        buffer_ = std::move(grown);
        capacity_ = larger;
    }
    served_in_a_row_ = 0;
    return {buffer_.get() + held_, capacity_ - held_};
}

void Connection::consume(std::size_t bytes)
{
    auto const left = held_ - bytes;
    std::memmove(buffer_.get(), buffer_.get() + bytes, left);
    wipe(buffer_.get() + left, bytes); // passwords and tokens
    held_ = left;
}

// An idle connection must not keep what one large body took.
void Connection::give_back_memory()
{
    for (auto* const text : {&out_, &request_.body, &response_.body})
        if (text->capacity() > whole_buffer)
            std::string().swap(*text);
}

void Connection::begin_head()
{
    give_back_memory();
    enter(held_ == 0 ? Phase::idle : Phase::head);
    finder_.reset();
}

// In what has come so far.
Connection::HeadState Connection::look_for_head()
{
    while (held_ >= 2 && std::memcmp(buffer_.get(), "\r\n", 2) == 0)
        consume(2); // RFC 9112 2.2: an empty line before the request is skipped
    auto const found = finder_.look({buffer_.get(), held_});
    if (found.fault) {
        fault_ = *found.fault;
        return HeadState::refused;
    }
    if (found.size != 0) {
        auto const fault = parser_.read_head({buffer_.get(), found.size});
        consume(found.size);
        fault_ = fault.value_or(Fault{});
        return fault ? HeadState::refused : HeadState::complete;
    }
    return around_.is_stopping() && held_ == 0 ? HeadState::ended : HeadState::incomplete;
}

// Nothing more will come.
Connection::HeadState Connection::after_silence()
{
    fault_ = request_timeout;
    return too_slow_ && held_ != 0 ? HeadState::refused : HeadState::ended;
}

Exchange Connection::make_exchange()
{
    request_.peer = facts_.peer;
    request_.secure = facts_.secure;
    request_.on_operator_listener = facts_.on_operator_listener;
    response_.clear();
    now_ = around_.pipeline().services().clock.now();
    around_.mint_request_id(request_id_, now_);
    return {
        .request = request_,
        .response = response_,
        .body = *this,
        .now = now_,
        .request_id = request_id_
    };
}

Async<bool> Connection::serve_one()
{
    begin_head();
    auto head = look_for_head();
    while (head == HeadState::incomplete) {
        Receiving receiving{*this};
        bool const more = co_await receiving;
        if (more && phase_ == Phase::idle)
            enter(Phase::head);
        head = more ? look_for_head() : after_silence();
    }
    if (head == HeadState::ended)
        co_return false;
    auto const began = std::chrono::steady_clock::now();
    auto exchange = make_exchange();
    if (head == HeadState::refused) {
        unread_input_ = true;
        request_.method = Method::get; // so that the answer has its body
        around_.pipeline().answer_malformed(exchange, fault_);
        record(exchange, began);
        co_await send_rest(send_at_once(false).bytes);
        co_return false;
    }
    exchange.method_is_known = parser_.method_is_known();
    exchange.has_body = !parser_.is_done();
    exchange.declared_length = parser_.declared_length();
    enter(Phase::handling);
    co_await around_.pipeline().answer(exchange);
    record(exchange, began);
    if (!exchange.answered)
        co_return false;
    bool const body_is_left = !parser_.is_done();
    bool const may_skip = !parser_.expects_continue() && exchange.declared_length <= skipped_at_most
        && response_.status != 413 && response_.status != 400 && response_.status != 408;
    unread_input_ = body_is_left;
    bool keep_alive = parser_.keep_alive() && !around_.is_stopping() && (!body_is_left || may_skip)
        && (!response_.stream || parser_.http_1_1());
    auto const sent = send_at_once(keep_alive);
    bool arrives = !sent.broken;
    if (sent.bytes < out_.size())
        arrives = co_await send_rest(sent.bytes);
    if (arrives && response_.stream && request_.method != Method::head)
        arrives = co_await send_pieces(exchange);
    response_.stream.reset();
    keep_alive = keep_alive && arrives;
    if (keep_alive && body_is_left)
        co_return co_await skip_body();
    co_return keep_alive;
}

// Of what has come: true once nothing is missing any more. Throws Fault.
bool Connection::take_body(std::size_t limit)
{
    if (held_ == 0)
        return false;
    if (auto const length = parser_.declared_length(); length <= limit)
        request_.body.reserve(length); // growing would leave copies of passwords behind
    auto const step = parser_.read_body({buffer_.get(), held_}, limit);
    consume(step.used);
    if (step.fault)
        throw *step.fault;
    return parser_.is_done();
}

Async<void> Connection::read_body(std::size_t limit)
{
    enter(Phase::body);
    if (parser_.expects_continue() && held_ == 0) {
        bool const arrives = co_await say_go_on();
        if (!arrives)
            throw Disconnected();
    }
    while (!take_body(limit)) {
        Receiving receiving{*this};
        bool const more = co_await receiving;
        if (!more && too_slow_)
            throw request_timeout;
        if (!more)
            throw Disconnected();
    }
    enter(Phase::handling);
}

Async<bool> Connection::skip_body()
{
    try {
        co_await read_body(skipped_at_most);
    } catch (Fault const&) {
        co_return false; // too much of it: the answer is out, the connection ends and lingers
    } catch (Disconnected const&) {
        co_return false;
    }
    unread_input_ = false;
    co_return true;
}

Async<void> Connection::linger()
{
    enter(Phase::lingering);
    stream_->finish_sending();
    std::size_t discarded = 0;
    while (!too_slow_ && discarded < lingered_at_most) {
        held_ = 0;
        Receiving receiving{*this};
        bool const more = co_await receiving;
        if (!more)
            break;
        discarded += held_;
    }
}

void Connection::record(Exchange const& exchange, std::chrono::steady_clock::time_point began) const
{
    if (exchange.answered)
        tally(exchange, std::chrono::steady_clock::now() - began);
}

} // namespace gatehouse::http
