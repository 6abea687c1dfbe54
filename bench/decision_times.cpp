// How long one decision takes in the process: the rule alone, and with the look-up of person and
// assignment among 200,000 people with a million assignments. Prints one line of JSON, nanoseconds.
#include "core/random.h"
#include "core/uuid.h"
#include "domain/kept.h"
#include "policy/decision.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace gatehouse;

class AlwaysCurrent final : public ChangeSource {
    bool is_current() noexcept override { return true; }
};

struct Asked {
    domain::UserId user;
    domain::ResourceId resource;
};

struct World {
    static constexpr std::size_t people = 200'000;
    static constexpr std::size_t assigned = 5;

    World()
    {
        kept.changes.follow(source);
        SystemRandom random;
        auto const mint = [&] {
            return mint_uuid(Instant::from_seconds(1'795'331'109), random);
        };
        domain::OrganizationId organization;
        for (std::size_t each = 0; each < people; ++each) {
            if (each % 200 == 0)
                organization = domain::OrganizationId(mint());
            domain::Subject const subject{
                .id = domain::UserId(mint()),
                .organization_id = organization,
                .role = domain::Role::staff,
            };
            std::vector<domain::AssignedRow> rows;
            for (std::size_t row = 0; row < assigned; ++row)
                rows.push_back({.type = "client", .id = domain::ResourceId(mint())});
            kept.people.keep(subject, rows, kept.changes.moment().value());
            asked.push_back({subject.id, rows[each % assigned].id});
        }
        // Random, or the machine's caches would know what comes.
        std::uint64_t state = 7;
        for (std::size_t last = asked.size() - 1; last > 0; --last) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            std::swap(asked[last], asked[(state >> 33U) % last]);
        }
    }

    AlwaysCurrent source;
    domain::Kept kept;
    std::vector<Asked> asked;
};

std::shared_ptr<policy::Policy const> const shipped = policy::Policy::shipped();

bool decide_alone(policy::Grants const& grants, policy::Permission permission, bool is_assigned)
{
    return policy::decide(grants, permission, {.same_organization = true, .assigned = is_assigned})
        .allowed;
}

bool find_and_decide(World const& world, policy::Permission permission, Asked const& asked)
{
    auto const subject = world.kept.people.subject(asked.user);
    if (!subject || subject->status != domain::UserStatus::active)
        return false;
    auto const is_assigned = world.kept.people.is_assigned(asked.user, "client", asked.resource);
    return decide_alone(subject->grants(*shipped), permission, is_assigned.value_or(false));
}

// The best of several rounds: what disturbs can only add.
template <class Work> double nanoseconds_each(std::size_t times, Work work)
{
    double best = 1e9;
    for (int round = 0; round < 7; ++round) {
        auto const begin = std::chrono::steady_clock::now();
        std::size_t allowed = 0;
        for (std::size_t each = 0; each < times; ++each)
            allowed += work(each) ? 1 : 0;
        std::chrono::duration<double, std::nano> const took
            = std::chrono::steady_clock::now() - begin;
        if (allowed != times)
            std::cerr << "a decision is wrong\n";
        best = std::min(best, took.count() / static_cast<double>(times));
    }
    return best;
}

} // namespace

int main()
{
    World const world;
    auto const permission = *shipped->find("clients.view");
    auto const& grants = shipped->grants_of(policy::Role::staff);
    auto const alone = nanoseconds_each(1'000'000, [&](std::size_t each) {
        return decide_alone(grants, permission, each + 1 > 0);
    });
    auto const found = nanoseconds_each(world.asked.size(), [&](std::size_t each) {
        return find_and_decide(world, permission, world.asked[each]);
    });
    std::cout << R"({"decide": )" << alone << R"(, "find and decide": )" << found << "}\n";
}
