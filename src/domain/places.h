// Where an address is, as far as an offline database knows.
#pragma once

#include <optional>
#include <string>

namespace gatehouse::domain {

struct Place {
    std::optional<std::string> country = {}; // ISO 3166-1, two letters
    std::optional<std::string> city = {};

    bool operator==(Place const&) const = default;
};

// Safe to use from several threads at once.
class Places {
public:
    virtual ~Places() = default;
    // Unknown addresses are nowhere. Throws what went wrong.
    virtual Place of(std::string const& address) const = 0;
};

// Where there is no database.
class NoPlaces final : public Places {
public:
    Place of(std::string const&) const override { return {}; }
};

} // namespace gatehouse::domain
