// Reading what waits, handing it over, and noting that it is there.
#include "outbound/checkpoint_publisher.h"

#include "core/log.h"
#include "core/metrics.h"
#include "domain/seals.h"
#include "sealing/lines.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

namespace gatehouse::outbound {
namespace {
using domain::Checkpoint;
using domain::Storage;

constexpr int most_at_once = 500;
constexpr Duration poll = 500ms;
constexpr Duration longest_pause = 60s;

struct Unpublished {
    std::vector<Checkpoint> checkpoints;
    std::string lines;
};

Async<Unpublished> read_unpublished(Storage& storage)
{
    auto work = co_await storage.read();
    Unpublished waiting;
    waiting.checkpoints = co_await work->seals().unpublished(most_at_once);
    if (waiting.checkpoints.empty())
        co_return waiting;
    auto const keys = co_await work->audit_keys().all();
    for (auto const& checkpoint : waiting.checkpoints) {
        auto const key = std::ranges::find(keys, checkpoint.kid, &domain::AuditKey::kid);
        if (key == keys.end())
            throw std::runtime_error("no such audit key: " + checkpoint.kid);
        sealing::append_checkpoint(waiting.lines, {checkpoint, key->public_key});
    }
    co_return waiting;
}

Async<void> note_published(Storage& storage, std::vector<Checkpoint> const& checkpoints)
{
    auto work = co_await storage.begin();
    for (auto const& checkpoint : checkpoints)
        work->seals().published(checkpoint);
    co_await work->commit();
}

} // namespace

CheckpointPublisher::CheckpointPublisher(
    Storage& storage, Clock const& clock, std::unique_ptr<CheckpointTarget> target
)
    : storage_(storage)
    , clock_(clock)
    , target_(std::move(target))
{
}

CheckpointPublisher::~CheckpointPublisher()
{
    {
        std::scoped_lock const lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable())
        thread_.join();
}

void CheckpointPublisher::start()
{
    thread_ = std::thread([this] { run(); });
}

void CheckpointPublisher::run()
{
    auto wait = poll;
    while (pause(wait))
        wait = run_once() ? poll : std::min(std::max(wait * 2, Duration(1s)), longest_pause);
}

bool CheckpointPublisher::pause(Duration time)
{
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

bool CheckpointPublisher::run_once()
{
    std::string failure;
    try {
        while (true) {
            auto const waiting = wait_for(loop_, read_unpublished(storage_));
            if (waiting.checkpoints.empty())
                break;
            target_->write(waiting.lines, clock_.now());
            wait_for(loop_, note_published(storage_, waiting.checkpoints));
            metrics::count(
                "gatehouse_checkpoints_published_total",
                {},
                static_cast<double>(waiting.checkpoints.size())
            );
        }
    } catch (std::exception const& caught) {
        failure = caught.what();
    }
    bool const works = failure.empty();
    note(std::move(failure));
    return works;
}

void CheckpointPublisher::note(std::string failure)
{
    bool const fails = !failure.empty();
    bool changed = false;
    {
        std::scoped_lock const lock(mutex_);
        changed = fails != !failure_.empty();
        failure_ = failure;
    }
    if (fails)
        metrics::count("gatehouse_failed_open_total", {{"control", "checkpoints"}});
    if (changed)
        log::Line(
            fails ? log::Level::error : log::Level::warning,
            fails ? "checkpoints.not_published" : "checkpoints.published_again"
        )
            .with("target", target_->name())
            .with("cause", failure);
}

std::string CheckpointPublisher::trouble() const
{
    std::scoped_lock const lock(mutex_);
    return failure_;
}

} // namespace gatehouse::outbound
