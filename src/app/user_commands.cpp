// `gatehouse user list`, `suspend`, `reactivate`, `unlock` and `reset-two-factor`.
#include "app/commands.h"

#include "app/operator_desk.h"
#include "domain/attempts.h"
#include "domain/deed.h"
#include "domain/directory.h"
#include "domain/ending_factor.h"
#include "domain/ledger.h"
#include "domain/refusal.h"
#include "domain/standing.h"
#include "domain/unlocking.h"

#include <stdexcept>

namespace gatehouse::app {
namespace {
using domain::CanonicalAddress;
using domain::Event;
using domain::member_view_of;
using domain::OrganizationId;
using domain::Reason;
using domain::Refusal;
using domain::UnitOfWork;
using domain::User;
using domain::UserId;
using domain::UserStatus;

struct PeoplePage {
    std::vector<domain::MemberView> data;
    std::optional<std::string> next; // for --after; null: that was all
};
BOOST_DESCRIBE_STRUCT(PeoplePage, (), (data, next))

Async<std::vector<User>>
people_of(domain::Storage& storage, OperatorArguments const& arguments, std::int64_t limit)
{
    std::optional<OrganizationId> organization;
    if (auto given = arguments.text("--organization"))
        organization = OrganizationId(std::move(*given));
    UserId const after(arguments.text("--after").value_or(""));
    auto work = co_await storage.read();
    if (organization) {
        auto const there = co_await work->directory().organization(*organization);
        if (!there)
            throw std::runtime_error("no organization has the id " + organization->text());
    }
    auto found = co_await work->directory().people_behind(organization, after, limit);
    co_return found;
}

// With an address there are few: everybody at once.
Async<std::vector<User>>
people_called(domain::Storage& storage, OperatorArguments const& arguments, std::int64_t limit)
{
    CanonicalAddress const address(arguments.required("--email"));
    auto const organization = arguments.text("--organization");
    auto work = co_await storage.read();
    auto const candidates = co_await work->directory().live_users(address, static_cast<int>(limit));
    if (static_cast<std::int64_t>(candidates.size()) == limit)
        throw std::runtime_error("the address is in too many organizations to list");
    std::vector<User> found;
    for (auto const& one : candidates)
        if (!organization || one.user.organization_id.text() == *organization)
            found.push_back(one.user);
    co_return found;
}

PeoplePage listed(OperatorDesk& desk, OperatorArguments const& arguments)
{
    constexpr std::int64_t most_of_one_address = 100'000;
    auto const limit = arguments.number("--limit", 1, 1000, 100);
    bool const by_address = arguments.text("--email").has_value();
    if (by_address && (arguments.text("--limit") || arguments.text("--after")))
        arguments.refuse("--email lists everybody with the address, without --limit and --after");
    auto found = by_address
        ? desk.wait(people_called(desk.storage(), arguments, most_of_one_address))
        : desk.wait(people_of(desk.storage(), arguments, limit + 1));
    PeoplePage answer;
    if (!by_address && static_cast<std::int64_t>(found.size()) > limit) {
        found.pop_back();
        answer.next = found.back().id.text();
    }
    for (auto const& one : found)
        answer.data.push_back(member_view_of(one));
    return answer;
}

int list(std::vector<std::string> const& words)
{
    OperatorArguments const arguments(
        {.command = "user list",
         .with_value = {"--organization", "--email", "--limit", "--after"},
         .alone = {"--json"}},
        words
    );
    OperatorDesk desk(arguments);
    auto const answer = listed(desk, arguments);
    if (arguments.has("--json")) {
        say_json(answer);
        return 0;
    }
    for (auto const& one : answer.data)
        say(line_of(one));
    if (answer.next)
        say("there are more: --after " + *answer.next);
    return 0;
}

Async<User> suspend(OperatorDesk& desk, User person)
{
    return domain::change_status(
        desk.storage(), desk.facts(), desk.actor(), std::move(person), UserStatus::suspended
    );
}

Async<User> reactivate(OperatorDesk& desk, User person)
{
    return domain::change_status(
        desk.storage(), desk.facts(), desk.actor(), std::move(person), UserStatus::active
    );
}

// The person as they are, nobody judging a try of theirs meanwhile.
Async<User> under_lock(UnitOfWork& work, User person)
{
    CanonicalAddress const address(person.email);
    co_await work.attempts().lock(address);
    auto found = co_await work.users().find(person.organization_id, person.id);
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    co_return std::move(*found);
}

Async<User> unlock(OperatorDesk& desk, User person)
{
    auto const facts = desk.facts();
    auto work = co_await desk.storage().begin();
    auto const meant = co_await under_lock(*work, std::move(person));
    co_await domain::unlock(*work, meant);
    auto entry = deed(facts, OperatorDesk::actor(), Event::user_updated, 200, meant);
    entry.details["changed"] = "failed_attempts";
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return meant;
}

Async<User> reset_two_factor(OperatorDesk& desk, User person)
{
    auto const facts = desk.facts();
    auto work = co_await desk.storage().begin();
    auto meant = co_await under_lock(*work, std::move(person));
    bool const ended = co_await domain::end_second_factor(*work, meant, facts.now);
    if (!ended)
        throw std::runtime_error(meant.email + " has no second factor");
    auto entry = deed(facts, OperatorDesk::actor(), Event::two_factor_disabled, 200, meant);
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    meant.two_factor_enabled = false;
    co_return meant;
}

struct Verb {
    std::string_view name;
    Async<User> (*run)(OperatorDesk&, User);
};
constexpr Verb verbs[] = {
    {"suspend", suspend},
    {"reactivate", reactivate},
    {"unlock", unlock},
    {"reset-two-factor", reset_two_factor},
};

int act(Verb const& verb, std::vector<std::string> const& words)
{
    OperatorArguments const arguments(
        {.command = "user " + std::string(verb.name),
         .with_value = {"--email", "--organization"},
         .alone = {"--json"},
         .takes_id = true},
        words
    );
    if (arguments.id().has_value() == arguments.text("--email").has_value())
        arguments.refuse("name the person by ID or by --email, one of both");
    OperatorDesk desk(arguments);
    auto person = desk.wait(person_meant(desk.storage(), arguments));
    auto const now_is = member_view_of(desk.wait(verb.run(desk, std::move(person))));
    if (arguments.has("--json"))
        say_json(now_is);
    else
        say(line_of(now_is));
    return 0;
}

} // namespace

int user_commands(std::vector<std::string> const& words)
{
    std::string const name = words.empty() ? "" : words.front();
    std::vector<std::string> const rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (name == "list")
        return list(rest);
    for (auto const& verb : verbs)
        if (name == verb.name)
            return act(verb, rest);
    throw BadConfiguration("user: say list, suspend, reactivate, unlock or reset-two-factor; see "
                           "gatehouse user --help");
}

} // namespace gatehouse::app
