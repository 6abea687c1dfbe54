// Random histories of everything that begins, prolongs and ends sessions, against the model: no
// token is accepted that the model calls dead, and none refused that it calls alive.
#include "attacks/session_model.h"
#include "support/world_fixture.h"

#include <cstdio>
#include <cstdlib>
#include <random>

namespace gatehouse::testing {
namespace {

class AlwaysCurrent final : public ChangeSource {
    bool is_current() noexcept override { return true; }
};

int histories()
{
    auto const* const wanted = std::getenv("GATEHOUSE_TEST_HISTORIES");
    return wanted ? std::atoi(wanted) : 150;
}

constexpr int steps = 14;

class Histories : public InAWorld {
protected:
    void begin(std::uint64_t seed)
    {
        chance.seed(seed);
        world.settings.rate_limit = false;
        world.settings.refresh_retry_window = one_of(2) ? 10s : 0s;
        person = world.add_person(
            "p" + std::to_string(seed) + "-" + std::to_string(++begun) + "@example.test"
        );
        owner = world.add_person("owner-" + person.email, person.organization_id);
        owner_token = world.signed_in(owner).text("token");
        model = SessionModel();
        model.window = world.settings.refresh_retry_window;
        model.now = world.clock.now();
        story.clear();
    }

    std::size_t one_of(std::size_t count) { return chance() % count; }

