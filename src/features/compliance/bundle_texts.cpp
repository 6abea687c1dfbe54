// The readme for people, the manifest for programs.
#include "features/compliance/bundle_texts.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::ExportedFile;

std::string period_in_words(BundleFacts const& facts)
{
    auto const period = view_of(facts.wanted.period);
    return gatehouse::to_text(period.from) + " to " + gatehouse::to_text(period.to);
}

std::string kept_in_words(BundleFacts const& facts)
{
    if (!facts.ledger_days)
        return "the ledger's rows are never removed";
    auto const from = facts.now - *facts.ledger_days * 24h;
    return "the ledger's rows for " + std::to_string(*facts.ledger_days)
        + " days: what is older than " + gatehouse::to_text(from)
        + "\r\n               may be gone, and a signed record stands for it in the chain";
}

json::Value period_of(BundleFacts const& facts)
{
    auto const period = view_of(facts.wanted.period);
    return json::Value(json::Object{
        {"from", json::Value(gatehouse::to_text(period.from))},
        {"to", json::Value(gatehouse::to_text(period.to))}
    });
}

json::Value texts(std::vector<std::string> const& all)
{
    json::Array array;
    for (auto const& one : all)
        array.emplace_back(one);
    return json::Value(std::move(array));
}

json::Object described(ExportedFile const& file)
{
    return {
        {"name", json::Value(file.name)},
        {"sha256", json::Value(file.sha256)},
        {"bytes", file.bytes},
    };
}

} // namespace

std::string readme_of(BundleFacts const& facts)
{
    return "SOC 2 evidence\r\n"
           "==============\r\n"
           "\r\n"
           "Organization:  "
        + facts.organization_name + " (" + facts.scope.organization.text()
        + ")\r\n"
          "Period:        "
        + period_in_words(facts) + " (UTC, both ends belong to it)\r\nKept:          "
        + kept_in_words(facts) + "\r\nExported at:   " + gatehouse::to_text(facts.now)
        + "\r\nExported by:   " + facts.email + " (" + facts.user_id
        + ")\r\nExport:        " + facts.export_id
        + "\r\n"
          "\r\n"
          "What is in it\r\n"
          "-------------\r\n"
          "Each folder answers one criterion. Each file holds every row of the organization's\r\n"
          "ledger of the period whose event belongs to it, oldest first, as it was committed "
          "when\r\n"
          "the file was written; none is left out, and no number of rows is too many. A file\r\n"
          "without rows means that nothing of the kind was recorded. Times are UTC. `seq` is "
          "the\r\n"
          "number of the row in the ledger. What was erased at a person's wish is empty.\r\n"
          "In CSV, a cell that a spreadsheet would take for a formula begins with an "
          "apostrophe.\r\n"
          "\r\n"
          "ledger/ holds the same rows as they are sealed: each with its place in the\r\n"
          "organization's chain of hashes, and the signed checkpoints of that chain. Rows of the "
          "last\r\n"
          "second may still have waited for it; MANIFEST.json says how many.\r\n"
          "\r\n"
          "How to verify it\r\n"
          "----------------\r\n"
          "`gatehouse audit verify BUNDLE.zip`, or the independent `verify_bundle.py "
          "BUNDLE.zip`,\r\n"
          "computes all of it anew and names the first row that is not as it was sealed. Compare "
          "the\r\n"
          "key that they print (kid) with the one that the operator of the server states; `--kid` "
          "lets\r\n"
          "no other pass. By hand: MANIFEST.json states of each file its SHA-256, its length, "
          "its\r\n"
          "number of rows, and what was asked, MANIFEST.sig is the signature of MANIFEST.json; "
          "the\r\n"
          "ledger has the rows DATA_EXPORT_STARTED and DATA_EXPORT_COMPLETED of this export, and "
          "the\r\n"
          "latter holds "
          "the same digests.\r\n";
}

std::string manifest_of(
    BundleFacts const& facts,
    std::vector<ExportedFile> const& told,
    std::vector<FileQuery> const& queries,
    LedgerFacts const& ledger
)
{
    if (told.size() <= queries.size())
        throw std::logic_error("a manifest of other files than were written");
    json::Array files;
    files.emplace_back(described(told.front()));
    for (std::size_t at = 0; at < queries.size(); ++at) {
        auto file = described(told[at + 1]);
        file.push_back({"rows", told[at + 1].rows});
        file.push_back({"criterion", json::Value(queries[at].criterion)});
        file.push_back({"period", period_of(facts)});
        file.push_back({"query", queries[at].query});
        file.push_back({"columns", texts(queries[at].columns)});
        files.emplace_back(std::move(file));
    }
    for (auto at = queries.size() + 1; at < told.size(); ++at) {
        auto file = described(told[at]);
        file.push_back({"rows", told[at].rows});
        files.emplace_back(std::move(file));
    }
    json::Object manifest{{"version", 1}, {"generator", "gatehouse"}};
    manifest.push_back({"exportId", json::Value(facts.export_id)});
    manifest.push_back({"generatedAt", json::Value(gatehouse::to_text(facts.now))});
    manifest.push_back(
        {"organization",
         json::Value(json::Object{
             {"id", json::Value(facts.scope.organization.text())},
             {"name", json::Value(facts.organization_name)}
         })}
    );
    manifest.push_back(
        {"requestedBy",
         json::Value(json::Object{
             {"userId", json::Value(facts.user_id)}, {"email", json::Value(facts.email)}
         })}
    );
    manifest.push_back({"period", period_of(facts)});
    manifest.push_back({"format", json::Value(to_text(facts.wanted.format))});
    manifest.push_back(
        {"ledger",
         json::Value(json::Object{
             {"headSeq", ledger.head_seq},
             {"headHash", json::Value(ledger.head_hash)},
             {"unsealed", ledger.unsealed}
         })}
    );
    manifest.push_back({"files", json::Value(std::move(files))});
    return json::to_text(json::Value(std::move(manifest)));
}

} // namespace gatehouse::compliance
