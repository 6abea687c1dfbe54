// Nothing is left of somebody who was erased, in whatever table and under whichever of their
// addresses; and what others have of their own stays.
#include "attacks/erasing.h"

#include "domain/reports.h"
#include "support/schema_columns.h"

#include <fmt/core.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace gatehouse::testing {
namespace {

class WholeErasure : public Erasing {
protected:
    using Column = SchemaColumn;

    std::vector<Column> columns() { return columns_of_all_tables(world.outside(), GetParam()); }
    bool holds(Column const& column, std::string const& word)
    {
        // Bytes as they are, and as PostgreSQL writes them.
        auto const text = GetParam() == sql::Dialect::postgres
            ? fmt::format("lower(CAST(\"{}\" AS text))", column.name)
            : fmt::format("lower(CAST(\"{}\" AS TEXT))", column.name);
        std::string hex;
        for (char const byte : word)
            hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
        return world.count(
                   fmt::format("{} WHERE {} LIKE $1 OR {} LIKE $2", column.table, text, text),
                   sql::values("%" + word + "%", "%" + hex + "%")
               )
            > 0;
    }
    // `table.column: word`, of every column of every table.
    std::vector<std::string> told_of(std::vector<std::string> const& words)
    {
        std::vector<std::string> found;
        for (auto const& column : columns())
            for (auto const& word : words)
                if (holds(column, word))
                    found.push_back(column.table + "." + column.name + ": " + word);
        return found;
    }

    void move(Person const& who, std::string const& address)
    {
        auto const moved
            = world.call(patch("/api/users/" + who.id, {{"email", address}}).as(of_bea));
        ASSERT_EQ(moved.status, 200) << moved.body;
    }
    std::string invited(std::string const& address)
    {
        auto const sent = world.call(
            post("/api/organizations/house/invitations", {{"email", address}, {"role", "staff"}})
                .as(of_bea)
        );
        EXPECT_EQ(sent.status, 201) << sent.body;
        return sent.text("id");
    }
    // Written and told, as reviews and reports do.
    void reviewed_and_reported()
    {
        world.outside().query(
            "INSERT INTO access_reviews (id, organization_id, name, created_by, created_at) "
            "VALUES ('spring', 'house', 'Spring', $1, $2)",
            sql::values(bea.id, world.clock.now())
        );
        for (auto const& who : {ann, bea})
            world.outside().query(
                "INSERT INTO access_review_items (organization_id, review_id, user_id, role, "
                "status, permissions, decision, reason, decided_by, decided_at) VALUES ('house', "
                "'spring', $1, 'owner', 'active', '', 'keep', $2, $3, $4)",
                sql::values(who.id, "Needed by " + who.email, bea.id, world.clock.now())
            );
        for (auto const& who : {ann, bea}) {
            world.outside().query(
                "INSERT INTO resources (id, organization_id, type, name, data) VALUES ($1, "
                "'house', 'report', 'Report', '{\"format\":\"csv\",\"status\":\"ready\","
                "\"type\":\"user-access\"}')",
                sql::values("report-" + who.id)
            );
            sql::Bytes const bytes(std::string("id,email\r\n" + who.id + "," + who.email + "\r\n"));
            world.outside().query(
                "INSERT INTO report_files (organization_id, report_id, content_type, bytes) "
                "VALUES ('house', $1, 'text/csv', $2)",
                sql::values("report-" + who.id, bytes)
            );
        }
    }
    std::vector<std::string> kinds_to(std::string const& address)
    {
        std::vector<std::string> kinds;
        for (auto const& mail : world.mails(address))
            if (mail.kind == mail_text::MailKind::erasure_requested)
                kinds.emplace_back("requested");
            else if (mail.kind == mail_text::MailKind::account_erased)
                kinds.emplace_back("erased");
            else if (mail.kind == mail_text::MailKind::erasure_taken_back)
                kinds.emplace_back("taken back");
        return kinds;
    }

