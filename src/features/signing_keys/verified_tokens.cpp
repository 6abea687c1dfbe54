// Shards of least-recently-used lists.
#include "features/signing_keys/verified_tokens.h"

#include <utility>

namespace gatehouse::signing_keys {
namespace {

constexpr std::size_t usual_shards = 16;

// A small bound is kept by one shard: divided, it could not be reached.
std::size_t shards_for(std::size_t most)
{
    return most < usual_shards * 64 ? 1 : usual_shards;
}

} // namespace

VerifiedTokens::VerifiedTokens(std::size_t most)
    : most_(most)
    , most_of_shard_(most / shards_for(most))
    , shards_(shards_for(most))
    , hits_("gatehouse_verified_tokens_total", {{"outcome", "hit"}})
    , misses_("gatehouse_verified_tokens_total", {{"outcome", "miss"}})
{
}

std::optional<domain::VerifiedToken>
VerifiedTokens::find(crypto::Digest const& token, std::uint64_t generation, Instant now)
{
    if (most_ == 0)
        return std::nullopt;
    std::optional<domain::VerifiedToken> found;
    {
        auto& shard = shard_of(token);
        std::scoped_lock const lock(shard.mutex);
        auto const place = shard.places.find(token);
        if (place != shard.places.end()) {
            auto const at = place->second;
            if (at->generation == generation && at->expires_at > now) {
                shard.entries.splice(shard.entries.begin(), shard.entries, at);
                found.emplace(at->verified);
            } else {
                shard.places.erase(place);
                shard.entries.erase(at);
            }
        }
    }
    (found ? hits_ : misses_).add();
    return found;
}

void VerifiedTokens::keep(
    crypto::Digest const& token, std::uint64_t generation, domain::VerifiedToken verified
)
{
    if (most_of_shard_ == 0)
        return;
    Entry made{
        .token = token,
        .generation = generation,
        .expires_at = verified.claims().expires_at,
        .verified = std::move(verified)
    };
    auto& shard = shard_of(token);
    std::scoped_lock const lock(shard.mutex);
    if (auto const place = shard.places.find(token); place != shard.places.end()) {
        *place->second = std::move(made); // two checked the same token at once
        return;
    }
    if (shard.entries.size() >= most_of_shard_) {
        shard.places.erase(shard.entries.back().token);
        shard.entries.pop_back();
    }
    shard.entries.push_front(std::move(made));
    shard.places.emplace(token, shard.entries.begin());
}

std::size_t VerifiedTokens::size() const
{
    std::size_t all = 0;
    for (auto const& shard : shards_) {
        std::scoped_lock const lock(shard.mutex);
        all += shard.entries.size();
    }
    return all;
}

} // namespace gatehouse::signing_keys
