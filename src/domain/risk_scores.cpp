// The bounded table of what was read.
#include "domain/risk_scores.h"

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

std::optional<FromHistory> RiskScores::find(RiskKey const& key, Instant now)
{
    std::scoped_lock const lock(mutex_);
    auto const found = by_key_.find(spelled(key));
    if (found == by_key_.end())
        return std::nullopt;
    auto const entry = found->second;
    bool const is_fresh = now - entry->read_at < kept_for && entry->read_at <= now;
    if (!is_fresh) {
        drop(entry);
        return std::nullopt;
    }
    return entry->found;
}

std::uint64_t RiskScores::begun() const
{
    std::scoped_lock const lock(mutex_);
    return forgotten_;
}

void RiskScores::keep(RiskKey const& key, FromHistory found, Instant now, std::uint64_t asked)
{
    std::scoped_lock const lock(mutex_);
    if (asked != forgotten_)
        return;
    auto text = spelled(key);
    if (auto const known = by_key_.find(text); known != by_key_.end())
        drop(known->second);
    while (entries_.size() >= most)
        drop(entries_.begin());
    auto const entry
        = entries_.insert(entries_.end(), Entry{text, key.user, std::move(found), now});
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

} // namespace gatehouse::domain
