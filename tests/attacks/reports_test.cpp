// Writing a report fails, dies, is asked for twice, or its creator may see it no more.
#include "core/log.h"
#include "features/reports/downloading.h"
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

class Reports : public InAWorld {
protected:
    void sign_in()
    {
        owner_ = world.add_person("ann@example.test", "house");
        token_ = world.signed_in(owner_).text("token");
        world.forget_afterwards();
    }
    std::string asked_for(std::string const& type)
    {
        auto const answer
            = world.call(post("/api/reports", {{"type", type}, {"format", "csv"}}).as(token_));
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer.text("id");
    }
    Answer look(std::string const& id) { return world.call(get("/api/reports/" + id).as(token_)); }
    Answer download(std::string const& id)
    {
        return world.call(get("/api/reports/" + id + "/download").as(token_));
    }
    void keep(int how_many, std::string const& status)
    {
        world.outside().run(
            "INSERT INTO resources (id, organization_id, type, name, data) WITH RECURSIVE n(i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + std::to_string(how_many)
            + ") SELECT 'kept' || i, 'house', 'report', 'Kept', '{\"status\":\"" + status
            + "\"}' FROM n"
        );
    }
    std::int64_t files() { return world.count("report_files"); }

    Person owner_;
    std::string token_;
};
INSTANTIATE_ON_BOTH_DATABASES(Reports);

TEST_P(Reports, WhateverStatementFailsWhoeverAsksLaterGetsItWhole)
{
    sign_in();
    ::testing::internal::CaptureStderr();
    for (auto const kind : every_fault)
        for (std::size_t nth = 1;; ++nth) {
            SCOPED_TRACE(std::string(name_of(kind)) + " at statement " + std::to_string(nth));
            auto const id = asked_for("user-access");
            auto const files_before = files();
            world.faults().arm({.nth = nth, .kind = kind, .delay = std::chrono::milliseconds(1)});
            auto const failures = world.run_afterwards();
            bool const struck = world.faults().fired();
            world.faults().disarm();
            auto const status = look(id).text("status");
            EXPECT_EQ(files(), files_before + (status == "ready" ? 1 : 0)) << "half an effect";
            EXPECT_TRUE(status == "ready" || !failures.empty()) << "lost in silence";
            world.forget_afterwards();
            world.clock.move_by(61s);
            look(id);
            EXPECT_TRUE(world.run_afterwards().empty());
            EXPECT_EQ(look(id).text("status"), "ready");
            EXPECT_NE(download(id).body.find("ann@example.test"), std::string::npos);
            EXPECT_EQ(files(), files_before + 1);
            if (!struck || HasFailure()) {
                EXPECT_GT(nth, 3U);
                break;
            }
        }
    log::flush();
    ::testing::internal::GetCapturedStderr();
}

Async<void> mark_files(TestDatabase& database)
{
    database.run("UPDATE report_files SET content_type = 'marked'");
    co_return;
}

TEST_P(Reports, AWriterThatComesLateLeavesTheFileAlone)
{
    sign_in();
    auto const id = asked_for("sessions");
    world.services().afterwards("mark", mark_files(world.outside()));
    look(id);
    EXPECT_EQ(world.waiting_afterwards(), 3U);
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_EQ(world.text("content_type FROM report_files"), "marked");
    world.outside().run("UPDATE resources SET data = '{\"type\":\"sessions\",\"format\":\"csv\","
                        "\"status\":\"generating\"}'");
    look(id);
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_EQ(look(id).text("status"), "ready") << "what says that it is written must be written";
    EXPECT_NE(world.text("content_type FROM report_files"), "marked");
}

TEST_P(Reports, OfSeveralWritersOneWrites)
{
    sign_in();
    auto const id = asked_for("sessions");
    for (int times = 0; times < 3; ++times)
        EXPECT_EQ(look(id).text("status"), "generating");
    EXPECT_EQ(download(id).code(), "CONFLICT");
    EXPECT_EQ(world.waiting_afterwards(), 5U);
    auto const written = [&] {
        return world.text("CAST(created_at AS text) FROM report_files");
    };
    EXPECT_TRUE(world.run_afterwards().empty());
    auto const first = written();
    EXPECT_EQ(files(), 1);
    world.clock.move_by(1h);
    download(id);
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_EQ(files(), 1);
    EXPECT_EQ(written(), first);
}

TEST_P(Reports, WhoIsAtItIsNotDisturbedForAMinute)
{
    sign_in();
    auto const id = asked_for("sessions");
    world.faults().arm({.nth = 5, .kind = FaultKind::disconnect});
    EXPECT_FALSE(world.run_afterwards().empty());
    world.faults().disarm();
    world.clock.move_by(60s);
    look(id);
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_EQ(look(id).text("status"), "generating");
    world.clock.move_by(1ms);
    look(id);
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_EQ(look(id).text("status"), "ready");
}

