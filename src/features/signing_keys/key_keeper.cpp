// Reading keys: one reading at a time, whoever asks meanwhile takes what it finds.
#include "features/signing_keys/key_keeper.h"

#include "core/log.h"
#include "core/metrics.h"
#include "features/signing_keys/sealed_keys.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::signing_keys {
namespace {
using domain::KeyState;
using domain::SigningKey;
using domain::UnitOfWork;

// A removed key must verify nothing a second later, on every node (security JWT-17).
constexpr Duration known_for = 1s;
// Made-up key ids make no more than ten readings a second.
constexpr Duration asked_again_after = 100ms;

} // namespace

// Ends the turn of whoever reads, also where its coroutine is thrown away: nobody waits for ever.
class KeyKeeper::Turn {
public:
    explicit Turn(KeyKeeper& keeper)
        : keeper_(&keeper)
    {
    }
    Turn(Turn const&) = delete;
    Turn& operator=(Turn const&) = delete;
    ~Turn()
    {
        if (keeper_)
            keeper_->end_turn(
                std::make_exception_ptr(std::runtime_error("the reading of keys was given up"))
            );
    }
    void end(std::exception_ptr const& failure)
    {
        std::exchange(keeper_, nullptr)->end_turn(failure);
    }

private:
    KeyKeeper* keeper_;
};

KeyKeeper::KeyKeeper(
    std::string public_url,
    std::optional<SecretString> const& jwt_secret,
    domain::Storage& storage,
    crypto::KeyEncryptionKey const& key,
    Clock const& clock
)
    : storage_(storage)
    , key_(key)
    , clock_(clock)
    , builder_(std::move(public_url), jwt_secret, key)
{
}

Async<void> KeyKeeper::begin(Random& random, jose::Algorithm algorithm)
{
    auto const asked_at = clock_.now();
    auto look = co_await storage_.read();
    auto stored = co_await look->signing_keys().all();
    look.reset();
    if (stored.empty()) {
        stored.push_back(minted(key_, random, algorithm, KeyState::signing, asked_at));
        auto work = co_await storage_.begin();
        bool const first = co_await work->signing_keys().insert(stored.front());
        co_await work->commit();
        work.reset();
        if (!first) { // another node was faster: its key is everybody's
            look = co_await storage_.read();
            stored = co_await look->signing_keys().all();
            look.reset();
        }
    }
    keep(stored, asked_at);
    if (!ring_->problem().empty())
        throw std::runtime_error(ring_->problem());
}

Async<Ring> KeyKeeper::fresh(UnitOfWork* held)
{
    if (auto ring = known())
        co_return ring;
    co_return co_await read(held);
}

Async<Ring> KeyKeeper::after_unknown_key(Ring known, UnitOfWork* held)
{
    {
        std::scoped_lock const lock(mutex_);
        auto const since = clock_.now() - asked_at_;
        if (since >= Duration() && since < asked_again_after) {
            if (failure_)
                std::rethrow_exception(failure_);
            co_return ring_ ? ring_ : known;
        }
    }
    metrics::count("gatehouse_signing_keys_unknown_total");
    co_return co_await read(held);
}

Async<Ring> KeyKeeper::signing_in(UnitOfWork& work)
{
    auto const kid = co_await work.signing_keys().signing_kid();
    Ring known;
    {
        std::scoped_lock const lock(mutex_);
        known = ring_;
    }
    if (known && kid && known->signing_kid() == *kid)
        co_return known;
    // A step was taken a moment ago: what the unit sees is what counts.
    co_return co_await read(&work);
}

Async<void> KeyKeeper::read_again()
{
    auto const ring = co_await read_in_turn();
    if (!ring->problem().empty())
        throw std::runtime_error(ring->problem());
}

Async<void> KeyKeeper::keep_fresh()
{
    std::string cause;
    try {
        co_await read_in_turn();
    } catch (std::exception const& failure) {
        cause = failure.what();
    }
    // Once for each outage: it is tried twice a second.
    bool const is_lost = !cause.empty();
    if (is_lost && !std::exchange(told_, true))
        log::Line(log::Level::error, "signing_keys.out_of_reach").with("cause", cause);
    else if (!is_lost && std::exchange(told_, false))
        log::Line(log::Level::warning, "signing_keys.back");
}

Ring KeyKeeper::known() const
{
    return known_since(known_for);
}

Ring KeyKeeper::known_since(Duration at_most) const
{
    std::scoped_lock const lock(mutex_);
    auto const age = clock_.now() - confirmed_at_;
    // A clock that went back says nothing about how old the ring is.
    return age >= Duration() && age <= at_most ? ring_ : nullptr;
}

Async<Ring> KeyKeeper::read(UnitOfWork* held)
{
    if (!held)
        co_return co_await read_in_turn();
    // Whoever keeps a unit of work must not wait for another. Its own view may be older than what
    // others found meanwhile, and is therefore kept for nobody else.
    auto const stored = co_await held->signing_keys().all();
    Ring known;
    {
        std::scoped_lock const lock(mutex_);
        known = ring_;
    }
    co_return builder_.ring_of(stored, known);
}

Async<Ring> KeyKeeper::read_in_turn()
{
    Handoff<int> turn_of_another;
    bool waits = false;
    {
        std::scoped_lock const lock(mutex_);
        waits = std::exchange(is_reading_, true);
        if (waits)
            waiting_.push_back(turn_of_another.sender());
    }
    if (waits) {
        co_await turn_of_another.receive(); // throws what that reading threw
    } else {
        Turn turn(*this);
        std::exception_ptr failure;
        try {
            co_await read_and_keep();
        } catch (...) {
            failure = std::current_exception();
        }
        turn.end(failure);
        if (failure)
            std::rethrow_exception(failure);
    }
    std::scoped_lock const lock(mutex_);
    co_return ring_;
}

Async<void> KeyKeeper::read_and_keep()
{
    auto const asked_at = clock_.now();
    {
        std::scoped_lock const lock(mutex_);
        asked_at_ = asked_at;
    }
    metrics::count("gatehouse_signing_keys_read_total");
    auto look = co_await storage_.read();
    auto const stored = co_await look->signing_keys().all();
    look.reset();
    keep(stored, asked_at);
}

// By whoever has the turn, one at a time.
void KeyKeeper::keep(std::vector<SigningKey> const& stored, Instant asked_at)
{
    Ring known;
    {
        std::scoped_lock const lock(mutex_);
        known = ring_;
    }
    auto const ring = builder_.ring_of(stored, known);
    {
        std::scoped_lock const lock(mutex_);
        ring_ = ring;
        confirmed_at_ = asked_at;
        asked_at_ = asked_at;
    }
    if (ring == known)
        return;
    builder_.forget_all_but(stored);
    metrics::gauge("gatehouse_signing_keys", static_cast<double>(stored.size()));
    if (known) // at a start whoever starts it tells
        log::Line(
            ring->problem().empty() ? log::Level::info : log::Level::error, "signing_keys.taken_up"
        )
            .with("signs", ring->signing_kid())
            .with("problem", ring->problem());
}

void KeyKeeper::end_turn(std::exception_ptr const& failure)
{
    std::vector<Handoff<int>::Sender> waiting;
    {
        std::scoped_lock const lock(mutex_);
        is_reading_ = false;
        failure_ = failure;
        waiting.swap(waiting_);
    }
    if (failure)
        metrics::count("gatehouse_signing_keys_unread_total");
    for (auto const& one : waiting) {
        if (failure)
            one.fail(failure);
        else
            one.deliver(0);
    }
}

} // namespace gatehouse::signing_keys
