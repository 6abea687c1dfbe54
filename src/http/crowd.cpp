// Counting connections.
#include "http/crowd.h"

namespace gatehouse::http {

Crowd::Crowd(std::size_t most_of_one, std::vector<std::string> const& proxies)
    : most_of_one_(most_of_one)
    , proxies_(proxies)
{
}

std::string Crowd::counted_as(std::string_view peer) const
{
    auto const address = Address::parse(peer);
    if (most_of_one_ == 0 || !address || proxies_.contain(*address))
        return {};
    return address->counted_as();
}

bool Crowd::let_in(std::string_view peer)
{
    auto const who = counted_as(peer);
    if (who.empty())
        return true;
    std::scoped_lock const lock(mutex_);
    auto& inside = inside_[who];
    if (inside >= most_of_one_)
        return false;
    ++inside;
    return true;
}

void Crowd::leave(std::string_view peer)
{
    auto const who = counted_as(peer);
    if (who.empty())
        return;
    std::scoped_lock const lock(mutex_);
    auto const found = inside_.find(who);
    if (found != inside_.end() && --found->second == 0)
        inside_.erase(found);
}

} // namespace gatehouse::http
