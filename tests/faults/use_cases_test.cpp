// Every statement of every use case fails in turn, in every way: no half effect, and a retry
// converges.
#include "core/log.h"
#include "core/metrics.h"
#include "faults/table_image.h"
#include "faults/use_case.h"
#include "support/database_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <ostream>
#include <span>

namespace gatehouse::testing {

void PrintTo(UseCase const& use_case, std::ostream* into)
{
    *into << use_case.name;
}

namespace {

// Of one use case; a loop that never ends is a defect. On PostgreSQL each statement that reads is
// begun and ended by itself.
constexpr std::size_t most_statements = 250;

// The three outcomes of a write (done, failed, unknown) where a run wants no more: time_out ends as
// disconnect does, and slow is no failure.
std::span<FaultKind const> kinds_of_fault()
{
    static constexpr FaultKind three[]
        = {FaultKind::error_before, FaultKind::error_after, FaultKind::disconnect};
    auto const* const wanted = std::getenv("GATEHOUSE_TEST_FAULTS");
    if (wanted && std::string_view(wanted) == "three")
        return three;
    return every_fault;
}

struct Moment { // an answer, and the tables behind it
    Answer answer;
    TableImage tables;
};

struct Reference { // what happens when nothing fails
    TableImage before;
    Moment once;
    Moment twice;
};

using Parameters = std::tuple<sql::Dialect, UseCase>;

class EveryStatementFails : public ::testing::TestWithParam<Parameters> {
protected:
    struct Tally {
        std::size_t use_cases = 0;
        std::size_t statements = 0;
        std::size_t faults = 0;
    };

    static void TearDownTestSuite()
    {
        for (auto const& [dialect, tally] : tallies())
            std::printf(
                "fail-Nth on %s: %zu use cases x %zu statements x %zu kinds of fault: %zu faults "
                "struck\n",
                dialect == sql::Dialect::postgres ? "postgres" : "sqlite",
                tally.use_cases,
                tally.statements,
                kinds_of_fault().size(),
                tally.faults
            );
        worlds().clear();
    }

    static std::map<sql::Dialect, Tally>& tallies()
    {
        static std::map<sql::Dialect, Tally> of_each;
        return of_each;
    }
    static std::map<sql::Dialect, std::unique_ptr<ServiceWorld>>& worlds()
    {
        static std::map<sql::Dialect, std::unique_ptr<ServiceWorld>> of_each;
        return of_each;
    }

    UseCase const& use_case() const { return std::get<UseCase>(GetParam()); }
    sql::Dialect dialect() const { return std::get<sql::Dialect>(GetParam()); }
    ServiceWorld& world()
    {
        auto& held = worlds()[dialect()];
        if (!held)
            held = std::make_unique<ServiceWorld>(dialect());
        return *held;
    }

    // A world with nothing but what the use case needs.
    Call begin()
    {
        world().settings.reset_token_storage = domain::ResetTokenStorage::hash;
        world().settings.max_active_sessions_per_user = 0;
        world().settings.refresh_retry_window = 0s;
        world().forget_people();
        forget_scores();
        mark_ = empty_tables(world());
        world().take_up_keys();
        auto call = use_case().prepare(world());
        EXPECT_EQ(world().waiting_afterwards(), 0U);
        return call;
    }

    Answer act(Call const& call)
    {
        if (use_case().act)
            return use_case().act(world());
        auto answer = world().call(call);
        failures_ += answer.status == 503 && !answer.is_cut;
        return answer;
    }

    TableImage image() { return image_of(world(), mark_); }

    Reference reference()
    {
        auto const call = begin();
        Reference made;
        made.before = image();
        made.once.answer = act(call);
        made.once.tables = image();
        made.twice.answer = act(call);
        made.twice.tables = image();
        EXPECT_FALSE(made.once.answer.is_cut || made.twice.answer.is_cut);
        return made;
    }

    static std::vector<std::string> added(TableImage const& before, TableImage const& after)
    {
        auto const old = events_in(before);
        auto const all = events_in(after);
        std::vector<std::string> fresh;
        std::ranges::set_difference(all, old, std::back_inserter(fresh));
        return fresh;
    }

    void expect_as_described(Reference const& normal)
    {
        EXPECT_EQ(normal.once.answer.status, use_case().status) << normal.once.answer.body;
        EXPECT_EQ(normal.twice.answer.status, use_case().status_again) << normal.twice.answer.body;
        EXPECT_EQ(added(normal.before, normal.once.tables), use_case().events);
        EXPECT_EQ(added(normal.once.tables, normal.twice.tables), use_case().events_again);
    }

