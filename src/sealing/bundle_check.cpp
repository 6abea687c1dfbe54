// From the keys over the rows to the manifest.
#include "sealing/bundle_check.h"

#include "core/json.h"
#include "core/text.h"
#include "sealing/file_digests.h"
#include "sealing/pruning.h"
#include "sealing/row_reader.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::Checkpoint;

constexpr char const* manifest_file = "MANIFEST.json";
constexpr char const* signature_file = "MANIFEST.sig";

Finding in_file(std::string const& name, std::string const& what)
{
    return {.seq = std::nullopt, .id = std::nullopt, .what = name + " " + what};
}

Finding about_row(std::int64_t seq, std::string what)
{
    return {.seq = seq, .id = std::nullopt, .what = std::move(what)};
}

// What ends the check where it stands; caught where the check began.
struct Stop : std::exception {
    explicit Stop(Finding what)
        : finding(std::move(what))
    {
    }
    Finding finding;
};

std::string needed(Bundle& bundle, std::string const& name)
{
    auto text = read_whole(bundle, name);
    if (!text)
        throw Stop{in_file(name, "is not there, or too large")};
    return std::move(*text);
}

std::unique_ptr<BundleFile> opened(Bundle& bundle, std::string const& name)
{
    auto file = bundle.open(name);
    if (!file)
        throw Stop{in_file(name, "is not there")};
    return file;
}

KnownKeys known_keys(Bundle& bundle, std::optional<std::string> const& kid)
{
    auto const keys = parse_keys(needed(bundle, keys_file));
    if (!keys)
        throw Stop{in_file(keys_file, "is not what it should be")};
    auto const meant = kid ? joined_to(*kid, *keys) : std::set<std::string>();
    KnownKeys known;
    for (auto const& shown : *keys)
        if ((!kid || meant.contains(shown.kid)) && !known.add(shown.kid, shown.public_key))
            throw Stop{in_file(keys_file, "shows another key under the name " + shown.kid)};
    return known;
}

// The checkpoints of the bundle, in order; ends at the first bad line, which bad() tells.
class CheckpointLines {
public:
    explicit CheckpointLines(Bundle& bundle)
        : lines_(opened(bundle, checkpoints_file))
    {
    }
    std::optional<Checkpoint> next()
    {
        auto const text = lines_.next();
        if (!text) {
            is_bad_ = is_bad_ || lines_.broken();
            return std::nullopt;
        }
        ++number_;
        auto line = parse_checkpoint(*text);
        is_bad_ = !line;
        if (!line)
            return std::nullopt;
        return std::move(line->checkpoint);
    }
    Found bad() const
    {
        if (!is_bad_)
            return std::nullopt;
        return in_file(
            checkpoints_file, "line " + std::to_string(number_) + " is not what it should be"
        );
    }

private:
    Lines lines_;
    std::int64_t number_ = 0;
    bool is_bad_ = false;
};

class RowsCheck {
public:
    RowsCheck(Bundle& bundle, Proof const& proof, KnownKeys const& keys, Published const& published)
        : proof_(proof)
        , checkpoints_(bundle)
        , reader_(opened(bundle, rows_file))
        , check_(
              proof.organization_id,
              proof.first_seq,
              domain::digest_of(proof.prev_hash).value(),
              keys,
              [this] { return checkpoints_.next(); }
          )
        , outside_(published, proof.organization_id.text(), proof.first_seq)
    {
    }

    Found run(BundleReport& report)
    {
        try {
            for (auto lines = reader_.next(); !lines.empty(); lines = reader_.next())
                for (auto const& line : lines) {
                    if (auto found = take(line))
                        return found;
                    ++report.rows;
                }
        } catch (std::runtime_error const& failure) { // a ZIP with a changed byte
            return about_row(check_.expected(), failure.what());
        }
        if (reader_.ended_badly())
            return about_row(check_.expected(), std::string(rows_file) + " has no such line here");
        report.checkpoints = check_.checkpoints();
        report.sealed_late = check_.sealed_late();
        report.first_late = check_.first_late();
        report.erased = check_.erased();
        report.unaccounted = check_.unaccounted();
        if (auto found = checkpoints_.bad())
            return found;
        if (auto found = check_.end())
            return found;
        return compare();
    }

    std::string sha256() { return reader_.sha256(); } // of all lines, once they were read

private:
    Found take(RowLine const& line)
    {
        ++(line.row ? rows_ : stubs_);
        auto found = line.row ? check_.row(line.seq, *line.row, line.row_hash)
                              : check_.stub(line.seq, line.row_hash);
        if (!found)
            found = checkpoints_.bad();
        if (!found)
            found = outside_.at(line.seq, line.row_hash);
        return found;
    }

    Found compare() const
    {
        bool const agrees = check_.expected() == proof_.last_seq + 1 && rows_ == proof_.rows
            && stubs_ == proof_.stubs && domain::bytes_of(check_.head()) == proof_.head_hash;
        if (agrees)
            return std::nullopt;
        if (check_.expected() <= proof_.last_seq)
            return about_row(check_.expected(), "the row is missing");
        return in_file(proof_file, "tells of other rows");
    }

