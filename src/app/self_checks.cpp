// Sending canaries out, and telling what they found.
#include "app/self_checks.h"

#include "core/event_loop.h"
#include "core/log.h"
#include "core/metrics.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace gatehouse::app {
namespace {
using domain::ControlState;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds shortest_nap{1};
constexpr std::chrono::milliseconds longest_nap{50};
constexpr std::chrono::milliseconds looks_around_every{5000};
constexpr char const* database = "database";

// What it throws is its finding.
Async<std::string> found_by(SelfChecks::Canary canary)
{
    try {
        co_await canary();
    } catch (std::exception const& failure) {
        co_return failure.what();
    }
    co_return std::string();
}

std::string said_by(SelfChecks::Look const& look)
{
    try {
        return look();
    } catch (std::exception const& failure) {
        return failure.what();
    }
}

// For as long as it lives.
class Held {
public:
    explicit Held(bool& flag)
        : flag_(flag)
    {
        flag_ = true;
    }
    Held(Held const&) = delete;
    Held& operator=(Held const&) = delete;
    ~Held() { flag_ = false; }

private:
    bool& flag_;
};

std::string waited(std::chrono::steady_clock::time_point since)
{
    auto const seconds
        = std::chrono::duration_cast<std::chrono::seconds>(Steady::now() - since).count();
    return "has not answered for " + std::to_string(seconds) + " s";
}

} // namespace

// One canary that is out. It owns itself: what hangs is not waited for.
struct SelfChecks::Running {
    Steady::time_point began = Steady::now();
    bool ended = false;
    std::string failure;
};

struct SelfChecks::Known {
    Control control;
    Canary canary;
    Look look;
    std::shared_ptr<Running> out; // of the loop of the rounds
    std::string found; // by the last canary
    // Under the mutex:
    std::string failure; // empty: it works
    std::optional<Instant> checked_at;
};

SelfChecks::SelfChecks(domain::Storage& storage, Clock const& clock, Limits limits)
    : storage_(storage)
    , clock_(clock)
    , limits_(limits)
    , news_(storage, clock)
{
}

SelfChecks::~SelfChecks() = default;

SelfChecks::Known& SelfChecks::find_or_add(Control control)
{
    auto const found = std::ranges::find_if(known_, [&](auto const& one) {
        return one->control.name == control.name;
    });
    if (found != known_.end())
        return **found;
    known_.push_back(std::make_unique<Known>());
    known_.back()->control = std::move(control);
    return *known_.back();
}

void SelfChecks::add(Control control, Canary canary, Look look)
{
    auto& known = find_or_add(std::move(control));
    known.canary = std::move(canary);
    known.look = std::move(look);
}

void SelfChecks::watch(Control control, Look look)
{
    find_or_add(std::move(control)).look = std::move(look);
}

void SelfChecks::begin(Background& background, std::chrono::seconds every)
{
    background_ = &background;
    background.run("self-check", run());
    background.repeat("self-check", every, [this] { return run(); });
    auto const often = std::min<std::chrono::milliseconds>(every, looks_around_every);
    background.repeat("self-check", often, [this] { return look_around(); });
}

void SelfChecks::send_out(Known& known)
{
    if (known.out && !known.out->ended)
        return; // the last one hangs: another would hang beside it
    known.out = std::make_shared<Running>();
    auto follow = [](std::shared_ptr<Running> running, Canary canary) -> Async<void> {
        running->failure = co_await found_by(std::move(canary));
        running->ended = true;
    };
    auto work = follow(known.out, known.canary);
    if (background_)
        background_->run("self-check " + known.control.name, std::move(work));
    else
        start(std::move(work));
}

Async<bool> SelfChecks::settled(std::shared_ptr<Running> running)
{
    for (auto nap = shortest_nap; !running->ended; nap = std::min(nap * 2, longest_nap)) {
        if (ends() || Steady::now() - running->began > limits_.may_take)
            co_return false;
        co_await EventLoop::current()->sleep(nap);
    }
    co_return true;
}

