// Where the chains ended when this node last sealed them. A database whose tail was cut off and put
// back to wait tells of an end before that, and whoever sealed on would sign the new history.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/seals.h"
#include "domain/storage.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::sealing {

// Of one process: the ends of what it has sealed, and of what the other nodes seal while it runs.
// What was sealed before it takes as it finds it. Some hundred bytes for each chain.
class RememberedHeads {
public:
    // What is wrong with the end that the database tells (none: no chain); nothing: it is the
    // remembered one, or stands on it. In the unit of work that seals.
    Async<std::optional<std::string>> find_wrong(
        domain::UnitOfWork& work,
        domain::OrganizationId organization,
        std::optional<domain::ChainHead> told
    ) const;

    // Takes over what the others have signed since the last time, where it stands on what is
    // remembered; each round, so that whoever seals next knows where they left off.
    Async<void> follow(domain::UnitOfWork& work, Instant now);

    // What was sealed, once it is on disk.
    void remember(std::vector<domain::Batch> const& batches);

private:
    Async<void> take_over(domain::UnitOfWork& work, domain::SignedEnd end);

    std::optional<Instant> followed_;
    std::map<std::string, domain::ChainHead, std::less<>> heads_;
};

} // namespace gatehouse::sealing
