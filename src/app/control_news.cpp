// Writing CONTROL_DEGRADED and CONTROL_RECOVERED.
#include "app/control_news.h"

#include "core/log.h"
#include "domain/attempts.h"
#include "domain/audit_log.h"
#include "domain/control_words.h"
#include "domain/ledger.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace gatehouse::app {
namespace {
using domain::Event;
using domain::LedgerEntry;
using domain::Outcome;

constexpr std::size_t most_changes = 256; // while the ledger cannot be written

} // namespace

ControlNews::ControlNews(domain::Storage& storage, Clock const& clock)
    : storage_(storage)
    , clock_(clock)
{
}

void ControlNews::add(Change change)
{
    changes_.push_back(std::move(change));
    if (changes_.size() <= most_changes || is_telling_)
        return;
    log::Line(log::Level::error, "control.unrecorded").with("control", changes_.front().control);
    changes_.pop_front();
}

bool ControlNews::mentions(std::string const& control) const
{
    return std::ranges::find(changes_, control, &Change::control) != changes_.end();
}

Async<void> ControlNews::tell(std::vector<Change> working)
{
    if (std::exchange(is_telling_, true))
        co_return;
    std::string why;
    try {
        co_await write_all(std::move(working));
    } catch (std::exception const& caught) {
        why = caught.what();
    }
    is_telling_ = false;
    if (!why.empty() && why != untold_why_)
        log::Line(log::Level::error, "control.unrecorded").with("cause", why);
    untold_why_ = std::move(why);
}

Async<void> ControlNews::write_all(std::vector<Change> working)
{
    if (!has_looked_back_ && !working.empty())
        co_await look_back(std::move(working));
    while (!changes_.empty()) {
        auto change = changes_.front();
        co_await write(std::move(change));
        changes_.pop_front();
    }
}

// A node that ended while a control was broken did not say that it works again.
Async<void> ControlNews::look_back(std::vector<Change> working)
{
    auto work = co_await storage_.read();
    auto const told = co_await work->audit_log().controls_told();
    for (auto& change : working) {
        auto const said = told.find(change.control);
        bool const was_broken = said != told.end() && !said->second.works;
        if (was_broken && !mentions(change.control))
            changes_.push_back(std::move(change));
    }
    has_looked_back_ = true;
}

// Of all nodes the first to say it writes it.
Async<void> ControlNews::write(Change change)
{
    auto work = co_await storage_.begin();
    // No address, so that nobody can ever register or invite it.
    domain::CanonicalAddress const turn("self-check of gatehouse: telling");
    co_await work->attempts().lock(turn);
    auto const told = co_await work->audit_log().controls_told();
    auto const said = told.find(change.control);
    bool const worked = said == told.end() || said->second.works;
    if (worked == change.works)
        co_return;
    LedgerEntry entry{
        .created_at = clock_.now(),
        .event = change.works ? Event::control_recovered : Event::control_degraded
    };
    entry.outcome = change.works ? Outcome::success : Outcome::failure;
    entry.resource = "control";
    entry.resource_id = change.control;
    entry.details["since"] = to_text(change.at);
    if (!change.works)
        entry.details["cause"] = std::string(domain::what_it_means(change.control));
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

} // namespace gatehouse::app
