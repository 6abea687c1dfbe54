// Resources in little space.
#include "domain/kept_resources.h"

#include "core/metrics.h"
#include "domain/changed.h"

#include <algorithm>

namespace gatehouse::domain {

KeptResources::KeptResources(Changes const& changes, std::size_t most)
    : changes_(changes)
    , most_in_shard_(std::max<std::size_t>(1, most / shards))
{
}

std::optional<KeptResources::Place> KeptResources::find(ResourceId const& resource) const
{
    auto const id = parse_uuid(resource.text());
    if (!id || !changes_.is_current())
        return std::nullopt;
    auto const& shard = shards_[id->bytes[15] % shards];
    std::scoped_lock const lock(shard.mutex);
    auto const found = shard.entries.find(*id);
    if (found == shard.entries.end())
        return std::nullopt;
    auto const& entry = found->second;
    if (!changes_.stands(entry.read_after, changed(resource))
        || !changes_.stands(entry.read_after, entry.organization_slot))
        return std::nullopt;
    return Place{OrganizationId(to_text(entry.organization)), entry.type};
}

void KeptResources::keep(ResourceId const& resource, Place const& place, Changes::Moment read_after)
{
    auto const id = parse_uuid(resource.text());
    auto const organization = parse_uuid(place.organization_id.text());
    if (!id || !organization)
        return;
    auto& shard = shards_[id->bytes[15] % shards];
    std::scoped_lock const lock(shard.mutex);
    if (shard.entries.size() >= most_in_shard_ && !shard.entries.contains(*id)) {
        shard.entries.clear();
        metrics::count("gatehouse_kept_resources_displaced_total");
    }
    auto& entry = shard.entries[*id];
    if (entry.read_after <= read_after)
        entry = {
            read_after, *organization, Changes::slot_of(changed(place.organization_id)), place.type
        };
}

} // namespace gatehouse::domain