    int validated(std::string const& token)
    {
        auto const status = world.call(post("/api/v1/auth/validate", {{"token", token}})).status;
        world.run_afterwards();
        return status;
    }
    void keep_tokens(Answer const& answer, std::size_t session)
    {
        for (auto const& [name, life] :
             {std::pair("accessToken", 900s), std::pair("token", 86'400s)}) {
            auto const end
                = std::min<Instant>(model.now + life, model.sessions[session].absolute_end);
            model.tokens.push_back({session, end, answer.text(name)});
        }
    }

    void sign_in()
    {
        auto const answer = login(person);
        ASSERT_EQ(answer.status, model.suspended ? 403 : 200) << answer.body;
        if (model.suspended)
            return;
        model.sign_in(answer.text("refreshToken"));
        keep_tokens(answer, model.sessions.size() - 1);
    }
    void refresh(std::size_t times)
    {
        if (model.sessions.empty())
            return;
        auto const session = one_of(model.sessions.size());
        auto const& family = model.sessions[session].family;
        // Mostly the newest.
        auto const which = one_of(3) == 0 ? one_of(family.size()) : family.size() - 1;
        auto const call = post("/api/v1/auth/refresh", {{"refreshToken", family[which].text}});
        auto const answers = world.in_parallel(call, times);
        for (std::size_t each = 0; each < times; ++each)
            expect_refreshed(answers, session, which);
        auto const good = statuses_of(answers)[200];
        EXPECT_EQ(good, expected_good) << "of " << times;
        expected_good = 0;
    }
    // The model knows no order: the first of them rotates, whichever it was.
    void
    expect_refreshed(std::vector<Answer> const& answers, std::size_t session, std::size_t which)
    {
        auto const good = std::ranges::find(answers, 200, &Answer::status);
        switch (model.refresh(session, which)) {
        case SessionModel::Answer::rotates:
            ASSERT_NE(good, answers.end()) << answers.front().body;
            model.rotated(session, which, good->text("refreshToken"));
            ++expected_good;
            break;
        case SessionModel::Answer::repeats: {
            auto const& family = model.sessions[session].family;
            ++expected_good;
            for (auto const& answer : answers)
                if (answer.status == 200) {
                    EXPECT_EQ(answer.text("refreshToken"), family[family[which].successor].text);
                }
            break;
        }
        case SessionModel::Answer::refused:
            return;
        }
        for (auto const& answer : answers)
            if (answer.status == 200)
                keep_tokens(answer, session);
    }
    void sign_out(char const* path)
    {
        if (model.tokens.empty())
            return;
        auto const token = model.tokens[one_of(model.tokens.size())];
        auto const answer = world.call(post(path).as(token.text));
        bool const alive = model.is_alive(token);
        EXPECT_EQ(answer.status, alive ? 200 : 401) << answer.body;
        if (!alive)
            return;
        if (path == std::string("/api/auth/logout"))
            model.end(token.session);
        else
            model.end_all();
    }
    void reset_password()
    {
        if (model.suspended)
            return;
        EXPECT_EQ(reset(forgotten_link(person.email), person.password).status, 200);
        model.reset();
    }
    void suspend()
    {
        model.suspended = !model.suspended;
        auto const status = model.suspended ? "suspended" : "active";
        by_owner("/status", {{"status", status}});
        if (model.suspended)
            model.end_all();
    }
    void change_role() { by_owner("/role", {{"role", one_of(2) == 0 ? "staff" : "manager"}}); }
    void by_owner(std::string const& what, json::Object body)
    {
        owner_token = world.signed_in(owner).text("token");
        auto const answer
            = world.call(patch("/api/users/" + person.id + what, std::move(body)).as(owner_token));
        EXPECT_EQ(answer.status, 200) << answer.body;
    }
    void let_time_pass()
    {
        constexpr std::array<Duration, 8> times{1s, 9s, 11s, 61s, 16min, 25h, 24h * 3, 24h * 8};
        world.clock.move_by(times[one_of(times.size())]);
        model.now = world.clock.now();
    }

    void take_step()
    {
        auto const told = [this](char const* what) {
            story += std::string(" ") + what;
        };
        switch (one_of(12)) {
        case 0:
        case 1:
            told("sign-in");
            return sign_in();
        case 2:
        case 3:
            told("refresh");
            return refresh(1);
        case 4:
            told("refresh×3");
            return refresh(3);
        case 5:
            told("sign-out");
            return sign_out("/api/auth/logout");
        case 6:
            told("sign-out-everywhere");
            return one_of(2) == 0 ? sign_out("/api/auth/logout-all") : void();
        case 7:
            told("reset");
            return one_of(2) == 0 ? reset_password() : void();
        case 8:
            told("role");
            return change_role();
        case 9:
            told("suspend");
            return one_of(2) == 0 ? suspend() : void();
        default:
            told("time");
            return let_time_pass();
        }
    }
    void compare_all()
    {
        for (auto const& token : model.tokens) {
            bool const alive = model.is_alive(token);
            ASSERT_EQ(validated(token.text), alive ? 200 : 401)
                << (alive ? "refused though alive" : "accepted though dead");
            if (alive)
                model.use(token.session);
        }
    }
    void live_through(std::uint64_t seed)
    {
        begin(seed);
        for (int step = 0; step < steps && !HasFailure(); ++step) {
            take_step();
            world.run_afterwards();
            compare_all();
        }
        EXPECT_FALSE(HasFailure()) << "seed " << seed << ":" << story;
    }

    std::mt19937_64 chance;
    int begun = 0;
    int expected_good = 0;
    Person person;
    Person owner;
    std::string owner_token;
    SessionModel model;
    std::string story;
};
INSTANTIATE_ON_BOTH_DATABASES(Histories);

void live_through_many(auto const& live_through, char const* name)
{
    auto const* const wanted = std::getenv("GATEHOUSE_TEST_SEED"); // to live through one again
    auto const first
        = wanted ? std::strtoull(wanted, nullptr, 10) : std::uint64_t{std::random_device()()};
    std::printf(
        "%d histories %s, seeds from %llu\n",
        histories(),
        name,
        static_cast<unsigned long long>(first)
    );
    for (int each = 0; each < histories() && !::testing::Test::HasFailure(); ++each)
        live_through(first + static_cast<std::uint64_t>(each));
}

TEST_P(Histories, AsTheModelHasThem)
{
    live_through_many([this](std::uint64_t seed) { live_through(seed); }, "read each time");
}

TEST_P(Histories, AsTheModelHasThemWithSessionsKeptInMemory)
{
    AlwaysCurrent source;
    world.kept.changes.follow(source);
    live_through_many([this](std::uint64_t seed) { live_through(seed); }, "kept in memory");
}

} // namespace
} // namespace gatehouse::testing
