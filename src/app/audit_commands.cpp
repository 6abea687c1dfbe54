// `gatehouse audit verify`.
#include "app/commands.h"

#include "app/key_file.h"
#include "app/operator_desk.h"
#include "domain/seals.h"
#include "sealing/bundle_check.h"
#include "sealing/live_check.h"

#include <algorithm>

namespace gatehouse::app {
namespace {
using domain::OrganizationId;
using sealing::Found;
using sealing::KnownKeys;
using sealing::Published;

struct FindingView {
    std::optional<std::int64_t> seq;
    std::optional<std::int64_t> id;
    std::string what;
};
BOOST_DESCRIBE_STRUCT(FindingView, (), (seq, id, what))

struct ChainView {
    std::string organization_id;
    std::int64_t pruned = 0;
    std::int64_t rows = 0;
    std::int64_t checkpoints = 0;
    std::int64_t unsealed = 0;
    std::optional<FindingView> finding;
};
BOOST_DESCRIBE_STRUCT(
    ChainView, (), (organization_id, pruned, rows, checkpoints, unsealed, finding)
)

struct VerifyView {
    bool verified = false;
    std::vector<std::string> kids;
    std::vector<ChainView> chains;
};
BOOST_DESCRIBE_STRUCT(VerifyView, (), (verified, kids, chains))

std::optional<FindingView> view_of(Found const& found)
{
    if (!found)
        return std::nullopt;
    return FindingView{found->seq, found->id, found->what};
}

std::string words_of(FindingView const& finding)
{
    std::string words = "BAD";
    if (finding.seq)
        words += " row " + std::to_string(*finding.seq);
    if (finding.id)
        words += " (id " + std::to_string(*finding.id) + ")";
    return words + ": " + finding.what;
}

int say_result(OperatorArguments const& arguments, VerifyView const& view)
{
    if (arguments.has("--json")) {
        say_json(view);
        return view.verified ? 0 : 1;
    }
    for (auto const& chain : view.chains)
        say(columns(
            {chain.organization_id,
             std::to_string(chain.rows) + " rows"
                 + (chain.pruned > 0 ? " behind " + std::to_string(chain.pruned) : ""),
             std::to_string(chain.checkpoints) + " checkpoints",
             std::to_string(chain.unsealed) + " not sealed yet",
             chain.finding ? words_of(*chain.finding) : "verified"}
        ));
    for (auto const& kid : view.kids)
        say(columns({"signed by", kid}));
    say(view.verified ? "all is as it was sealed" : "NOT as it was sealed");
    return view.verified ? 0 : 1;
}

Published published_in(OperatorArguments const& arguments, KnownKeys const& keys)
{
    auto const path = arguments.text("--checkpoints");
    return path ? sealing::read_published(*path, keys) : Published();
}

int verify_bundle(OperatorArguments const& arguments, std::string const& path)
{
    auto const bundle = sealing::open_bundle(path);
    auto const kid = arguments.text("--kid");
    Published published;
    if (arguments.text("--checkpoints"))
        published = published_in(arguments, sealing::keys_in(*bundle));
    auto const report = sealing::check_bundle(*bundle, kid, published);
    VerifyView view;
    view.verified = !report.found;
    view.kids.assign(report.kids.begin(), report.kids.end());
    view.chains.push_back(
        {.organization_id = report.proof.organization_id.text(),
         .pruned = report.pruned,
         .rows = report.rows,
         .checkpoints = report.checkpoints,
         .unsealed = report.proof.unsealed,
         .finding = view_of(report.found)}
    );
    return say_result(arguments, view);
}

// Whose keys are believed: those that open, or the one that is named.
KnownKeys trusted_keys(OperatorArguments const& arguments, OperatorDesk& desk)
{
    auto const kid = arguments.text("--kid");
    if (kid)
        return desk.wait(sealing::keys_of(desk.storage(), nullptr, kid));
    auto const configuration = understand_keys(gather(arguments.settings()));
    auto const key = load_key_encryption_key(configuration, desk.random());
    return desk.wait(sealing::keys_of(desk.storage(), &key, std::nullopt));
}

Async<std::vector<OrganizationId>> every_chain(domain::Storage& storage)
{
    auto work = co_await storage.read();
    auto organizations = co_await work->sealed_ledger().organizations();
    co_return organizations;
}

std::vector<OrganizationId>
chains_meant(OperatorArguments const& arguments, OperatorDesk& desk, Published const& published)
{
    if (auto const one = arguments.text("--organization"))
        return {OrganizationId(*one)};
    auto chains = desk.wait(every_chain(desk.storage()));
    for (auto const& [organization, heads] : published) // a chain may be gone altogether
        if (std::ranges::find(chains, OrganizationId(organization)) == chains.end())
            chains.emplace_back(organization);
    return chains;
}

int verify_database(OperatorArguments const& arguments)
{
    OperatorDesk desk(arguments);
    auto const keys = trusted_keys(arguments, desk);
    auto const published = published_in(arguments, keys);
    VerifyView view;
    view.verified = true;
    for (auto const& [kid, key] : keys.all())
        view.kids.push_back(kid);
    for (auto const& chain : chains_meant(arguments, desk, published)) {
        auto const report = sealing::check_chain(desk.storage(), keys, chain, published);
        view.verified = view.verified && !report.found;
        view.chains.push_back(
            {.organization_id = chain.text(),
             .pruned = report.pruned,
             .rows = report.rows,
             .checkpoints = report.checkpoints,
             .unsealed = report.unsealed,
             .finding = view_of(report.found)}
        );
    }
    return say_result(arguments, view);
}

} // namespace

int audit_commands(std::vector<std::string> const& words)
{
    std::string const verb = words.empty() ? "" : words.front();
    if (verb != "verify")
        throw BadConfiguration("audit: say verify; see gatehouse audit --help");
    OperatorArguments const arguments(
        {.command = "audit verify",
         .with_value = {"--organization", "--checkpoints", "--kid"},
         .alone = {"--json"},
         .takes_id = true},
        std::vector<std::string>(words.begin() + 1, words.end())
    );
    if (arguments.id())
        return verify_bundle(arguments, *arguments.id());
    return verify_database(arguments);
}

} // namespace gatehouse::app
