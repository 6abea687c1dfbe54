// The bounded table of what was read.
#include "domain/risk_scores.h"

#include "domain/changed.h"

#include <algorithm>
#include <utility>

namespace gatehouse::domain {
namespace {

// Each part with its length in front: no two keys are spelled alike.
std::string spelled(RiskKey const& key)
{
    std::string text = std::to_string(key.session_version);
    for (auto const* const part :
         {&key.organization.text(), &key.user.text(), &key.device, &key.country, &key.city})
        text.append(1, ' ').append(std::to_string(part->size())).append(1, ':').append(*part);
    return text;
}

} // namespace

bool RiskScores::stands(Entry const& entry) const
{
    if (!changes_.has_source())
        return true;
    auto const stays = [&](auto const& id) {
        return changes_.stands(entry.read_after, changed(id));
    };
    return changes_.is_current() && stays(entry.user) && stays(entry.organization)
        && std::ranges::all_of(entry.rests_on, stays);
}

std::optional<FromHistory> RiskScores::find(RiskKey const& key, Instant now)
{
    std::scoped_lock const lock(mutex_);
    auto const found = by_key_.find(spelled(key));
    if (found == by_key_.end())
        return std::nullopt;
    auto const entry = found->second;
    bool const is_fresh
        = now - entry->read_at < kept_for && entry->read_at <= now && stands(*entry);
    if (!is_fresh) {
        drop(entry);
        return std::nullopt;
    }
    return entry->found;
}

RiskScores::Begun RiskScores::begun() const
{
    std::scoped_lock const lock(mutex_);
    return {.forgotten = forgotten_, .moment = changes_.moment()};
}

void RiskScores::keep(
    RiskKey const& key, FromHistory found, std::vector<SessionId> rests_on, Instant now, Begun asked
)
{
    if (changes_.has_source() && !asked.moment)
        return;
    std::scoped_lock const lock(mutex_);
    if (asked.forgotten != forgotten_)
        return;
    auto text = spelled(key);
    if (auto const known = by_key_.find(text); known != by_key_.end())
        drop(known->second);
    while (entries_.size() >= most)
        drop(entries_.begin());
    Entry made{text, key.user, key.organization, std::move(found), std::move(rests_on), now};
    made.read_after = asked.moment.value_or(0);
    auto const entry = entries_.insert(entries_.end(), std::move(made));
    by_key_.emplace(std::move(text), entry);
    by_user_.emplace(key.user.text(), entry);
}

void RiskScores::forget(UserId const& user)
{
    std::scoped_lock const lock(mutex_);
    ++forgotten_;
    for (auto found = by_user_.find(user.text()); found != by_user_.end();
         found = by_user_.find(user.text()))
        drop(found->second);
}

std::size_t RiskScores::size() const
{
    std::scoped_lock const lock(mutex_);
    return entries_.size();
}

void RiskScores::drop(Entries::iterator entry)
{
    auto const [first, last] = by_user_.equal_range(entry->user.text());
    for (auto at = first; at != last; ++at)
        if (at->second == entry) {
            by_user_.erase(at);
            break;
        }
    by_key_.erase(entry->key);
    entries_.erase(entry);
}

void RiskScores::note_skipped(std::string cause, Instant now)
{
    std::scoped_lock const lock(mutex_);
    skipped_why_ = std::move(cause);
    skipped_at_ = now;
}

std::string RiskScores::trouble(Instant now) const
{
    std::scoped_lock const lock(mutex_);
    bool const is_recent = skipped_at_ && now - *skipped_at_ < trouble_lasts;
    return is_recent ? "sign-ins go on without it: " + skipped_why_ : std::string();
}

} // namespace gatehouse::domain
