// One client connection: requests in, answers out, one after the other.
#pragma once

#include "core/async.h"
#include "core/event_loop.h"
#include "http/guard.h"
#include "http/parser.h"
#include "http/pipeline.h"
#include "http/serialize.h"
#include "http/stream.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::http {

struct TimeLimits {
    std::chrono::milliseconds handshake{10'000};
    std::chrono::milliseconds head{10'000}; // from its first byte to its last
    std::chrono::milliseconds idle{75'000}; // between requests
    std::chrono::milliseconds transfer_grace{10'000}; // then bodies and answers need the pace
    std::size_t transfer_pace = 16 * 1024; // bytes a second, of a body or an answer
    std::chrono::milliseconds lingering{2'000}; // for the client to read the last answer
    std::chrono::milliseconds stopping{10'000}; // for accepted requests, once stop is asked for
};

// What all connections of one loop share; outlives them.
class Surroundings {
public:
    virtual ~Surroundings() = default;
    virtual Pipeline& pipeline() = 0;
    virtual EventLoop& loop() = 0;
    virtual CommonFields& common_fields() = 0;
    virtual void mint_request_id(std::string& into, Instant now) = 0; // replaces
    virtual std::chrono::milliseconds ticks() const = 0; // of a steady, coarse clock
    virtual bool is_stopping() const = 0;
};

class Connection final : public BodySource {
public:
    struct Facts {
        std::string peer;
        bool secure = false;
        bool on_operator_listener = false;
    };
    Connection(Surroundings& around, std::unique_ptr<Stream> stream, Facts facts);

    Async<void> converse(); // until the connection ends; never throws

    // For the sweep: ends the connection when it has been too slow.
    void sweep(TimeLimits const& limits);
    void stop_if_idle(); // no request has begun
    void abandon(); // whatever it is doing

    bool take_body(std::size_t limit) override;
    Async<void> read_body(std::size_t limit) override;

private:
    enum class Phase { handshake, idle, head, body, handling, writing, lingering };
    enum class HeadState { incomplete, complete, refused, ended };
    struct Receiving; // co_await of more bytes in the buffer; false at the end
    struct Sent {
        std::size_t bytes = 0;
        bool broken = false;
    };

    void enter(Phase phase);
    bool is_too_slow(TimeLimits const& limits) const;
    std::span<char> make_room();
    void begin_head();
    HeadState look_for_head();
    HeadState after_silence();
    Async<bool> serve_one(); // whether another request may follow
    Sent send_at_once(bool keep_alive);
    Sent send_out(); // of out_
    Async<bool> send_pieces(Exchange& exchange);
    Async<bool> send_rest(std::size_t done);
    Async<bool> say_go_on();
    Async<bool> skip_body();
    Async<void> linger();
    Exchange make_exchange();
    void consume(std::size_t bytes);
    void give_back_memory();
    void record(Exchange const& exchange, std::chrono::steady_clock::time_point began) const;

    Surroundings& around_;
    std::unique_ptr<Stream> stream_;
    Facts facts_;
    Request request_;
    Response response_;
    RequestParser parser_;
    HeadFinder finder_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t held_ = 0; // bytes received and not yet consumed
    std::string out_;
    std::string request_id_;
    Instant now_; // when the request in hand arrived
    Fault fault_;
    Phase phase_ = Phase::idle;
    std::chrono::milliseconds phase_began_{};
    std::size_t phase_bytes_ = 0;
    bool too_slow_ = false;
    bool unread_input_ = false; // closing at once would destroy the answer on its way
    int served_in_a_row_ = 0; // without a pause for the others
    int reads_in_vain_ = 0; // not to be tried again for so many requests
};

} // namespace gatehouse::http
