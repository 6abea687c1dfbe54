// Places out of a local file in MaxMind's format, read without asking anybody.
#pragma once

#include "domain/places.h"

#include <memory>
#include <string>

namespace gatehouse::geography {

// A copy in memory: what becomes of the file afterwards changes nothing, and no look-up waits for a
// disk.
class PlaceFile final : public domain::Places {
public:
    // Throws std::runtime_error saying what is wrong with the file.
    explicit PlaceFile(std::string const& path);
    ~PlaceFile() override;

    domain::Place of(std::string const& address) const override;

private:
    struct Opened;
    std::unique_ptr<Opened> opened_;
};

} // namespace gatehouse::geography