    std::string of_bea = world.signed_in(bea).text("token");
};
INSTANTIATE_ON_BOTH_DATABASES(WholeErasure);

using Words = std::vector<std::string>;

TEST_P(WholeErasure, LeavesNoAddressAndNoNameInAnyTable)
{
    update(ann, "first_name = 'Annabelle', last_name = 'Quux', name = 'Annabelle Quux'");
    auto const invitation = invited("Old.Ann@example.test");
    EXPECT_EQ(
        world.call(remove("/api/organizations/house/invitations/" + invitation).as(of_bea)).status,
        204
    );
    move(ann, "Old.Ann@example.test");
    move(ann, "new.ann@example.test");
    reviewed_and_reported();
    guess("new.ann@example.test");
    forgotten_link("new.ann@example.test");
    world.outside().query(
        "UPDATE access_review_items SET reason = 'Annabelle' WHERE user_id = $1",
        sql::values(ann.id)
    );
    Words const words{
        "annabelle", "quux", "ann@example.test", "old.ann@example.test", "new.ann@example.test"
    };
    auto const before = told_of(words);
    EXPECT_GE(before.size(), 12U);
    EXPECT_NE(std::ranges::find(before, "audit_ledger.email: old.ann@example.test"), before.end());
    ask();
    world.clock.move_by(grace);
    run_to_the_end();
    expect_erased();
    EXPECT_EQ(told_of(words), Words());
    EXPECT_FALSE(told_of({"bea@example.test"}).empty());
    expect_chains_verify();
}

TEST_P(WholeErasure, AnAddressThatWaitsForProofGoesToo)
{
    update(ann, "self_registered = true");
    auto const asked
        = world.call(patch("/api/users/" + ann.id, {{"email", "waiting@example.test"}}).as(token));
    ASSERT_EQ(asked.status, 200) << asked.body;
    EXPECT_GE(told_of({"waiting@example.test"}).size(), 2U); // the row, and the mail
    ask();
    world.clock.move_by(grace);
    run_to_the_end();
    EXPECT_EQ(told_of({"waiting@example.test"}), Words());
}

TEST_P(WholeErasure, AnAddressThatSomebodyElseHasByNowIsTheirs)
{
    move(ann, "new.ann@example.test");
    auto const next = world.add_person("ann@example.test", "house");
    guess("ann@example.test"); // hers
    world.signed_in(next);
    world.outside().query(
        "INSERT INTO outbox (id, organization_id, topic, recipient, payload_sealed, status, "
        "next_attempt_at, created_at) SELECT 'theirs', organization_id, topic, 'ann@example.test', "
        "payload_sealed, 'sent', next_attempt_at, $1 FROM outbox LIMIT 1",
        sql::values(world.clock.now() + 1h)
    );
    auto const rows = personal_rows(next);
    ask();
    world.clock.move_by(grace);
    run_to_the_end();
    EXPECT_EQ(users(ann), 0);
    EXPECT_EQ(users(next), 1);
    EXPECT_EQ(personal_rows(next), rows);
    EXPECT_EQ(world.count("outbox WHERE id = 'theirs'"), 1);
    EXPECT_GT(world.count("login_attempts WHERE email = 'ann@example.test'"), 0);
}

TEST_P(WholeErasure, AnInvitationBySomebodyHeldStaysUntilTheHoldIsLifted)
{
    invited("old.ann@example.test");
    auto const moved
        = world.call(patch("/api/users/" + ann.id, {{"email", "old.ann@example.test"}}).as(token));
    ASSERT_EQ(moved.status, 200) << moved.body; // by herself: nothing else names both
    ask();
    hold("house", bea.id);
    world.clock.move_by(grace);
    run_to_the_end();
    auto const left = "audit_ledger WHERE event_type = 'INVITATION_SENT' AND email IS NOT NULL";
    EXPECT_EQ(world.count(left), 1);
    EXPECT_EQ(steps("data erased"), 0) << "said before it is true";
    world.outside().run("DELETE FROM legal_holds");
    world.clock.move_by(25h);
    run_to_the_end();
    EXPECT_EQ(world.count(left), 0);
    EXPECT_EQ(steps("data erased"), 1);
    expect_chains_verify();
}

TEST_P(WholeErasure, WhoChangedTheirAddressMeanwhileIsToldAtBoth)
{
    ask();
    move(ann, "new.ann@example.test");
    EXPECT_EQ(kinds_to("Ann@example.test"), Words{"requested"});
    EXPECT_EQ(kinds_to("new.ann@example.test"), Words{"requested"});
    EXPECT_EQ(keep().status, 200);
    EXPECT_EQ(kinds_to("new.ann@example.test"), (Words{"requested", "taken back"}));
    EXPECT_EQ(kinds_to("ann@example.test"), Words{"taken back"});
    move(ann, "Ann@example.test");
    EXPECT_EQ(kinds_to("Ann@example.test"), Words{"requested"}) << "nothing is to come any more";
    ask();
    move(ann, "last.ann@example.test");
    world.clock.move_by(grace);
    run_job();
    EXPECT_EQ(kinds_to("last.ann@example.test"), (Words{"requested", "erased"}));
    EXPECT_EQ(kinds_to("ann@example.test"), (Words{"taken back", "erased"}));
    world.outside().run("UPDATE outbox SET status = 'sent' WHERE recipient <> 'ann@example.test'");
    run_job(); // one of the two has not left
    EXPECT_EQ(users(ann), 1);
    run_to_the_end();
    EXPECT_EQ(told_of({"ann@example.test"}), Words());
}

TEST_P(WholeErasure, ReviewsKeepTheirDecisionsAndLoseTheReasons)
{
    reviewed_and_reported();
    ask();
    world.clock.move_by(grace);
    run_to_the_end();
    auto const reason = [&](Person const& of) {
        return world.text(
            "decision || ': ' || reason FROM access_review_items WHERE user_id = $1",
            sql::values(of.id)
        );
    };
    EXPECT_EQ(reason(ann), "keep: erased");
    EXPECT_EQ(reason(bea), "keep: Needed by bea@example.test");
}

TEST_P(WholeErasure, ReportsThatNameThemAreWrittenAnewAndNoOthers)
{
    reviewed_and_reported();
    world.outside().query(
        "UPDATE resources SET created_by = $1 WHERE type = 'report'", sql::values(bea.id)
    );
    ask();
    world.clock.move_by(grace);
    run_to_the_end();
    EXPECT_EQ(world.count("report_files"), 1);
    EXPECT_EQ(world.text("report_id FROM report_files"), "report-" + bea.id);
    of_bea = world.signed_in(bea).text("token");
    auto const path = "/api/reports/report-" + ann.id;
    EXPECT_EQ(world.call(get(path).as(of_bea)).text("status"), "generating");
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_EQ(world.call(get(path).as(of_bea)).text("status"), "ready");
    auto const file = world.call(get(path + "/download").as(of_bea)).body;
    EXPECT_NE(file.find(bea.id), std::string::npos);
    EXPECT_EQ(file.find(ann.id), std::string::npos);
}

// The erasure commits between what a writer has read and what it keeps.
TEST_P(WholeErasure, AReportThatIsBeingWrittenBringsNobodyBack)
{
    auto const asked
        = world.call(post("/api/reports", {{"type", "user-access"}, {"format", "csv"}}).as(of_bea));
    ASSERT_EQ(asked.status, 201) << asked.body;
    world.forget_afterwards();
    auto work = world.run(world.storage().begin());
    auto const claim = to_text(world.clock.now());
    auto const claimed = world.run(work->reports().claim(
        domain::OrganizationId("house"),
        domain::ResourceId(asked.text("id")),
        {{"status", "generating"}, {"claimedAt", claim}},
        world.clock.now() - 1min
    ));
    world.run(work->commit());
    ASSERT_TRUE(claimed);
    work.reset();
    ask();
    world.clock.move_by(grace);
    run_to_the_end();
    EXPECT_EQ(users(ann), 0);
    auto late = world.run(world.storage().begin());
    EXPECT_FALSE(world.run(late->reports().settle(
        domain::OrganizationId("house"),
        domain::ResourceId(asked.text("id")),
        claim,
        {{"status", "ready"}},
        world.clock.now()
    )));
    world.run(late->commit());
}

TEST_P(WholeErasure, ASignInInThatVeryMomentLeavesNothing)
{
    ask();
    world.clock.move_by(grace);
    std::vector<std::string> bearers;
    for (int round = 0; round < 3; ++round) {
        std::vector<Answer> answers;
        std::thread meanwhile([&] {
            answers = world.in_parallel(login_as(ann.email, ann.password), 4);
        });
        run_job();
        meanwhile.join();
        for (auto const& answer : answers) {
            EXPECT_TRUE(answer.status == 200 || answer.status == 401 || answer.status == 429)
                << answer.body;
            if (answer.status == 200)
                bearers.push_back(answer.text("token"));
        }
    }
    // The row of a session that began in that moment is swept with its owner's; it opens nothing.
    for (auto const& bearer : bearers)
        EXPECT_EQ(world.call(get("/api/users/me").as(bearer)).status, 401);
    run_to_the_end();
    expect_erased();
    EXPECT_EQ(told_of({"ann@example.test"}), Words());
}

} // namespace
} // namespace gatehouse::testing
