// The measurement and the test.
#include "crypto/bcrypt_choice.h"

#include "crypto/bcrypt_lanes.h"
#include "crypto/blowfish_start.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <vector>

namespace gatehouse::crypto {
namespace {

// Hashes at cost 4 that the field knows: the tests of pyca/bcrypt and of other libraries use them.
// Our own tests hold them against libxcrypt.
struct Known {
    std::string_view password;
    std::string_view hash;
};
constexpr std::array<Known, most_bcrypt_lanes> known{{
    {"Kk4DQuMMfZL9o", "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm"},
    {"9IeRXmnGxMYbs", "$2b$04$pQ7gRO7e6wx/936oXhNjrOUNOHL1D0h1N2IDbJZYs.1ppzSof6SPy"},
    {"xVQVbwa1S0M8r", "$2b$04$SQe9knOzepOVKoYXo9xTteNYr6MBwVz4tpriJVe3PNgYufGIsgKcW"},
    {"Zfgr26LWd22Za", "$2b$04$eH8zX.q5Q.j2hO1NkVYJQOM6KxntS/ow3.YzVmFrE4t//CoF4fvne"},
    {"Tg4daC27epFBE", "$2b$04$ahiTdwRXpUG2JLRcIznxc.s1.ydaPGD372bsGs8NqyYjLY1inG5n2"},
    {"xhQPMmwh5ALzW", "$2b$04$nQn78dV0hGHf5wUBe0zOFu8n07ZbWWOKoGasZKRspZxtt.vBRNMIy"},
    {"59je8h5Gj71tg", "$2b$04$cvXudZ5ugTg95W.rOjMITuM1jC0piCl3zF5cmGhzCibHZrNHkmckG"},
    {"wT4fHJa2N9WSW", "$2b$04$YYjtiq4Uh88yUsExO0RNTuEJ.tZlsONac16A8OcLHleWFjVawfGvO"},
}};

constexpr int measurements = 4; // the shortest counts: others are somebody else's interruptions
constexpr double worth_a_lane
    = 1.02; // more lanes make each wait longer, so they must gain something

double seconds_of(BcryptRounds const& rounds, std::size_t lanes, BcryptLane* first)
{
    using Clock = std::chrono::steady_clock;
    auto shortest = std::chrono::duration<double>::max();
    for (int time = 0; time < measurements; ++time) {
        auto const begun = Clock::now();
        rounds.schedule(first, lanes);
        shortest = std::min<std::chrono::duration<double>>(shortest, Clock::now() - begun);
    }
    return shortest.count();
}

LaneChoice fastest(std::span<BcryptRounds const> candidates)
{
    auto const lanes = std::make_unique<std::array<BcryptLane, most_bcrypt_lanes>>();
    for (auto& lane : *lanes)
        lane.words = blowfish_start;
    LaneChoice best;
    double best_rate = 0;
    for (auto const& rounds : candidates)
        for (std::size_t count = 1; count <= most_bcrypt_lanes; ++count) {
            auto const rate = static_cast<double>(count) / seconds_of(rounds, count, lanes->data());
            if (rate < best_rate * worth_a_lane)
                continue;
            best_rate = rate;
            best.rounds = rounds;
            best.lanes = count;
        }
    return best;
}

} // namespace

// One comes in at every step, so that each number of lanes has its turn, on the way up and down.
std::string tested(BcryptRounds const& rounds, std::size_t lanes)
{
    auto const under_test = std::make_unique<BcryptLanes>(rounds, lanes);
    std::map<std::uint64_t, Known> expected;
    std::vector<BcryptLanes::Ended> ended;
    for (std::size_t begun = 0; begun < lanes || under_test->busy() > 0;) {
        if (begun < lanes) {
            auto const& one = known[begun];
            expected.emplace(under_test->begin(one.password, one.hash), one);
            ++begun;
        }
        under_test->advance(ended);
    }
    bool const all_right
        = ended.size() == lanes && std::ranges::all_of(ended, [&](BcryptLanes::Ended const& one) {
              return expected.at(one.ticket).hash == one.hash;
          });
    if (all_right)
        return {};
    return fmt::format("bcrypt in {} lanes ({}) makes wrong hashes", lanes, rounds.name);
}

LaneChoice choose_lanes(std::span<BcryptRounds const> candidates)
{
    auto choice = fastest(candidates);
    choice.trouble
        = choice.lanes == 0 ? "there are no bcrypt lanes" : tested(choice.rounds, choice.lanes);
    if (!choice.trouble.empty())
        choice.lanes = 0;
    return choice;
}

LaneChoice const& chosen_lanes()
{
    static LaneChoice const choice = [] {
        std::vector<BcryptRounds> candidates{portable_rounds()};
        if (auto const quicker = bmi2_rounds())
            candidates.push_back(*quicker);
        return choose_lanes(candidates);
    }();
    return choice;
}

} // namespace gatehouse::crypto
