// Everything that is kept about one person, for that person: read section by section, a few rows at
// a time, without what would open anything.
#pragma once

#include "core/async.h"
#include "core/json.h"
#include "domain/ids.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

struct PersonalRows {
    std::vector<json::Object> rows;
    std::string last; // behind which the section goes on
};

class PersonalData {
public:
    virtual ~PersonalData() = default;
    // The names of the sections, in the order in which they are shown.
    virtual std::vector<std::string_view> sections() const = 0;
    // At most `limit` rows behind `after` (empty: from the beginning). Fewer: that was the section.
    virtual Async<PersonalRows> rows(
        std::size_t section,
        OrganizationId organization,
        UserId user,
        std::string after,
        std::int64_t limit
    ) = 0;
};

} // namespace gatehouse::domain
