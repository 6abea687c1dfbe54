// Exports while the database fails, while too many leave at once, and side by side.
#include "core/log.h"
#include "core/metrics.h"
#include "crypto/digest.h"
#include "domain/exports.h"
#include "support/world_fixture.h"

#include <atomic>
#include <future>
#include <string>

namespace gatehouse::testing {
namespace {

class Exports : public InAWorld {
protected:
    Person owner_ = world.add_person("ann@example.test", "house");
    std::string token_ = world.signed_in(owner_).text("token");

    Call asked(Call call) const
    {
        call.headers.emplace_back("x-stepup-test-bypass", "1");
        return call.as(token_);
    }
    Call bundle(std::string const& format = "csv") const
    {
        return asked(post("/api/compliance/export/bundle", {{"format", format}}));
    }
    Call file() const { return asked(get("/api/compliance/export/audit-logs?format=csv")); }
    domain::LedgerEntry failed()
    {
        domain::LedgerEntry entry{
            .organization_id = domain::OrganizationId(owner_.organization_id),
            .created_at = world.clock.now(),
            .event = domain::Event::data_export_failed
        };
        entry.outcome = domain::Outcome::failure;
        entry.resource = "export";
        return entry;
    }
    std::unique_ptr<domain::Exports::Seat> seat(std::string house, std::string person)
    {
        return world.services().exports.take_seat(
            domain::OrganizationId(std::move(house)), domain::UserId(std::move(person))
        );
    }
    std::int64_t left(char const* how) { return ledger_rows(std::string("DATA_EXPORT_") + how); }

    // Of what one export has left since the counts before.
    struct Left {
        std::int64_t started = 0;
        std::int64_t completed = 0;
        std::int64_t failed = 0;
    };
    Left left() { return {left("STARTED"), left("COMPLETED"), left("FAILED")}; }

