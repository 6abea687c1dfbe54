// `gatehouse org create` and `org list`.
#include "app/commands.h"

#include "app/hashing.h"
#include "app/operator_desk.h"
#include "app/password_input.h"
#include "core/uuid.h"
#include "domain/adding.h"
#include "domain/attempts.h"
#include "domain/directory.h"
#include "domain/organization_view.h"
#include "domain/refusal.h"
#include "features/organizations/rules.h"
#include "features/people/creating.h"
#include "protocols/password_text/names.h"

#include <stdexcept>

namespace gatehouse::app {
namespace {
using domain::CanonicalAddress;
using domain::Organization;
using domain::organization_view_of;
using domain::OrganizationId;
using domain::OrganizationView;
using domain::User;

struct Founded {
    OrganizationView organization;
    domain::MemberView owner;
};
BOOST_DESCRIBE_STRUCT(Founded, (), (organization, owner))

struct OrganizationPage {
    std::vector<OrganizationView> data;
    std::optional<std::string> next; // for --after; null: that was all
};
BOOST_DESCRIBE_STRUCT(OrganizationPage, (), (data, next))

struct Founding { // the arguments, checked by the rules of the routes
    Organization organization;
    people::NewPerson owner;
    std::optional<std::string> name; // of the owner
};

// A coroutine only so that what these rules refuse ends like what the database refuses.
Async<Founding> understood(OperatorArguments const& arguments, SecretString password)
{
    Founding wanted;
    organizations::CreateRequest organization;
    organization.name = arguments.required("--name");
    wanted.organization = organizations::understood(organization);
    people::CreateRequest owner;
    owner.email = arguments.required("--owner-email");
    owner.password = std::move(password);
    owner.role = http::Given{true, std::string("owner")};
    wanted.owner = people::understood(std::move(owner), wanted.organization.name);
    if (auto const given = arguments.text("--owner-name")) {
        wanted.name = password_text::normalised_name(*given);
        if (!wanted.name)
            arguments.refuse(
                "--owner-name is longer than 100 characters or holds control characters"
            );
    }
    co_return wanted;
}

// Both or neither: an organization without an owner could be entered by nobody.
Async<Founded> found(OperatorDesk& desk, Founding wanted)
{
    auto const facts = desk.facts();
    auto& organization = wanted.organization;
    organization.id = OrganizationId(mint_uuid(facts.now, desk.random()));
    organization.created_at = facts.now;
    wanted.owner.organization_id = organization.id;
    auto owner = people::person_of(desk.random(), wanted.owner, facts.now);
    owner.name = wanted.name;
    auto options = hasher_options(desk.configuration());
    options.threads = 1;
    crypto::PasswordHasher hasher(options, desk.random());
    owner.password = co_await hasher.hash(std::move(wanted.owner.password));

    CanonicalAddress const address(owner.email);
    auto const actor = OperatorDesk::actor();
    auto work = co_await desk.storage().begin();
    co_await work->attempts().lock(address);
    co_await work->organizations().insert(organization);
    co_await domain::record_organization(*work, facts, actor, organization.id, false);
    co_await domain::add_person(*work, facts, actor, owner);
    auto const made = co_await work->organizations().find(organization.id);
    if (!made) // written a moment ago in this unit
        throw std::logic_error("an organization that was just made is not there");
    co_await work->commit();
    Founded answer;
    answer.organization = organization_view_of(*made);
    answer.owner = domain::member_view_of(owner);
    co_return answer;
}

int create(std::vector<std::string> const& words)
{
    OperatorArguments const arguments(
        {.command = "org create",
         .with_value = {"--name", "--owner-email", "--owner-name"},
         .alone = {"--password-stdin", "--json"}},
        words
    );
    arguments.required("--name"); // before anybody types a password
    arguments.required("--owner-email");
    OperatorDesk desk(arguments);
    auto password
        = arguments.has("--password-stdin") ? password_from_input() : password_from_terminal();
    auto wanted = desk.wait(understood(arguments, std::move(password)));
    auto const made = desk.wait(found(desk, std::move(wanted)));
    if (arguments.has("--json")) {
        say_json(made);
        return 0;
    }
    say(columns({made.organization.id, made.organization.name}));
    say(line_of(made.owner));
    return 0;
}

Async<std::vector<Organization>>
page(domain::Storage& storage, OrganizationId after, std::int64_t limit)
{
    auto work = co_await storage.read();
    auto found = co_await work->directory().organizations_behind(std::move(after), limit);
    co_return found;
}

int list(std::vector<std::string> const& words)
{
    OperatorArguments const arguments(
        {.command = "org list", .with_value = {"--limit", "--after"}, .alone = {"--json"}}, words
    );
    auto const limit = arguments.number("--limit", 1, 1000, 100);
    OrganizationId const after(arguments.text("--after").value_or(""));
    OperatorDesk desk(arguments);
    auto found = desk.wait(page(desk.storage(), after, limit + 1));
    OrganizationPage answer;
    if (static_cast<std::int64_t>(found.size()) > limit) {
        found.pop_back();
        answer.next = found.back().id.text();
    }
    for (auto const& one : found)
        answer.data.push_back(organization_view_of(one));
    if (arguments.has("--json")) {
        say_json(answer);
        return 0;
    }
    for (auto const& one : answer.data)
        say(columns({one.id, one.name, one.kind, one.owner_id.value_or("")}));
    if (answer.next)
        say("there are more: --after " + *answer.next);
    return 0;
}

} // namespace

int organization_commands(std::vector<std::string> const& words)
{
    std::string const verb = words.empty() ? "" : words.front();
    std::vector<std::string> const rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (verb == "create")
        return create(rest);
    if (verb == "list")
        return list(rest);
    if (verb == "ip-rules")
        return ip_rule_command(rest);
    throw BadConfiguration(
        "org: say `org create`, `org list` or `org ip-rules`; see gatehouse org --help"
    );
}

} // namespace gatehouse::app
