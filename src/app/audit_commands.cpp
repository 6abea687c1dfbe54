// `gatehouse audit verify` and `rotate-key`.
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
    std::int64_t sealed_late = 0;
    std::int64_t erased = 0;
    std::optional<std::int64_t>
        unaccounted; // of a bundle: erased, and told of elsewhere or nowhere
    std::optional<FindingView> finding;
};
BOOST_DESCRIBE_STRUCT(
    ChainView,
    (),
    (organization_id, pruned, rows, checkpoints, unsealed, sealed_late, erased, unaccounted, finding
    )
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
             "sealed late: " + std::to_string(chain.sealed_late),
             "erased: " + std::to_string(chain.erased)
                 + (chain.unaccounted
                        ? ", not accounted for here: " + std::to_string(*chain.unaccounted)
                        : ""),
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

// With --strict a row that was sealed late is a finding: a sealer that stood still explains it, or
// history that was taken out of the chain and put back.
Found judged(OperatorArguments const& arguments, Found const& found, Found const& late)
{
    return found || !arguments.has("--strict") ? found : late;
}

int verify_bundle(OperatorArguments const& arguments, std::string const& path)
{
    auto const bundle = sealing::open_bundle(path);
    auto const kid = arguments.text("--kid");
    Published published;
    if (arguments.text("--checkpoints"))
        published = published_in(arguments, sealing::keys_in(*bundle));
    auto report = sealing::check_bundle(*bundle, kid, published);
    report.found = judged(arguments, report.found, report.first_late);
    VerifyView view;
    view.verified = !report.found;
    view.kids.assign(report.kids.begin(), report.kids.end());
    view.chains.push_back(
        {.organization_id = report.proof.organization_id.text(),
         .pruned = report.pruned,
         .rows = report.rows,
         .checkpoints = report.checkpoints,
         .unsealed = report.proof.unsealed,
         .sealed_late = report.sealed_late,
         .erased = report.erased,
         .unaccounted = report.unaccounted,
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
        auto report = sealing::check_chain(desk.storage(), keys, chain, published);
        report.found = judged(arguments, report.found, report.first_late);
        view.verified = view.verified && !report.found;
        view.chains.push_back(
            {.organization_id = chain.text(),
             .pruned = report.pruned,
             .rows = report.rows,
             .checkpoints = report.checkpoints,
             .unsealed = report.unsealed,
             .sealed_late = report.sealed_late,
             .erased = report.erased,
             .unaccounted = std::nullopt,
             .finding = view_of(report.found)}
        );
    }
    return say_result(arguments, view);
}

struct RotatedView {
    std::string kid;
    std::string previous_kid;
};
BOOST_DESCRIBE_STRUCT(RotatedView, (), (kid, previous_kid))

domain::LedgerEntry row_of(OperatorDesk& desk)
{
    auto entry = domain::ledger_entry(
        desk.facts(), domain::Event::settings_updated, domain::Outcome::success, 200
    );
    entry.status.reset(); // a command has neither a status nor an address that it came from
    entry.ip_address.reset();
    entry.details["by"] = std::string("operator command");
    return entry;
}

// Like the server itself it needs the key-encryption key: what it makes must open for the nodes,
// which sign with it from their next round on.
int rotate_key(std::vector<std::string> const& words)
{
    OperatorArguments const arguments({.command = "audit rotate-key", .alone = {"--json"}}, words);
    auto const configuration = understand_keys(gather(arguments.settings()));
    OperatorDesk desk(arguments);
    auto const key = load_key_encryption_key(configuration, desk.random());
    auto const old = desk.wait(sealing::signer_of(desk.storage(), key));
    auto entry = row_of(desk);
    auto const now = entry.created_at;
    auto const kid = desk.wait(
        sealing::rotate_signer(desk.storage(), key, desk.random(), now, std::move(entry))
    );
    if (arguments.has("--json")) {
        say_json(RotatedView{kid, old->kid});
        return 0;
    }
    say(columns({kid, "signs checkpoints and manifests from now on"}));
    say(columns({old->kid, "is retired, and goes on to verify what it signed"}));
    return 0;
}

} // namespace

int audit_commands(std::vector<std::string> const& words)
{
    std::string const verb = words.empty() ? "" : words.front();
    if (verb == "rotate-key")
        return rotate_key({words.begin() + 1, words.end()});
    if (verb != "verify")
        throw BadConfiguration("audit: say verify or rotate-key; see gatehouse audit --help");
    OperatorArguments const arguments(
        {.command = "audit verify",
         .with_value = {"--organization", "--checkpoints", "--kid"},
         .alone = {"--json", "--strict"},
         .takes_id = true},
        std::vector<std::string>(words.begin() + 1, words.end())
    );
    if (arguments.id())
        return verify_bundle(arguments, *arguments.id());
    return verify_database(arguments);
}

} // namespace gatehouse::app
