// Whatever the database's triggers tell of what a use case did, the server has noted itself: on its
// own node a change counts before it is acknowledged, without waiting for the feed.
#include "faults/table_image.h"
#include "faults/use_case.h"
#include "storage/postgres/feed.h"
#include "storage/sql/told_changes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace gatehouse::testing {
namespace {

using Things = std::set<std::string>; // kind and id

class Collected { // what somebody noted
public:
    explicit Collected(Changes& changes)
    {
        changes.watch([this](Changes::Thing thing) {
            std::scoped_lock const lock(mutex_);
            things_.insert(std::string(1, thing.kind) + " " + std::string(thing.id));
        });
    }
    Things take()
    {
        std::scoped_lock const lock(mutex_);
        return std::exchange(things_, {});
    }

private:
    std::mutex mutex_;
    Things things_;
};

// One database for all use cases, with somebody who listens.
class NotedWorld {
public:
    ServiceWorld world{sql::Dialect::postgres};
    Collected noted{world.kept.changes};

    Things told()
    {
        world.outside().run("SELECT pg_notify('gatehouse_invalidate', '\"mark\"')");
        auto const end = std::chrono::steady_clock::now() + 10s;
        while (marks_ == marks_taken_ && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(1ms);
        EXPECT_NE(marks_, marks_taken_) << "the feed hears nothing";
        marks_taken_ = marks_;
        return by_triggers_.take();
    }
    bool hears() { return feed_.is_current(); }
    // A session hangs on its person, too.
    std::map<std::string, std::string> owners_of_sessions()
    {
        std::map<std::string, std::string> owners;
        for (auto const row : world.outside().query("SELECT id, user_id FROM sessions"))
            owners["s " + row.text(0)] = "u " + row.text(1);
        return owners;
    }

private:
    void take(std::string_view message)
    {
        if (message == "\"mark\"")
            ++marks_;
        else
            sql::note_told(others_, message);
    }

    Changes others_; // as another node would note it
    Collected by_triggers_{others_};
    std::atomic<int> marks_ = 0;
    int marks_taken_ = 0;
    postgres::Feed feed_{
        world.outside().url(), "", [this](std::string_view message) { take(message); }, [] {}, {}
    };
};

class EveryChangeIsNoted : public ::testing::TestWithParam<UseCase> {
protected:
    static std::unique_ptr<NotedWorld>& held()
    {
        static std::unique_ptr<NotedWorld> one;
        return one;
    }
    static void TearDownTestSuite() { held().reset(); }
    NotedWorld& noted_world()
    {
        if (!held()) {
            held() = std::make_unique<NotedWorld>();
            for (int tries = 0; tries < 1000 && !held()->hears(); ++tries)
                std::this_thread::sleep_for(5ms);
        }
        return *held();
    }
};

TEST_P(EveryChangeIsNoted, ByTheNodeThatMadeIt)
{
    auto& on = noted_world();
    auto& world = on.world;
    auto const& use_case = GetParam();
    world.settings.reset_token_storage = domain::ResetTokenStorage::hash;
    world.settings.max_active_sessions_per_user = 0;
    world.settings.refresh_retry_window = 0s;
    world.forget_people();
    empty_tables(world);
    auto const call = use_case.prepare(world);
    on.told();
    on.noted.take();
    auto const owners = on.owners_of_sessions();
    if (use_case.act)
        use_case.act(world);
    else
        world.call(call);
    auto const noted = on.noted.take();
    bool const whole_organization = std::ranges::any_of(noted, [](std::string const& thing) {
        return thing.starts_with("o ");
    });
    // A session that came and went meanwhile was kept by nobody.
    auto const covered = [&](std::string const& thing) {
        auto const owner = owners.find(thing);
        return owner == owners.end() ? thing.starts_with("s ") : noted.contains(owner->second);
    };
    for (auto const& thing : on.told())
        EXPECT_TRUE(noted.contains(thing) || whole_organization || covered(thing))
            << "`" << thing << "` changed, and this node went on believing the old row";
    world.run_afterwards();
    EXPECT_TRUE(on.hears());
}

std::vector<UseCase> where_triggers_tell()
{
    auto const databases = databases_to_test();
    if (std::ranges::find(databases, sql::Dialect::postgres) == databases.end())
        return {};
    return all_use_cases();
}

INSTANTIATE_TEST_SUITE_P(
    OnPostgres,
    EveryChangeIsNoted,
    ::testing::ValuesIn(where_triggers_tell()),
    [](::testing::TestParamInfo<UseCase> const& info) { return info.param.name; }
);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryChangeIsNoted);

} // namespace
} // namespace gatehouse::testing