    // An outage says nothing but that it is one.
    void expect_outage(Answer const& answer)
    {
        if (use_case().act)
            return;
        EXPECT_EQ(answer.code(), "SERVICE_UNAVAILABLE");
        EXPECT_NE(answer.header("Retry-After"), "");
        EXPECT_TRUE(answer.cookies().empty());
        for (auto const* const name :
             {"valid",
              "user",
              "token",
              "accessToken",
              "refreshToken",
              "tempToken",
              "totpURI",
              "backupCodes",
              "sessionId",
              "masterKey",
              "organizations",
              "success"})
            EXPECT_EQ(answer.member(name), nullptr) << name;
        EXPECT_EQ(answer.body.find("injected"), std::string::npos) << "the cause is for the log";
    }

    void expect_same(Moment const& wanted, Moment const& found, char const* when)
    {
        EXPECT_EQ(wanted.answer.status, found.answer.status) << when << ": " << found.answer.body;
        EXPECT_TRUE(wanted.tables == found.tables) << when << ":\n"
                                                   << difference(wanted.tables, found.tables);
    }

    // What was read of anybody's history: each run reads it anew.
    void forget_scores()
    {
        for (auto const row : world().outside().query("SELECT id FROM users"))
            world().risk_scores.forget(domain::UserId(row.text(0)));
    }

    void expect_left_open(Reference const& normal, Moment const& first)
    {
        auto wanted = use_case().events;
        wanted.push_back(use_case().leaves_open);
        std::ranges::sort(wanted);
        EXPECT_EQ(added(normal.before, first.tables), wanted);
        EXPECT_EQ(first.answer.status, use_case().status);
    }

    double failed_open() const
    {
        auto const& control = use_case().fails_open;
        return metrics::value("gatehouse_failed_open_total", {{"control", control}});
    }

    // What was begun ended in one way: with its last byte and COMPLETED, or with FAILED. Of a
    // commit that nobody knows about, COMPLETED may stand beside it.
    void expect_told(Reference const& normal, Moment const& first)
    {
        auto const left = added(normal.before, first.tables);
        bool const is_whole = first.answer.status == use_case().status && !first.answer.is_cut;
        if (is_whole) {
            EXPECT_EQ(left, use_case().events);
            return;
        }
        EXPECT_TRUE(first.answer.is_cut || first.answer.status == 503) << first.answer.status;
        auto const times = [&](char const* event) {
            return std::ranges::count(left, std::string(event));
        };
        auto const began = times("DATA_EXPORT_STARTED 200 success");
        auto const failed = times("DATA_EXPORT_FAILED null failure");
        auto const completed = times("DATA_EXPORT_COMPLETED 200 success");
        EXPECT_EQ(began + failed + completed, std::ssize(left));
        EXPECT_LE(began, 1);
        EXPECT_LE(failed, began);
        EXPECT_LE(completed, failed);
        if (first.answer.is_cut) {
            EXPECT_EQ(failed, 1) << "it broke off, and nobody is told";
        }
    }

    // The same for what is made while it is sent.
    bool run_stream_with(FaultPlan plan, Reference const& normal)
    {
        auto const call = begin();
        world().faults().arm(plan);
        Moment first;
        first.answer = act(call);
        bool const struck = world().faults().fired();
        world().faults().disarm();
        EXPECT_TRUE(world().run_afterwards().empty());
        first.tables = image();
        expect_told(normal, first);
        if (!struck || plan.kind == FaultKind::slow) {
            EXPECT_EQ(first.answer.status, use_case().status) << first.answer.body;
            EXPECT_FALSE(first.answer.is_cut);
        }
        Moment again;
        again.answer = act(call);
        again.tables = image();
        EXPECT_EQ(again.answer.status, use_case().status_again) << again.answer.body;
        EXPECT_FALSE(again.answer.is_cut);
        EXPECT_EQ(added(first.tables, again.tables), use_case().events_again);
        EXPECT_EQ(world().services().exports.taken(), 0);
        return struck;
    }

