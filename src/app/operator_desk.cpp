// Opening the database for an operator, and finding whom they mean.
#include "app/operator_desk.h"

#include "app/database.h"
#include "core/uuid.h"
#include "domain/directory.h"
#include "domain/refusal.h"
#include "http/problem.h"
#include "storage/sql/stores.h"

#include <cstdio>
#include <filesystem>
#include <stdexcept>

namespace gatehouse::app {
namespace {
using domain::CanonicalAddress;
using domain::OrganizationId;
using domain::Reason;
using domain::Refusal;
using domain::Storage;
using domain::User;
using domain::UserId;

constexpr int most_organizations = 10'000; // of one address

Configuration checked(OperatorArguments const& arguments)
{
    auto made = understand_database(gather(arguments.settings()));
    constexpr std::string_view file = "sqlite:";
    auto const& url = made.database_url;
    // Looking must not make an empty database where the path is mistyped.
    if (url.starts_with(file) && !std::filesystem::exists(url.substr(file.size())))
        throw std::runtime_error(
            url.substr(file.size()) + " is not there; `gatehouse migrate` makes a database"
        );
    made.database_connections = 3; // a verifier reads two pages ahead, and loose rows beside them
    made.hash_threads = 1;
    auto const schema = inspect_database(made);
    if (schema.state != sql::SchemaState::current)
        throw std::runtime_error(schema.line);
    return made;
}

std::string nobody(OperatorArguments const& arguments)
{
    auto text = "nobody has the "
        + (arguments.id() ? "id " + *arguments.id() : "address " + *arguments.text("--email"));
    if (auto const organization = arguments.text("--organization"))
        text += " in the organization " + *organization;
    return text;
}

std::string words_of(Refusal const& refusal)
{
    if (!refusal.error.empty())
        return refusal.error;
    switch (refusal.reason) {
    case Reason::last_owner:
        return "the last active owner must stay; make somebody else an owner first";
    case Reason::not_found:
    case Reason::session_ended:
        return "the person is gone";
    case Reason::email_already_registered:
        return "somebody has this address already";
    default:
        return std::string(http::code_of(refusal.reason));
    }
}

} // namespace

OperatorDesk::OperatorDesk(OperatorArguments const& arguments)
    : command_(arguments.command())
    , configuration_(checked(arguments))
    , database_(open_database(configuration_))
    , storage_(sql::make_storage(*database_, random_))
{
}

domain::RequestFacts OperatorDesk::facts()
{
    domain::RequestFacts facts;
    facts.now = clock_.now();
    facts.request_id = mint_uuid(facts.now, random_);
    facts.surface = domain::Surface::organization;
    return facts;
}

void OperatorDesk::fail(std::string const& command, Refusal const& refusal)
{
    auto const line = command + ": " + words_of(refusal);
    if (refusal.reason == Reason::validation || refusal.reason == Reason::weak_password)
        throw BadConfiguration(line);
    throw std::runtime_error(line);
}

Async<User> person_meant(Storage& storage, OperatorArguments const& arguments)
{
    auto const address = arguments.text("--email");
    auto const organization = arguments.text("--organization");
    auto work = co_await storage.read();
    std::vector<domain::Candidate> meant;
    if (address) {
        CanonicalAddress const canonical(*address);
        meant = co_await work->directory().live_users(canonical, most_organizations);
    } else {
        UserId const id(*arguments.id());
        auto found = co_await work->directory().live_user(id);
        if (found)
            meant.push_back({.user = std::move(*found), .organization_name = {}});
    }
    if (organization)
        std::erase_if(meant, [&](domain::Candidate const& one) {
            return one.user.organization_id.text() != *organization;
        });
    if (meant.empty())
        throw std::runtime_error(nobody(arguments));
    if (meant.size() > 1) {
        auto line = *address + " is in several organizations; add --organization with one of:";
        for (auto const& one : meant)
            line += " " + one.user.organization_id.text() + " (" + one.organization_name + ")";
        throw std::runtime_error(columns({line}));
    }
    co_return std::move(meant.front().user);
}

void say(std::string const& line)
{
    if (std::puts(line.c_str()) < 0 || std::fflush(stdout) != 0)
        throw std::runtime_error("standard output cannot be written");
}

std::string columns(std::vector<std::string> const& cells)
{
    std::string line;
    for (auto const& cell : cells) {
        line += &cell == &cells.front() ? "" : "\t";
        for (auto const letter : cell)
            line += static_cast<unsigned char>(letter) < ' ' || letter == '\x7f' ? '?' : letter;
    }
    return line;
}

std::string line_of(domain::MemberView const& person)
{
    return columns({person.id, person.email, person.role, person.status, person.organization_id});
}

} // namespace gatehouse::app
