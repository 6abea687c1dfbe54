// What was read is used only as long as nothing of it has changed.
#include "core/changes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse {
namespace {

class Source final : public ChangeSource {
public:
    bool is_current() noexcept override { return current; }
    std::atomic<bool> current = true;
};

struct Followed {
    Followed() { changes.follow(source); }
    Source source;
    Changes changes;
};

TEST(Changes, NothingIsKeptWhereNobodyTellsOfChangesByOthers)
{
    Changes const changes;
    EXPECT_FALSE(changes.moment());
    EXPECT_FALSE(changes.is_current());
}

TEST(Changes, NothingIsKeptNorUsedWhileTheSourceIsNotCurrent)
{
    Followed world;
    EXPECT_TRUE(world.changes.moment());
    world.source.current = false;
    EXPECT_FALSE(world.changes.moment());
    EXPECT_FALSE(world.changes.is_current());
}

TEST(Changes, AChangeEndsWhatWasReadBeforeItAndNothingElse)
{
    Followed world;
    auto const before = world.changes.moment().value();
    world.changes.note({'u', "ada"});
    EXPECT_FALSE(world.changes.stands(before, {'u', "ada"}));
    EXPECT_TRUE(world.changes.stands(before, {'u', "bob"}));
    EXPECT_TRUE(world.changes.stands(before, {'s', "ada"})); // another kind
    auto const after = world.changes.moment().value();
    EXPECT_TRUE(world.changes.stands(after, {'u', "ada"}));
}

TEST(Changes, AChangeOfEverythingEndsAllThatWasReadBeforeIt)
{
    Followed world;
    auto const before = world.changes.moment().value();
    world.changes.note_all();
    EXPECT_FALSE(world.changes.stands(before, {'u', "ada"}));
    EXPECT_TRUE(world.changes.stands(world.changes.moment().value(), {'u', "ada"}));
}

// A change that is noted while the read is under way: what was read may be from before it.
TEST(Changes, WhatWasReadWhileItChangedDoesNotStand)
{
    Followed world;
    auto const before = world.changes.moment().value();
    world.changes.note({'u', "ada"}); // committed and noted after the moment was taken
    EXPECT_FALSE(world.changes.stands(before, {'u', "ada"}));
}

// Writers set a value and note it; readers keep what they read. Once a writer's note has returned,
// no reader may find an older value standing.
TEST(Changes, InParallelNobodyUsesWhatWasNotedAsChanged)
{
    Followed world;
    std::atomic<int> stored = 0; // the store
    std::atomic<int> acknowledged = 0;
    std::atomic<bool> ends = false;
    std::atomic<int> violations = 0;
    std::vector<std::thread> readers;
    for (int each = 0; each < 3; ++each)
        readers.emplace_back([&] {
            auto read_after = world.changes.moment().value();
            auto value = stored.load();
            while (!ends) {
                auto const told = acknowledged.load();
                if (!world.changes.stands(read_after, {'u', "ada"})) {
                    read_after = world.changes.moment().value();
                    value = stored.load();
                }
                if (value < told && world.changes.stands(read_after, {'u', "ada"}))
                    ++violations;
            }
        });
    for (int value = 1; value <= 20'000; ++value) {
        stored = value;
        world.changes.note({'u', "ada"});
        acknowledged = value;
    }
    ends = true;
    for (auto& reader : readers)
        reader.join();
    EXPECT_EQ(violations.load(), 0);
}

} // namespace
} // namespace gatehouse
