// Where a resource is and what it is, kept in memory for as long as that does not change.
#pragma once

#include "core/changes.h"
#include "core/uuid.h"
#include "domain/ids.h"

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace gatehouse::domain {

// Safe to use from every thread. What does not exist is not kept.
class KeptResources {
public:
    struct Place {
        OrganizationId organization_id;
        std::string type;
    };

    explicit KeptResources(Changes const& changes, std::size_t most = 131'072);

    // As in the database now; nothing where it must be asked.
    std::optional<Place> find(ResourceId const& resource) const;
    void keep(ResourceId const& resource, Place const& place, Changes::Moment read_after);

private:
    struct Entry {
        Changes::Moment read_after = 0;
        UuidBytes organization;
        Changes::Slot organization_slot = 0;
        std::string type;
    };
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<UuidBytes, Entry> entries;
    };

    static constexpr std::size_t shards = 16;

    Changes const& changes_;
    std::size_t const most_in_shard_;
    mutable std::array<Shard, shards> shards_;
};

} // namespace gatehouse::domain
