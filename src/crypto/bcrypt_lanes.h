// Several bcrypt computations side by side in one thread, each at its own point and its own cost.
#pragma once

#include "crypto/bcrypt_rounds.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::crypto {

// Belongs to one thread. What a lane held is wiped as soon as its hash is made, and all of them at
// the end.
class BcryptLanes {
public:
    BcryptLanes(BcryptRounds const& rounds, std::size_t lanes);
    BcryptLanes(BcryptLanes const&) = delete;
    BcryptLanes& operator=(BcryptLanes const&) = delete;
    ~BcryptLanes();

    std::size_t lanes() const noexcept { return lane_count_; }
    std::size_t busy() const noexcept { return busy_; }

    // Into a free lane; there must be one. `setting` is a setting or a whole hash whose form was
    // judged, the password fits_bcrypt. Returns the ticket under which the hash comes out.
    std::uint64_t begin(std::string_view password, std::string_view setting);

    struct Ended {
        std::uint64_t ticket;
        std::string hash;
    };
    // A fraction of a millisecond of work for every lane; adds the hashes that it completes.
    void advance(std::vector<Ended>& ended);
    // Drops and wipes all that is in work.
    void forget() noexcept;

    // For the test that looks whether anything was left behind.
    std::span<std::byte const> memory() const noexcept { return std::as_bytes(std::span(lane_)); }

private:
    void turn();
    void conclude(std::size_t at, std::vector<Ended>& ended);

    BcryptRounds rounds_;
    std::size_t const lane_count_;
    std::size_t busy_ = 0; // they are the first ones
    std::uint64_t next_ticket_ = 1;
    std::array<BcryptLane, most_bcrypt_lanes> lane_{};
};

} // namespace gatehouse::crypto
