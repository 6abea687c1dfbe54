// Tables that grow with traffic shrink: what has ended goes after its time, and nothing before.
#include "domain/clearing_away.h"
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

class ClearingAway : public InAWorld {
public:
    Instant ago(Duration time) const { return world.clock.now() - time; }

    void add_challenge(std::string const& id, Instant created, Instant expires)
    {
        world.outside().query(
            "INSERT INTO step_up_challenges (id, organization_id, user_id, purpose, method, "
            "created_at, expires_at) VALUES ($1, $2, $3, 'data_export', 'email_otp', $4, $5)",
            sql::values(id, ann.organization_id, ann.id, created, expires)
        );
    }
    void add_token(std::string const& id, Instant created, Instant expires)
    {
        world.outside().query(
            "INSERT INTO one_time_tokens (id, organization_id, user_id, purpose, token_hash, "
            "created_at, expires_at) VALUES ($1, $2, $3, 'verify_email', $1, $4, $5)",
            sql::values(id, ann.organization_id, ann.id, created, expires)
        );
    }
    void add_notification(std::string const& id, Instant created, std::optional<Instant> cleared)
    {
        world.outside().query(
            "INSERT INTO notifications (id, organization_id, user_id, kind, created_at, "
            "cleared_at) VALUES ($1, $2, $3, 'assignment', $4, $5)",
            sql::values(id, ann.organization_id, ann.id, created, cleared)
        );
    }
    void clear_away() { world.run(domain::clear_away(world.storage(), world.clock.now())); }
    std::string left(std::string const& table)
    {
        std::string ids;
        for (auto const row : world.outside().query("SELECT id FROM " + table + " ORDER BY id"))
            ids += row.text(0) + " ";
        return ids;
    }

    Person ann = world.add_person("ann@example.test");
};
INSTANTIATE_ON_BOTH_DATABASES(ClearingAway);

TEST_P(ClearingAway, ChallengesAndTokensGoThirtyDaysAfterTheirEnd)
{
    constexpr auto long_ago = 24h * 30 + 1min;
    for (auto const add : {&ClearingAway::add_challenge, &ClearingAway::add_token}) {
        (this->*add)("gone", ago(long_ago + 5min), ago(long_ago));
        (this->*add)("late", ago(24h * 29), ago(24h * 29));
        (this->*add)("moved by SQL", ago(1h), Instant());
        (this->*add)("open", ago(1min), ago(-4min));
    }
    clear_away();
    EXPECT_EQ(left("step_up_challenges"), "late moved by SQL open ");
    EXPECT_EQ(left("one_time_tokens"), "late moved by SQL open ");
    world.clock.move_by(24h * 31);
    clear_away();
    EXPECT_EQ(left("step_up_challenges"), "");
    EXPECT_EQ(left("one_time_tokens"), "");
}

TEST_P(ClearingAway, NotificationsGoAfterTheyWereClearedAndWhenTheyAreOld)
{
    add_notification("cleared long ago", ago(24h * 40), ago(24h * 31));
    add_notification("cleared", ago(24h * 40), ago(24h * 29));
    add_notification("never cleared", ago(24h * 91), std::nullopt);
    add_notification("new", ago(24h * 89), std::nullopt);
    clear_away();
    EXPECT_EQ(left("notifications"), "cleared new ");
}

TEST_P(ClearingAway, ATableThatCannotBeSweptKeepsNoOtherFromIt)
{
    add_token("stuck", ago(24h * 40), ago(24h * 31));
    add_notification("goes", ago(24h * 100), std::nullopt);
    world.outside().run(
        GetParam() == sql::Dialect::sqlite
            ? "CREATE TRIGGER stuck BEFORE DELETE ON one_time_tokens "
              "BEGIN SELECT RAISE(ABORT, 'stuck'); END"
            : "CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS "
              "$$ BEGIN RAISE 'stuck'; END $$; CREATE TRIGGER stuck BEFORE DELETE ON "
              "one_time_tokens FOR EACH ROW EXECUTE FUNCTION stuck()"
    );
    try {
        clear_away();
        ADD_FAILURE() << "nobody was told";
    } catch (std::runtime_error const& failure) {
        EXPECT_EQ(std::string(failure.what()).find("one_time_tokens: "), 0U) << failure.what();
    }
    EXPECT_EQ(left("one_time_tokens"), "stuck ");
    EXPECT_EQ(left("notifications"), "");
}

TEST_P(ClearingAway, ManyGoInUnitsOfAThousand)
{
    for (int at = 0; at < 2100; ++at)
        add_notification("n" + std::to_string(at), ago(24h * 100), std::nullopt);
    world.faults().arm({});
    clear_away();
    EXPECT_EQ(left("notifications"), "");
    EXPECT_LE(world.faults().seen(), 70U); // three and a commit for each kind, and two more units
}

} // namespace
} // namespace gatehouse::testing
