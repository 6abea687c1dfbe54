// The pictures of people, as small as they are shown.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct Picture {
    std::string variant; // the longest side in pixels: `256`
    std::string content_type;
    std::string bytes;
};

class Pictures {
public:
    virtual ~Pictures() = default;
    // All variants of the person anew. Under the lock on the person's row, which
    // Users::show_picture() takes: else two uploads could leave one of each.
    virtual Async<void>
    replace(OrganizationId organization, UserId user, std::vector<Picture> variants, Instant now)
        = 0;
    virtual Async<std::optional<Picture>>
    find(OrganizationId organization, UserId user, std::string variant) = 0;
    // With the person: deleting one softly leaves the row that they would go with.
    virtual Async<void> remove(OrganizationId organization, UserId user) = 0;
};

} // namespace gatehouse::domain