    Proof const& proof_;
    CheckpointLines checkpoints_;
    RowReader reader_;
    std::int64_t rows_ = 0;
    std::int64_t stubs_ = 0;
    ChainCheck check_;
    PublishedCheck outside_;
};

// The stub for what was pruned before, where there is one: signed, and what the segment stands on
// where it begins behind it. How far it reaches.
std::int64_t check_stub(Bundle& bundle, Proof const& proof, KnownKeys const& keys)
{
    auto const names = bundle.names();
    if (std::ranges::find(names, pruning_file) == names.end())
        return 0;
    auto const line = parse_pruning(needed(bundle, pruning_file));
    if (!line)
        throw Stop{in_file(pruning_file, "is not what it should be")};
    if (auto found = check_pruning(line->pruning, proof.organization_id, keys))
        throw Stop{std::move(*found)};
    if (auto found = check_stands_on(line->pruning, proof.first_seq, proof.prev_hash);
        found && proof.last_seq > 0)
        throw Stop{std::move(*found)};
    return line->pruning.chain_seq;
}

// Name and SHA-256 of what the manifest lists.
std::vector<std::pair<std::string, std::string>> listed_in(std::string const& manifest)
{
    std::vector<std::pair<std::string, std::string>> listed;
    auto const json = json::parse(manifest);
    auto const* const files = json ? json->find("files") : nullptr;
    if (!files || !files->array())
        throw Stop{in_file(manifest_file, "lists no files")};
    for (auto const& file : *files->array()) {
        auto const* const name = file.find("name");
        auto const* const digest = file.find("sha256");
        if (!name || !name->text() || !digest || !digest->text())
            throw Stop{in_file(manifest_file, "lists a file without name or hash")};
        listed.emplace_back(*name->text(), *digest->text());
    }
    return listed;
}

void check_signature(Bundle& bundle, std::string const& manifest, KnownKeys const& keys)
{
    auto const text = needed(bundle, signature_file);
    constexpr std::size_t kid_letters = 64;
    constexpr std::size_t signature_letters = 128;
    bool const has_form = text.size() == kid_letters + signature_letters + 2
        && text[kid_letters] == ' ' && text.back() == '\n';
    auto const* const key = has_form ? keys.find(text.substr(0, kid_letters)) : nullptr;
    if (!key)
        throw Stop{in_file(signature_file, "names no key that is trusted")};
    auto const letters = text.substr(kid_letters + 1, signature_letters);
    auto const signature = from_hex(letters);
    if (!signature || to_hex(*signature) != letters
        || !key->verify(domain::signed_manifest(manifest), *signature))
        throw Stop{in_file(signature_file, "is no signature of " + std::string(manifest_file))};
}

void check_files(
    Bundle& bundle, KnownKeys const& keys, FileDigests& others, std::string const& digest_of_rows
)
{
    auto const manifest = needed(bundle, manifest_file);
    check_signature(bundle, manifest, keys);
    auto const listed = listed_in(manifest);
    std::set<std::string> names{manifest_file, signature_file};
    for (auto const& [name, digest] : listed) {
        if (!names.insert(name).second)
            throw Stop{in_file(name, "is listed twice")};
        auto const found = others.all().find(name);
        if (name != rows_file && found == others.all().end())
            throw Stop{in_file(name, "is not there")};
        if ((name == rows_file ? digest_of_rows : found->second) != digest)
            throw Stop{in_file(name, "was changed: its SHA-256 is another")};
    }
    for (auto const& name : bundle.names())
        if (names.erase(name) == 0)
            throw Stop{in_file(name, "is there twice, or not listed in the manifest")};
}

} // namespace

KnownKeys keys_in(Bundle& bundle)
{
    try {
        return known_keys(bundle, std::nullopt);
    } catch (Stop const& stop) {
        throw std::runtime_error(stop.finding.what);
    }
}

BundleReport
check_bundle(Bundle& bundle, std::optional<std::string> const& kid, Published const& published)
{
    BundleReport report;
    try {
        auto const keys = known_keys(bundle, kid);
        for (auto const& [name, key] : keys.all())
            report.kids.insert(name);
        auto proof = parse_proof(needed(bundle, proof_file));
        if (!proof)
            throw Stop{in_file(proof_file, "is not what it should be")};
        report.proof = std::move(*proof);
        report.pruned = check_stub(bundle, report.proof, keys);
        FileDigests others(bundle, rows_file);
        RowsCheck rows(bundle, report.proof, keys, published);
        report.found = rows.run(report);
        if (!report.found)
            check_files(bundle, keys, others, rows.sha256());
    } catch (Stop& stop) {
        report.found = std::move(stop.finding);
    }
    return report;
}

} // namespace gatehouse::sealing