bool SelfChecks::ends() const
{
    return background_ && background_->is_stopping();
}

Async<void> SelfChecks::run()
{
    if (is_running_)
        co_return;
    {
        Held const running(is_running_);
        co_await go_round();
    }
    co_await tell(); // may have to wait for the ledger
}

Async<void> SelfChecks::go_round()
{
    bool something_hangs = false; // then the others are not kept waiting, one after the other
    for (auto const& known : known_) {
        if (!known->canary)
            continue;
        if (ends())
            co_return; // nothing is sent out any more
        send_out(*known);
        if (!something_hangs)
            something_hangs = !co_await settled(known->out);
    }
    for (auto const& known : known_) {
        if (!known->canary)
            continue;
        bool const answered = co_await settled(known->out);
        if (ends())
            co_return;
        known->found = answered ? known->out->failure : waited(known->out->began);
    }
    end_round();
}

void SelfChecks::end_round()
{
    auto const now = clock_.now();
    last_round_ = Steady::now();
    for (auto const& known : known_) {
        auto failure = known->found;
        if (failure.empty() && known->look)
            failure = said_by(known->look);
        bool const works = failure.empty();
        note(*known, std::move(failure));
        {
            std::scoped_lock const lock(mutex_);
            known->checked_at = now;
        }
        // Said again in case another node, or this one before a restart, has said otherwise.
        if (!works && !news_.mentions(known->control.name))
            news_.add({known->control.name, false, now});
    }
}

Async<void> SelfChecks::look_around()
{
    for (auto const& known : known_) {
        if (!known->look || !known->found.empty())
            continue;
        auto trouble = said_by(known->look);
        note(*known, std::move(trouble));
    }
    co_await tell();
}

void SelfChecks::note(Known& known, std::string failure)
{
    auto const& name = known.control.name;
    bool const works = failure.empty();
    auto const now = clock_.now();
    metrics::gauge("gatehouse_control_works", works ? 1 : 0, {{"control", name}});
    bool changed = false;
    {
        std::scoped_lock const lock(mutex_);
        changed = works != known.failure.empty();
        known.failure = failure;
    }
    if (!changed)
        return;
    metrics::count("gatehouse_control_changes_total", {{"control", name}});
    auto const since = works ? 0.0 : static_cast<double>(now.seconds());
    metrics::gauge("gatehouse_control_broken_since_seconds", since, {{"control", name}});
    log::Line(
        works ? log::Level::warning : log::Level::error,
        works ? "control.recovered" : "control.degraded"
    )
        .with("control", name)
        .with("cause", failure);
    news_.add({name, works, now});
}

// Nothing is known of a control before it was looked at.
Async<void> SelfChecks::tell()
{
    if (ends())
        co_return;
    std::vector<ControlNews::Change> working;
    for (auto const& known : known_)
        if (known->checked_at && known->failure.empty())
            working.push_back({known->control.name, true, clock_.now()});
    co_await news_.tell(std::move(working));
}

Async<std::vector<ControlState>> SelfChecks::states()
{
    Canary const probe = [this] {
        return storage_.probe();
    };
    auto unreachable = co_await found_by(probe);
    bool const is_overdue = Steady::now() - last_round_.load() > limits_.may_be_old;
    std::vector<ControlState> states;
    for (auto const& known : known_) {
        ControlState state{.name = known->control.name, .needed = known->control.needed};
        std::string trouble;
        if (known->look)
            trouble = said_by(known->look);
        if (state.name == database)
            trouble = unreachable;
        {
            std::scoped_lock const lock(mutex_);
            state.checked_at = known->checked_at;
            // What was found before is what counts, but of the database and of mere looks.
            bool const asked_now = state.name == database || !known->canary;
            if (trouble.empty() && !asked_now)
                trouble = known->failure;
            if (trouble.empty() && !asked_now && is_overdue)
                trouble = "was not checked: no round ends";
        }
        state.works = trouble.empty();
        state.detail = std::move(trouble);
        states.push_back(std::move(state));
    }
    co_return states;
}

} // namespace gatehouse::app
