// `gatehouse keys list`, `rotate` and `remove`.
#include "app/commands.h"

#include "app/key_file.h"
#include "app/operator_desk.h"
#include "features/signing_keys/rotating.h"

namespace gatehouse::app {
namespace {
using domain::SigningKey;
using signing_keys::Taken;
using signing_keys::Turning;

struct KeyView {
    std::string kid;
    std::string algorithm;
    std::string state;
    std::string published_at;
    std::string signs_from; // or since
    std::optional<std::string> removable_from; // once it retires
};
BOOST_DESCRIBE_STRUCT(
    KeyView, (), (kid, algorithm, state, published_at, signs_from, removable_from)
)

struct KeyList {
    std::vector<KeyView> keys;
};
BOOST_DESCRIBE_STRUCT(KeyList, (), (keys))

struct StepView {
    std::string step;
    std::string kid;
    std::vector<KeyView> keys;
};
BOOST_DESCRIBE_STRUCT(StepView, (), (step, kid, keys))

std::vector<KeyView> views_of(std::vector<SigningKey> const& keys)
{
    std::vector<KeyView> views;
    for (auto const& key : keys)
        views.push_back(
            {.kid = key.kid,
             .algorithm = key.algorithm,
             .state = std::string(to_text(key.state)),
             .published_at = to_text(key.published_at),
             .signs_from = to_text(key.not_before),
             .removable_from = key.not_after ? std::optional(to_text(*key.not_after)) : std::nullopt
            }
        );
    return views;
}

void say_keys(std::vector<SigningKey> const& keys)
{
    for (auto const& key : keys)
        say(columns(
            {key.kid, key.algorithm, std::string(to_text(key.state)), signing_keys::outlook(key)}
        ));
}

int list(std::vector<std::string> const& words)
{
    OperatorArguments const arguments({.command = "keys list", .alone = {"--json"}}, words);
    OperatorDesk desk(arguments);
    auto const keys = desk.wait(signing_keys::keys_of(desk.storage()));
    if (arguments.has("--json"))
        say_json(KeyList{views_of(keys)});
    else
        say_keys(keys);
    return 0;
}

int done(OperatorArguments const& arguments, Taken const& taken)
{
    if (arguments.has("--json")) {
        say_json(StepView{taken.step, taken.kid, views_of(taken.keys)});
        return 0;
    }
    say(columns({taken.kid, taken.step}));
    say_keys(taken.keys);
    return 0;
}

Async<Taken> rotated(Turning turning, OperatorArguments const&)
{
    return signing_keys::rotate(std::move(turning));
}

Async<Taken> removed(Turning turning, OperatorArguments const& arguments)
{
    auto const& kid = arguments.id();
    if (!kid)
        arguments.refuse("name the key by its id; see gatehouse keys list");
    if (arguments.has("--compromised"))
        return signing_keys::remove_compromised(std::move(turning), *kid);
    return signing_keys::remove(std::move(turning), *kid);
}

// Like the server itself these need the key-encryption key: what they make must open for the nodes.
int turn(
    Grammar grammar,
    std::vector<std::string> const& words,
    Async<Taken> (*step)(Turning, OperatorArguments const&)
)
{
    OperatorArguments const arguments(std::move(grammar), words);
    auto const configuration = understand_keys(gather(arguments.settings()));
    OperatorDesk desk(arguments);
    auto const key = load_key_encryption_key(configuration, desk.random());
    Turning turning{
        .storage = desk.storage(),
        .key = key,
        .random = desk.random(),
        .algorithm = configuration.signing_algorithm,
        .facts = desk.facts()
    };
    return done(arguments, desk.wait(step(std::move(turning), arguments)));
}

} // namespace

int signing_key_commands(std::vector<std::string> const& words)
{
    std::string const verb = words.empty() ? "" : words.front();
    std::vector<std::string> const rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (verb == "list")
        return list(rest);
    if (verb == "rotate")
        return turn({.command = "keys rotate", .alone = {"--json"}}, rest, rotated);
    if (verb == "remove")
        return turn(
            {.command = "keys remove", .alone = {"--compromised", "--json"}, .takes_id = true},
            rest,
            removed
        );
    throw BadConfiguration("keys: say list, rotate or remove; see gatehouse keys --help");
}

} // namespace gatehouse::app
