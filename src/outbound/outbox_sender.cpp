// Sends what waits in the outbox.
#include "outbound/outbox_sender.h"

#include "core/event_loop.h"
#include "core/log.h"
#include "core/metrics.h"
#include "outbound/outbox_rows.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace gatehouse::outbound {

class OutboxSender::Inside {
public:
    Inside(
        domain::Storage& storage,
        SecretString key,
        Clock const& clock,
        std::unique_ptr<MailTransport> transport,
        SenderOptions options
    )
        : storage_(storage)
        , clock_(clock)
        , courier_(std::move(key), clock, std::move(transport), std::move(options.courier))
        , poll_(options.poll)
        , note_time_(options.note_time)
    {
    }

    void start()
    {
        thread_ = std::thread([this] { run(); });
    }

    void nudge() noexcept
    {
        {
            std::lock_guard const lock(mutex_);
            nudged_ = true;
        }
        wake_.notify_one();
    }

    void stop() noexcept
    {
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
        }
        courier_.stop();
        wake_.notify_one();
        if (thread_.joinable())
            thread_.join();
    }

    MailHealth health() const
    {
        auto health = courier_.health();
        std::lock_guard const lock(mutex_);
        if (health.works && failed_rounds_ >= told_after) {
            health.works = false;
            health.failing_since = failing_since_;
            health.failure = "the outbox cannot be worked on: " + trouble_;
        }
        return health;
    }
    std::string_view transport_name() const { return courier_.name(); }

private:
    using Steady = std::chrono::steady_clock;

    // One alone may be a lock that others held too long.
    static constexpr int told_after = 2;

    void run()
    {
        while (!is_stopping()) {
            try {
                courier_.probe_if_due();
                if (courier_.works_again())
                    make_retries_due();
                send_what_is_due();
                note_round({});
            } catch (std::exception const& error) {
                // The database is out of reach or full: nothing is lost, the next round tries it.
                report("mail.outbox_out_of_reach", {}, error);
                note_round(error.what());
            }
            wait();
        }
    }

    void wait()
    {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, poll_, [this] { return nudged_ || stopping_; });
        nudged_ = false;
    }

    void note_round(std::string trouble)
    {
        std::lock_guard const lock(mutex_);
        failed_rounds_ = trouble.empty() ? 0 : failed_rounds_ + 1;
        if (failed_rounds_ == 1)
            failing_since_ = clock_.now();
        trouble_ = std::move(trouble);
    }

    bool is_stopping() const
    {
        std::lock_guard const lock(mutex_);
        return stopping_;
    }

    void send_what_is_due()
    {
        if (count_waiting().due == 0)
            return;
        // What a killed sender held is sent when this has passed: as short as it safely can be.
        auto const claim_time = courier_.longest_send() + note_time_;
        while (!is_stopping() && courier_.may_try()) {
            auto const claimed_at = Steady::now();
            auto const now = clock_.now();
            auto const row = wait_for(loop_, claim_one(storage_, now, now + claim_time));
            if (!row)
                break;
            note(*row, courier_.deliver(*row), claimed_at + claim_time);
        }
        count_waiting();
    }

    // Tries while the claim lasts: an unnoted success would be sent a second time.
    void note(domain::ClaimedMessage const& row, Ending const& ending, Steady::time_point until)
    {
        for (auto pause = Duration(50);; pause *= 2) {
            try {
                if (!wait_for(loop_, note_ending(storage_, row, ending)))
                    log::Line(log::Level::warning, "mail.claim_lost").with("id", row.id.text());
                return;
            } catch (std::exception const& error) {
                report("mail.ending_not_noted", row.id.text(), error);
            }
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, pause, [this] { return stopping_; });
            if (stopping_ || Steady::now() + pause >= until)
                return; // reported above; the claim runs out and the mail is tried again
        }
    }

    domain::Backlog count_waiting()
    {
        auto const now = clock_.now();
        auto const backlog = wait_for(loop_, count_backlog(storage_, now));
        courier_.board().note_backlog(backlog, now);
        return backlog;
    }

    // Nobody waits ten minutes for a mail once it could leave.
    void make_retries_due()
    {
        auto const mails = wait_for(loop_, make_waiting_due(storage_, clock_.now()));
        courier_.forget_failure();
        log::Line(log::Level::info, "mail.transport_works_again").with("mails_due", mails);
    }

    static void report(std::string_view event, std::string_view id, std::exception const& error)
    {
        metrics::count("gatehouse_outbox_errors_total");
        log::Line(log::Level::error, event).with("id", id).with("cause", error.what());
    }

    domain::Storage& storage_;
    Clock const& clock_;
    Courier courier_;
    Duration poll_;
    Duration note_time_;
    EventLoop loop_; // runs only while one unit of work is waited for

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool nudged_ = false;
    bool stopping_ = false;
    int failed_rounds_ = 0; // of the last ones, in a row
    Instant failing_since_;
    std::string trouble_;
    std::thread thread_;
};

OutboxSender::OutboxSender(
    domain::Storage& storage,
    crypto::KeyEncryptionKey const& key,
    Clock const& clock,
    std::unique_ptr<MailTransport> transport,
    SenderOptions options
)
    : inside_(std::make_unique<Inside>(
          storage, key.subkey("outbox"), clock, std::move(transport), std::move(options)
      ))
{
}

OutboxSender::~OutboxSender()
{
    inside_->stop();
}

void OutboxSender::start()
{
    inside_->start();
}

void OutboxSender::nudge() noexcept
{
    inside_->nudge();
}

void OutboxSender::stop() noexcept
{
    inside_->stop();
}

MailHealth OutboxSender::health() const
{
    return inside_->health();
}

std::string_view OutboxSender::transport_name() const
{
    return inside_->transport_name();
}

} // namespace gatehouse::outbound
