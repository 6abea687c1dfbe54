// The house's bcrypt beside libxcrypt one at a time, in turns of a few hashes on one core, so that
// both meet the same neighbours. usage: bcrypt_lanes COST ROUNDS   It prints JSON: rates per
// second, and how long one alone takes.

#include "core/random.h"
#include "crypto/bcrypt.h"
#include "crypto/hash_engine.h"

#include <algorithm>
#include <ctime>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace gatehouse;
using namespace gatehouse::crypto;

struct Turn {
    double libxcrypt = 0; // hashes per second
    double full = 0; // the same, with all lanes full
    double alone = 0; // the same, with one job at a time
};

// Of this thread's own processor time: what others take from it is not counted.
double seconds_of(auto work)
{
    timespec begun{};
    timespec ended{};
    if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun) != 0)
        throw std::runtime_error("there is no clock of the thread");
    work();
    if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended) != 0)
        throw std::runtime_error("there is no clock of the thread");
    return static_cast<double>(ended.tv_sec - begun.tv_sec)
        + static_cast<double>(ended.tv_nsec - begun.tv_nsec) / 1e9;
}

double rate_with(HashLanes& lanes, std::size_t jobs, StoredPassword const& stored)
{
    std::vector<HashJob> all(jobs);
    std::vector<HashJob*> ended;
    ended.reserve(jobs);
    auto const took = seconds_of([&] {
        for (auto& job : all) {
            job.password = SecretString(std::string("correct horse battery staple"));
            job.stored = stored;
            lanes.begin(job);
        }
        while (ended.size() < jobs)
            lanes.advance(ended);
    });
    if (!std::ranges::all_of(all, &HashJob::matches))
        throw std::runtime_error("a right password does not match");
    return static_cast<double>(jobs) / took;
}

template <class Member> double median_of(std::vector<Turn> turns, Member member)
{
    std::ranges::nth_element(
        turns, turns.begin() + static_cast<long>(turns.size() / 2), {}, member
    );
    return turns[turns.size() / 2].*member;
}

void measure(int cost, std::size_t rounds)
{
    SystemRandom random;
    HashPolicy const policy{.algorithm = HashPolicy::Algorithm::bcrypt, .cost = cost};
    auto const stored = hash_password("correct horse battery staple", policy, random);
    auto const& choice = chosen_lanes();
    auto const engine = side_by_side(policy, random, choice);
    auto const lanes = engine->lanes();
    std::vector<Turn> turns;
    std::cout << "{\"cost\":" << cost << ",\"lanes\":" << lanes->lanes() << ",\"rounds\":\""
              << choice.rounds.name << "\",\"ratios\":[";
    for (std::size_t at = 0; at < rounds; ++at) {
        Turn turn;
        turn.libxcrypt = 1 / seconds_of([&] {
                             if (bcrypt("correct horse battery staple", stored.hash) != stored.hash)
                                 throw std::runtime_error("libxcrypt makes another hash");
                         });
        turn.full = rate_with(*lanes, lanes->lanes(), stored);
        turn.alone = rate_with(*lanes, 1, stored);
        std::cout << (at ? "," : "") << turn.full / turn.libxcrypt;
        turns.push_back(turn);
    }
    std::cout << "],\"libxcrypt\":" << median_of(turns, &Turn::libxcrypt)
              << ",\"full\":" << median_of(turns, &Turn::full)
              << ",\"alone\":" << median_of(turns, &Turn::alone) << "}\n";
}

} // namespace

int main(int count, char** words)
try {
    if (count != 3) {
        std::cerr << "usage: bcrypt_lanes COST ROUNDS\n";
        return 2;
    }
    measure(std::stoi(words[1]), static_cast<std::size_t>(std::stoul(words[2])));
} catch (std::exception const& problem) {
    std::cerr << "bcrypt_lanes: " << problem.what() << '\n';
    return 1;
}