    void expect_told(Answer const& answer, Left const& before, FaultKind kind)
    {
        auto const now = left();
        bool const is_whole = answer.status == 200 && !answer.is_cut;
        EXPECT_TRUE(is_whole || answer.is_cut || answer.status == 503) << answer.status;
        if (is_whole) {
            EXPECT_EQ(now.started, before.started + 1);
            EXPECT_EQ(now.completed, before.completed + 1);
            EXPECT_EQ(now.failed, before.failed);
            return;
        }
        // Of a commit that nobody knows about, both may have been written.
        auto const begun = now.started - before.started;
        EXPECT_LE(begun, 1);
        if (!answer.is_cut) {
            // Of a STARTED that nobody knows about, nothing was begun.
            if (kind != FaultKind::error_after) {
                EXPECT_EQ(now.failed, before.failed + begun);
            }
            return;
        }
        EXPECT_EQ(begun, 1) << "not a byte leaves unrecorded";
        EXPECT_EQ(now.failed, before.failed + 1);
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Exports);

TEST_P(Exports, WhateverStatementFailsItIsWholeOrToldToHaveFailed)
{
    ::testing::internal::CaptureStderr();
    for (auto const& call : {bundle(), file()})
        for (auto const kind : every_fault)
            for (std::size_t nth = 1;; ++nth) {
                SCOPED_TRACE(std::string(name_of(kind)) + " at statement " + std::to_string(nth));
                world.forget_afterwards();
                auto const before = left();
                world.faults().arm({.nth = nth, .kind = kind, .delay = std::chrono::milliseconds(1)}
                );
                auto const answer = world.call(call);
                bool const struck = world.faults().fired();
                world.faults().disarm();
                EXPECT_TRUE(world.run_afterwards().empty());
                expect_told(answer, before, kind);
                EXPECT_EQ(world.services().exports.taken(), 0);
                if (!struck || HasFailure()) {
                    EXPECT_GT(nth, 10U);
                    break;
                }
            }
    log::flush();
    ::testing::internal::GetCapturedStderr();
}

TEST_P(Exports, AsManyLeaveAsThereAreSeats)
{
    std::vector<std::unique_ptr<domain::Exports::Seat>> seats;
    for (int each = 0; each < domain::Exports::most_at_once; ++each)
        seats.push_back(seat("house " + std::to_string(each), std::to_string(each)));
    for (auto const& call : {bundle(), file()}) {
        auto const full = world.call(call);
        EXPECT_EQ(full.status, 503);
        EXPECT_EQ(full.header("retry-after"), "10");
    }
    EXPECT_EQ(left("STARTED"), 0) << "nothing was begun";
    seats.pop_back();
    EXPECT_EQ(world.call(bundle()).status, 200);
    EXPECT_EQ(world.services().exports.taken(), domain::Exports::most_at_once - 1);
}

TEST_P(Exports, NeitherAPersonNorAnOrganizationTakesTheSeatsOfAll)
{
    auto const person = owner_.id;
    std::vector<std::unique_ptr<domain::Exports::Seat>> seats;
    for (int each = 0; each < domain::Exports::most_of_a_person; ++each)
        seats.push_back(seat("house", person));
    EXPECT_EQ(world.call(bundle()).status, 503);
    seats.pop_back();
    EXPECT_EQ(world.call(bundle()).status, 200);
    for (int each = 1; each < domain::Exports::most_of_an_organization; ++each)
        seats.push_back(seat("house", "another " + std::to_string(each)));
    EXPECT_EQ(world.call(bundle()).status, 503);
    EXPECT_NE(seat("other house", person + " elsewhere"), nullptr);
    seats.clear();
    EXPECT_EQ(world.call(bundle()).status, 200);
    EXPECT_EQ(world.services().exports.taken(), 0);
}

TEST_P(Exports, AnEndThatCannotBeWrittenIsWrittenLaterAndOnce)
{
    ::testing::internal::CaptureStderr();
    auto& exports = world.services().exports;
    for (auto const kind : every_fault)
        for (std::size_t nth = 1;; ++nth) {
            SCOPED_TRACE(std::string(name_of(kind)) + " at statement " + std::to_string(nth));
            auto const before = left();
            auto entry = failed();
            entry.resource_id = std::string(name_of(kind)) + std::to_string(nth);
            exports.owe(entry);
            world.faults().arm({.nth = nth, .kind = kind, .delay = std::chrono::milliseconds(1)});
            try {
                world.run(exports.settle(world.storage()));
            } catch (std::exception const&) {
                EXPECT_EQ(exports.owed(), 1U) << "what was not written is still owed";
            }
            bool const struck = world.faults().fired();
            world.faults().disarm();
            world.run(exports.settle(world.storage()));
            EXPECT_EQ(exports.owed(), 0U);
            EXPECT_EQ(left().failed, before.failed + 1);
            if (!struck || HasFailure()) {
                EXPECT_GT(nth, 1U);
                break;
            }
        }
    log::flush();
    ::testing::internal::GetCapturedStderr();
}

TEST_P(Exports, WhatIsOwedIsBoundedAndNotLostInSilence)
{
    ::testing::internal::CaptureStderr();
    auto& exports = world.services().exports;
    auto const lost = [] {
        return metrics::value("gatehouse_failed_open_total", {{"control", "afterwards"}});
    };
    auto const before = lost();
    auto entry = failed();
    entry.resource_id = "one too many";
    for (std::size_t each = 0; each <= domain::Exports::most_owed; ++each)
        exports.owe(entry);
    EXPECT_EQ(exports.owed(), domain::Exports::most_owed);
    EXPECT_EQ(lost(), before + 1);
    exports.give_up_what_is_owed();
    EXPECT_EQ(exports.owed(), 0U);
    EXPECT_EQ(lost(), before + 1 + static_cast<double>(domain::Exports::most_owed));
    log::flush();
    auto const said = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("one too many"), std::string::npos);
}

TEST_P(Exports, SideBySideEachIsWhole)
{
    std::vector<Call> calls;
    for (auto const* const house : {"house", "second", "third", "fourth"}) {
        auto const owner = world.add_person(std::string("of-") + house + "@example.test", house);
        token_ = world.signed_in(owner).text("token");
        calls.insert(calls.end(), domain::Exports::most_of_a_person, bundle("json"));
    }
    ASSERT_EQ(calls.size(), 8U);
    auto const answers = world.in_parallel(calls);
    for (auto const& answer : answers) {
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_FALSE(answer.is_cut);
        EXPECT_TRUE(answer.body.starts_with("PK"));
        EXPECT_NE(answer.body.find("PK\x05\x06"), std::string::npos) << "the directory is there";
    }
    EXPECT_EQ(left("COMPLETED"), 8);
    EXPECT_EQ(left("FAILED"), 0);
}

// Sessions change with each request; a file of them that is too large for memory holds what was
// counted and hashed all the same.
TEST_P(Exports, RowsThatChangeWhileTheyLeaveBreakNothingOff)
{
    for (int number = 0; number < 2500; ++number)
        world.outside().query(
            "INSERT INTO sessions (id, organization_id, user_id, user_agent, created_at, "
            "expires_at, absolute_expires_at) VALUES ($1, 'house', $2, $3, $4, $5, $5)",
            sql::values(
                "many-" + std::to_string(number),
                owner_.id,
                std::string(700, 'x'),
                world.clock.now() - 1h,
                world.clock.now() + 1h
            )
        );
    std::atomic<bool> is_over = false;
    auto other = std::async(std::launch::async, [&] {
        for (int turn = 0; !is_over; ++turn)
            world.outside().query(
                "UPDATE sessions SET device_name = $1 WHERE id LIKE 'many-%7'",
                sql::values("device " + std::to_string(turn))
            );
    });
    for (int turn = 0; turn < 3; ++turn) {
        auto const answer = world.call(asked(get("/api/compliance/export/sessions?format=csv")));
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_FALSE(answer.is_cut);
        EXPECT_GT(answer.body.size(), 1024U * 1024U);
        EXPECT_EQ(answer.header("x-evidence-sha256"), crypto::sha256_hex(answer.body));
    }
    is_over = true;
    other.get();
    EXPECT_EQ(left("FAILED"), 0);
}

TEST_P(Exports, WhoIsAskedForTheHeadAloneGetsNothingAndLeavesNothing)
{
    auto call = file();
    call.method = http::Method::head;
    auto const answer = world.call(call);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("x-evidence-truncated"), "") << "nobody has looked at the rows";
    auto own = get("/api/v1/me/data/export").as(token_);
    own.method = http::Method::head;
    EXPECT_EQ(world.call(own).status, 200);
    for (auto const* const what : {"STARTED", "FAILED", "COMPLETED"})
        EXPECT_EQ(left(what), 0) << what;
    EXPECT_EQ(world.waiting_afterwards(), 0U);
}

} // namespace
} // namespace gatehouse::testing
