// What says where addresses are, and goes on without saying it (behaviours §2).
#pragma once

#include "core/async.h"
#include "core/workers.h"
#include "domain/places.h"
#include "geography/place_file.h"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace gatehouse::app {

// The configured file, read anew where it became another one. Where it cannot be used, what was
// read before stays; where nothing was, every look-up fails with the cause.
class LivePlaces final : public domain::Places {
public:
    explicit LivePlaces(std::string path); // reads; what is wrong is told by trouble()

    domain::Place of(std::string const& address) const override;

    // Looks at the file and into it; touches the disk.
    void look_again();
    // The same on a thread of its own; throws what is wrong.
    Async<void> check();
    // What was wrong when it was last looked at, or with a look-up since then or shortly before;
    // empty: nothing. From any thread.
    std::string trouble() const;

private:
    using Version = std::array<std::int64_t, 4>; // device, number, length, last change
    std::string found_wrong();
    Version version() const;
    std::shared_ptr<geography::PlaceFile const> current() const;

    std::string const path_;
    mutable std::mutex mutex_;
    std::shared_ptr<geography::PlaceFile const> file_; // null: none could be read yet
    Version read_ = {}; // of file_
    std::string trouble_;
    mutable std::string failed_; // a look-up of somebody's address, since the last look
    Workers reading_{{.name = "places"}};
};

} // namespace gatehouse::app
