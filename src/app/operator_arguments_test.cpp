// What operators may say, and the one line for what they may not.
#include "app/operator_arguments.h"
#include "app/setting.h"

#include <gtest/gtest.h>

namespace gatehouse::app {
namespace {

Grammar suspending()
{
    return {
        .command = "user suspend",
        .with_value = {"--email", "--organization", "--limit"},
        .alone = {"--json"},
        .takes_id = true
    };
}

OperatorArguments read(std::vector<std::string> const& words)
{
    return {suspending(), words};
}

std::string refusal_of(std::vector<std::string> const& words)
{
    try {
        auto const arguments = read(words);
        arguments.number("--limit", 1, 1000, 100);
    } catch (BadConfiguration const& bad) {
        return bad.what();
    }
    return "accepted";
}

TEST(OperatorArguments, AreReadInEitherForm)
{
    auto const arguments = read({"--email", "a@example.test", "--organization=house", "--json"});
    EXPECT_EQ(arguments.text("--email"), "a@example.test");
    EXPECT_EQ(arguments.required("--organization"), "house");
    EXPECT_TRUE(arguments.has("--json"));
    EXPECT_EQ(arguments.id(), std::nullopt);
    EXPECT_EQ(arguments.text("--limit"), std::nullopt);
    EXPECT_EQ(arguments.number("--limit", 1, 1000, 100), 100);
}

TEST(OperatorArguments, TakeOneIdWhereverItStands)
{
    auto const arguments = read({"--json", "7c1", "--limit", "5"});
    EXPECT_EQ(arguments.id(), "7c1");
    EXPECT_EQ(arguments.number("--limit", 1, 1000, 100), 5);
    EXPECT_EQ(refusal_of({"7c1", "7c2"}), "user suspend: one id at a time, not `7c1` and `7c2`");
    EXPECT_EQ(refusal_of({""}), "user suspend: the id is empty");
}

TEST(OperatorArguments, LeaveSettingsToTheConfiguration)
{
    auto const arguments = read({"--database-url", "sqlite:a.db", "--config=b.toml", "7c1"});
    EXPECT_EQ(
        arguments.settings(),
        (std::vector<std::string>{"--database-url=sqlite:a.db", "--config=b.toml"})
    );
    EXPECT_EQ(arguments.id(), "7c1");
}

TEST(OperatorArguments, RefuseWhatTheCommandDoesNotKnow)
{
    EXPECT_EQ(
        refusal_of({"--force"}), "user suspend: --force is no flag of this command; see --help"
    );
    EXPECT_EQ(
        refusal_of({"--password", "x"}),
        "user suspend: --password is no flag of this command; see --help"
    );
    Grammar listing{.command = "org list", .alone = {"--json"}};
    EXPECT_THROW(OperatorArguments(listing, {"house"}), BadConfiguration);
}

// A variable of the shell that is not set must not widen what a command acts on.
TEST(OperatorArguments, RefuseFlagsWithoutTheirValue)
{
    EXPECT_EQ(refusal_of({"--email"}), "user suspend: --email needs a value");
    EXPECT_EQ(refusal_of({"--email="}), "user suspend: --email needs a value");
    EXPECT_EQ(refusal_of({"--email", ""}), "user suspend: --email needs a value");
    EXPECT_EQ(refusal_of({"--email", "--json"}), "user suspend: --email needs a value");
    EXPECT_EQ(refusal_of({"--database-url"}), "user suspend: --database-url needs a value");
    EXPECT_EQ(refusal_of({"--json=yes"}), "user suspend: --json takes no value");
}

TEST(OperatorArguments, RefuseWhatIsSaidTwice)
{
    EXPECT_EQ(
        refusal_of({"--email", "a@example.test", "--email=b@example.test"}),
        "user suspend: --email is given twice"
    );
}

TEST(OperatorArguments, RefuseWhatIsMissing)
{
    auto const arguments = read({});
    EXPECT_THROW(arguments.required("--email"), BadConfiguration);
}

TEST(OperatorArguments, RefuseNumbersOutOfBounds)
{
    auto const bounds = "user suspend: --limit must be a whole number from 1 to 1000";
    for (auto const* const wrong : {"0", "1001", "-1", "1x", " 1", "99999999999999999999"})
        EXPECT_EQ(refusal_of({std::string("--limit=") + wrong}), bounds) << wrong;
    EXPECT_EQ(refusal_of({"--limit=1000"}), "accepted");
}

} // namespace
} // namespace gatehouse::app