TEST_P(Reports, ItIsGivenUpAfterFiveAttempts)
{
    sign_in();
    auto const id = asked_for("sessions");
    world.outside().run("UPDATE resources SET data = '{\"type\":\"sessions\",\"format\":\"csv\","
                        "\"status\":\"generating\",\"attempts\":5}'");
    world.forget_afterwards();
    look(id);
    EXPECT_TRUE(world.run_afterwards().empty());
    auto const found = look(id);
    EXPECT_EQ(found.text("status"), "failed");
    EXPECT_NE(found.text("problem"), "");
    EXPECT_EQ(world.waiting_afterwards(), 0U);
    EXPECT_EQ(files(), 0);
}

TEST_P(Reports, WhoeverAskedMustStillBeAllowedToSee)
{
    sign_in();
    for (auto const* const change :
         {"role = 'staff'", "status = 'suspended'", "deleted_at = updated_at"}) {
        auto const second = world.add_person(
            "bea" + std::to_string(files()) + std::to_string(ledger_rows("RESOURCE_CREATED"))
                + "@example.test",
            "house"
        );
        auto const token = world.signed_in(second).text("token");
        world.forget_afterwards();
        auto const made = world.call(
            post("/api/reports", {{"type", "login-history"}, {"format", "csv"}}).as(token)
        );
        ASSERT_EQ(made.status, 201) << made.body;
        update(second, change);
        EXPECT_TRUE(world.run_afterwards().empty());
        auto const found = look(made.text("id"));
        EXPECT_EQ(found.text("status"), "failed") << change;
        EXPECT_NE(found.text("problem"), "");
        EXPECT_EQ(download(made.text("id")).code(), "CONFLICT");
        EXPECT_EQ(files(), 0);
    }
}

// An organization begins and keeps a number of them, however many ask at once.
TEST_P(Reports, AreBegunAndKeptUpToANumber)
{
    sign_in();
    keep(17, "generating"); // of 20
    auto const asking = post("/api/reports", {{"type", "sessions"}, {"format", "csv"}}).as(token_);
    auto const at_once = world.in_parallel(asking, 8);
    EXPECT_EQ(statuses_of(at_once), (std::map<int, int>{{201, 3}, {429, 5}}));
    for (auto const& answer : at_once)
        if (answer.status == 429) {
            EXPECT_EQ(answer.code(), "RATE_LIMITED");
            EXPECT_FALSE(answer.header("retry-after").empty());
        }
    world.settings.rate_limit = false;
    EXPECT_EQ(world.call(asking).status, 201) << "nothing is refused by how often it is asked";
    world.settings.rate_limit = true;
    EXPECT_TRUE(world.run_afterwards().empty());

    world.outside().run("DELETE FROM resources WHERE id LIKE 'kept%'");
    keep(995, "ready"); // and the four above: of 1000
    asked_for("sessions");
    for (bool const limited : {true, false}) {
        world.settings.rate_limit = limited;
        auto const full = world.call(asking);
        EXPECT_EQ(full.status, 409) << full.body;
    }
    EXPECT_EQ(world.count("resources WHERE type = 'report'"), 1000);
    EXPECT_EQ(ledger_rows("RESOURCE_CREATED"), 5);
    EXPECT_EQ(world.call(remove("/api/reports/kept1").as(token_)).status, 204);
    EXPECT_EQ(world.call(asking).status, 201);
    auto const other = world.add_person("ben@example.test", "other house");
    auto const there = world.signed_in(other).text("token");
    EXPECT_EQ(world.call(asking.as(there)).status, 201) << "each organization counts by itself";
}

// Half of one file and half of another is no file: the answer breaks off.
TEST_P(Reports, AFileIsSentPieceByPieceAndWholeOrNotAtAll)
{
    sign_in();
    auto const id = asked_for("sessions");
    EXPECT_TRUE(world.run_afterwards().empty());
    std::string content;
    while (content.size() < 1'000'000)
        content += std::to_string(content.size()) + ",";
    world.outside().query("UPDATE report_files SET bytes = $1", sql::values(sql::Bytes(content)));
    auto const whole = download(id);
    EXPECT_EQ(whole.status, 200);
    EXPECT_FALSE(whole.is_cut);
    EXPECT_EQ(whole.header("content-length"), "") << "it is not in memory as a whole";
    EXPECT_TRUE(whole.body == content);

    auto const& home = owner_.organization_id;
    domain::Resource report{
        .id = domain::ResourceId(id), .organization_id = domain::OrganizationId(home)
    };
    for (auto const* const change :
         {"UPDATE report_files SET created_at = '2020-01-01T00:00:00.000Z'",
          "DELETE FROM report_files"}) {
        auto const begun = world.run(reports::streamed_file(world.storage(), report, 1000));
        ASSERT_TRUE(begun);
        std::string sent;
        EXPECT_TRUE(world.run(begun->body->next(sent)));
        EXPECT_TRUE(world.run(begun->body->next(sent)));
        EXPECT_TRUE(sent == content.substr(0, 2000));
        world.outside().run(change);
        EXPECT_THROW(world.run(begun->body->next(sent)), std::runtime_error);
    }
    EXPECT_FALSE(world.run(reports::streamed_file(world.storage(), report)));
}

} // namespace
} // namespace gatehouse::testing