    // One run with one fault. Says whether the fault struck.
    bool run_with(FaultPlan plan, Reference const& normal)
    {
        auto const call = begin();
        auto const open_before = failed_open();
        world().faults().arm(plan);
        Moment first;
        first.answer = act(call);
        bool const struck = world().faults().fired();
        world().faults().disarm();
        first.tables = image();

        bool const hurt = struck && plan.kind != FaultKind::slow;
        bool const open = hurt && !use_case().fails_open.empty() && first.answer.status != 503;
        if (open) {
            EXPECT_EQ(failed_open(), open_before + 1) << "it failed open without being counted";
        }
        bool done = true; // the effect of the request is there
        if (hurt && !open) {
            EXPECT_EQ(first.answer.status, 503) << first.answer.body;
            expect_outage(first.answer);
            done = first.tables == normal.once.tables;
            EXPECT_TRUE(done || first.tables == normal.before)
                << "half an effect:\n"
                << difference(normal.before, first.tables);
            bool const may_be_unknown = plan.kind == FaultKind::error_after;
            EXPECT_TRUE(!done || may_be_unknown || normal.before == normal.once.tables)
                << "it took effect although the fault came before";
        } else if (open && !use_case().leaves_open.empty()) {
            expect_left_open(normal, first);
            return struck;
        } else {
            expect_same(normal.once, first, "the answer in spite of it");
        }

        Moment again;
        again.answer = act(call);
        again.tables = image();
        bool const nothing_to_do = normal.before == normal.once.tables;
        auto const& wanted = done && !nothing_to_do ? normal.twice : normal.once;
        expect_same(wanted, again, "the retry");
        return struck;
    }

    // Statements until the fault finds none any more.
    std::size_t run_with_every(FaultKind kind, Reference const& normal)
    {
        for (std::size_t nth = 1; nth < most_statements; ++nth) {
            SCOPED_TRACE(std::string(name_of(kind)) + " at statement " + std::to_string(nth));
            FaultPlan const plan{.nth = nth, .kind = kind, .delay = std::chrono::milliseconds(1)};
            bool const struck
                = use_case().streams ? run_stream_with(plan, normal) : run_with(plan, normal);
            if (!struck)
                return nth - 1;
            if (HasFailure())
                return nth;
        }
        ADD_FAILURE() << "more than " << most_statements << " statements";
        return most_statements;
    }

    static std::size_t logged_failures(std::string const& lines)
    {
        std::size_t found = 0;
        for (auto at = lines.find("\"http.failed\""); at != std::string::npos;
             at = lines.find("\"http.failed\"", at + 1))
            found += lines.substr(at, lines.find('\n', at) - at).find("injected: ")
                != std::string::npos;
        return found;
    }

    std::int64_t mark_ = 0;
    std::size_t failures_ = 0; // answers of 503
};

TEST_P(EveryStatementFails, WholeOrNothingAndARetryConverges)
{
    auto const normal = reference();
    expect_as_described(normal);
    ASSERT_FALSE(HasFailure());

    ::testing::internal::CaptureStderr();
    auto& tally = tallies()[dialect()];
    std::size_t statements = 0;
    std::size_t faults = 0;
    failures_ = 0;
    for (auto const kind : kinds_of_fault()) {
        statements = run_with_every(kind, normal);
        faults += statements;
        if (HasFailure())
            break;
    }
    log::flush();
    auto const lines = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(logged_failures(lines), failures_) << "an outage that the log does not explain";
    EXPECT_GT(faults, 0U) << "no fault struck: this use case was not tested";
    ++tally.use_cases;
    tally.statements += statements;
    tally.faults += faults;
}

std::string name_of_run(::testing::TestParamInfo<Parameters> const& info)
{
    auto const dialect = std::get<sql::Dialect>(info.param);
    return std::get<UseCase>(info.param).name + "_on_"
        + (dialect == sql::Dialect::postgres ? "postgres" : "sqlite");
}

INSTANTIATE_TEST_SUITE_P(
    UseCases,
    EveryStatementFails,
    ::testing::Combine(
        ::testing::ValuesIn(databases_to_test()), ::testing::ValuesIn(all_use_cases())
    ),
    name_of_run
);

class KeySet : public ::testing::TestWithParam<sql::Dialect> { };
INSTANTIATE_ON_BOTH_DATABASES(KeySet);

TEST_P(KeySet, NeedsNoDatabase)
{
    ServiceWorld world(GetParam());
    world.faults().arm({.nth = 1, .kind = FaultKind::disconnect});
    for (auto const* const path : {"/api/v1/auth/jwks", "/.well-known/jwks.json"}) {
        auto const answer = world.call(get(path));
        EXPECT_EQ(answer.status, 200);
        ASSERT_NE(answer.member("keys"), nullptr);
        EXPECT_EQ(answer.member("keys")->array()->size(), 1U);
    }
    EXPECT_EQ(world.faults().seen(), 0U);
    world.faults().disarm();
}

} // namespace
} // namespace gatehouse::testing
