// Whoever may do everything with the database, or with a bundle, is found, with the right row.
#include "support/sealed_chains.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <utility>
#include <vector>

namespace gatehouse::testing {
namespace {
using domain::OrganizationId;
namespace files = std::filesystem;

constexpr int batches = 4;
constexpr int rows_of_a_batch = 30;
constexpr int rows = batches * rows_of_a_batch;

// The 200 in test-long; fewer where nobody asks.
int tamperings()
{
    auto const* const wanted = std::getenv("GATEHOUSE_TEST_TAMPERINGS");
    return wanted ? std::atoi(wanted) : 40;
}

// The other verifier is a process each time: it is asked about all of them in test-long alone.
bool is_for_both(int number)
{
    return number % 8 == 0 || std::getenv("GATEHOUSE_TEST_TAMPERINGS") != nullptr;
}

std::uint32_t seed_of_today()
{
    if (auto const* const given = std::getenv("GATEHOUSE_TEST_SEED"))
        return static_cast<std::uint32_t>(std::stoul(given));
    return std::random_device()();
}

class Tampering : public SealedChains {
protected:
    void SetUp() override
    {
        SealedChains::SetUp();
        fill("o", batches, rows_of_a_batch);
        append("p", 1, 3);
        seal();
        std::printf("GATEHOUSE_TEST_SEED=%u\n", seed_);
    }

    int below(int bound)
    {
        return static_cast<int>(std::uniform_int_distribution<int>(0, bound - 1)(random_));
    }
    int some_row() { return 1 + below(rows); }
    char other_than(char byte)
    {
        return static_cast<char>(byte ^ static_cast<char>(1 + below(255)));
    }

    std::uint32_t const seed_ = seed_of_today();
    std::mt19937 random_{seed_};
};

class TamperedDatabase : public Tampering {
protected:
    struct Expected {
        std::string what;
        std::optional<std::int64_t> seq;
        std::optional<std::int64_t> id = {};
    };

    void SetUp() override
    {
        Tampering::SetUp();
        unlock_ledger();
        for (auto const& table : tables_)
            outside().run("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table);
    }
    void restore()
    {
        for (auto const& table : tables_)
            outside().run(
                "DELETE FROM " + table + "; INSERT INTO " + table + " SELECT * FROM kept_" + table
            );
    }
    std::string row_where(int seq) const
    {
        return " WHERE organization_id = 'o' AND id = (SELECT ledger_id FROM kept_audit_seals "
               "WHERE organization_id = 'o' AND chain_seq = "
            + std::to_string(seq) + ")";
    }
    static std::string seal_where(int seq, char const* relation = "=")
    {
        return " WHERE organization_id = 'o' AND chain_seq " + std::string(relation) + " "
            + std::to_string(seq);
    }
    std::string other_bytes() const { return on_postgres() ? "sha256('other')" : "randomblob(32)"; }

    Expected change_a_column(int seq)
    {
        static std::vector<std::string> const changes{
            "event_type = 'LOGIN_FAILURE'",
            "outcome = 'denied'",
            "status = 500",
            "actor_id = 'eve'",
            "user_id = 'eve'",
            "session_id = ''",
            "resource = 'x'",
            "resource_id = 'x'",
            "correlation_id = NULL",
            "details = '{}'",
            "details = details || ' '",
            "created_at = '2026-11-22T07:00:00.001Z'",
            "v = 2",
            "email = 'eve@example.test'",
            "ip_address = '::1'",
            "user_agent = 'x'",
            "personal = '{}'",
        };
        auto const& change = changes[static_cast<std::size_t>(below(int(changes.size())))];
        outside().run("UPDATE audit_ledger SET " + change + row_where(seq));
        return {change, seq};
    }
    Expected change_bytes(int seq)
    {
        auto const* const column = below(2) == 0 ? "pii_commitment" : "pii_salt";
        outside().run(
            std::string("UPDATE audit_ledger SET ") + column + " = " + other_bytes()
            + row_where(seq)
        );
        return {column, seq};
    }
    Expected remove(int seq)
    {
        auto const kind = below(3);
        if (kind != 1)
            outside().run("DELETE FROM audit_ledger" + row_where(seq));
        if (kind != 0)
            outside().run("DELETE FROM audit_seals" + seal_where(seq));
        return {"removed " + std::to_string(kind), seq};
    }
    Expected move_a_row(int seq)
    {
        auto const id = outside().query("SELECT max(id) + 1000 FROM audit_ledger");
        auto const other = std::to_string(id.front().integer(0));
        auto const change = below(2) == 0 ? "id = " + other : "organization_id = 'p'";
        outside().run("UPDATE audit_ledger SET " + change + row_where(seq));
        return {"moved: " + change, seq};
    }
    Expected swap(int seq)
    {
        auto const other = seq == rows ? 1 : seq + 1 + below(rows - seq);
        auto const id_of = [](int of) {
            return "(SELECT ledger_id FROM kept_audit_seals" + seal_where(of) + ")";
        };
        outside().run(
            "UPDATE audit_seals SET ledger_id = -1" + seal_where(seq) + ";"
            + "UPDATE audit_seals SET ledger_id = " + id_of(seq) + seal_where(other) + ";"
            + "UPDATE audit_seals SET ledger_id = " + id_of(other) + seal_where(seq)
        );
        return {"swapped with " + std::to_string(other), std::min(seq, other)};
    }
    Expected change_a_seal(int seq)
    {
        auto const* const column = below(2) == 0 ? "prev_hash" : "row_hash";
        outside().run(
            std::string("UPDATE audit_seals SET ") + column + " = " + other_bytes()
            + seal_where(seq)
        );
        return {std::string("seal's ") + column, seq};
    }
    Expected insert(int seq)
    {
        outside().run(
            "INSERT INTO audit_ledger (id, organization_id, created_at, event_type, outcome, "
            "pii_commitment) SELECT id + 100000, organization_id, created_at, event_type, outcome, "
            "pii_commitment FROM audit_ledger"
            + row_where(seq)
        );
        auto const id = outside().query("SELECT max(id) FROM audit_ledger").front().integer(0);
        if (below(2) == 0)
            return {"inserted beside the chain", std::nullopt, id};
        outside().run(
            "INSERT INTO audit_seals SELECT organization_id, chain_seq + 1, " + std::to_string(id)
            + ", row_hash, prev_hash FROM audit_seals" + seal_where(rows)
        );
        return {"inserted at the end", rows + 1};
    }
    Expected cut(int seq)
    {
        outside().run(
            "DELETE FROM audit_ledger WHERE organization_id = 'o' AND id IN (SELECT ledger_id "
            "FROM audit_seals"
            + seal_where(seq, ">=") + "); DELETE FROM audit_seals" + seal_where(seq, ">=")
        );
        return {"cut", seq};
    }
    Expected change_a_checkpoint(int seq)
    {
        static std::vector<std::string> const columns{
            "head_hash", "batch_root", "signature", "kid", "created_at"
        };
        auto const& column = columns[static_cast<std::size_t>(below(int(columns.size())))];
        auto const end = (seq + rows_of_a_batch - 1) / rows_of_a_batch * rows_of_a_batch;
        auto value = other_bytes();
        if (column == "kid")
            value = "'x'";
        if (column == "created_at")
            value = "'2026-11-22T07:00:00.001Z'";
        outside().run("UPDATE audit_checkpoints SET " + column + " = " + value + seal_where(end));
        return {"checkpoint's " + column, end};
    }
    // All that is personal, as an erasure would, but without one.
    Expected erase(int seq)
    {
        outside().run(
            "UPDATE audit_ledger SET ip_address = NULL, user_agent = NULL, email = NULL, personal "
            "= "
            "NULL, pii_salt = NULL"
            + row_where(seq)
        );
        return {"personal data gone", seq};
    }
    Expected change_times(int seq)
    {
        auto const* const column = below(2) == 0 ? "first_at" : "last_at";
        auto const end = (seq + rows_of_a_batch - 1) / rows_of_a_batch * rows_of_a_batch;
        outside().run(
            std::string("UPDATE audit_checkpoints SET ") + column + " = '2020-01-01T00:00:00.000Z'"
            + seal_where(end)
        );
        return {std::string("checkpoint's ") + column, end};
    }
    // A kind is as likely as any other, the rows of a table more often than the rest.
    Expected tamper()
    {
        auto const seq = some_row();
        auto const kind = below(12);
        ++kinds_[kind];
        switch (kind) {
        case 0:
        case 1:
            return change_a_column(seq);
        case 2:
            return change_bytes(seq);
        case 3:
            return remove(seq);
        case 4:
            return move_a_row(seq);
        case 5:
            return swap(seq);
        case 6:
            return change_a_seal(seq);
        case 7:
            return insert(seq);
        case 8:
            return cut(seq);
        case 9:
            return erase(seq);
        case 10:
            return change_times(seq);
        default:
            return change_a_checkpoint(seq);
        }
    }

    std::map<int, int> kinds_; // how often
    std::vector<std::string> const tables_{"audit_ledger", "audit_seals", "audit_checkpoints"};
};
INSTANTIATE_ON_BOTH_DATABASES(TamperedDatabase);

TEST_P(TamperedDatabase, EachIsFoundWithItsRow)
{
    for (int number = 1; number <= tamperings(); ++number) {
        auto const expected = tamper();
        auto const report = verify("o");
        ASSERT_TRUE(report.found) << number << ": " << expected.what << " of row "
                                  << expected.seq.value_or(0);
        EXPECT_EQ(report.found->seq, expected.seq)
            << number << ": " << expected.what << ": " << report.found->what;
        if (expected.id) {
            EXPECT_EQ(report.found->id, expected.id) << number << ": " << expected.what;
        }
        EXPECT_FALSE(verify("p").found && expected.what != "moved: organization_id = 'p'")
            << expected.what;
        restore();
    }
    EXPECT_FALSE(verify("o").found);
    EXPECT_TRUE(tamperings() < 200 || kinds_.size() == 12U) << "some kind never came: " << seed_;
}

TEST_P(TamperedDatabase, ATailThatIsCutWithItsCheckpointsIsFoundByOneThatWasPublished)
{
    sealing::Published published;
    auto const head = outside().query("SELECT row_hash FROM audit_seals" + seal_where(rows));
    published["o"] = {{rows, *domain::digest_of(head.front().bytes(0))}};
    EXPECT_FALSE(verify("o", published).found);
    auto const kept = rows - rows_of_a_batch;
    cut(kept + 1);
    outside().run("DELETE FROM audit_checkpoints" + seal_where(rows));
    EXPECT_FALSE(verify("o").found); // the database alone cannot tell
    auto const report = verify("o", published);
    ASSERT_TRUE(report.found);
    EXPECT_EQ(report.found->seq, kept + 1);
    restore();
    published["o"] = {{rows, domain::Digest{}}};
    EXPECT_EQ(verify("o", published).found->seq, rows);
}

class TamperedBundle : public Tampering {
protected:
    void SetUp() override
    {
        Tampering::SetUp();
        write_bundle(bundle(), "o", now, now + 24h, {{"cc7.csv", "seq,event\r\n1,LOGIN\r\n"}});
    }
    // Of an archive: the first row that is not what it was, or cannot be read; nothing where all of
    // them are as before: packed data has bits that say nothing.
    static std::optional<std::int64_t>
    first_other_row(files::path const& zip, std::string const& rows_before)
    {
        std::istringstream before(rows_before);
        auto const changed = sealing::open_bundle(zip.string());
        sealing::Lines lines(changed->open(sealing::rows_file));
        std::int64_t seq = 1;
        try {
            std::string line;
            for (auto text = lines.next(); text; ++seq, text = lines.next())
                if (!std::getline(before, line) || line != *text)
                    return seq;
        } catch (std::runtime_error const&) { // it ends here
            return seq;
        }
        return std::nullopt;
    }
    files::path bundle() const { return folder_.path() / "bundle"; }

    Folder folder_;
};
INSTANTIATE_ON_BOTH_DATABASES(TamperedBundle);

TEST_P(TamperedBundle, BothVerifiersFindTheWholeOneRightAsADirectoryAndAsAZip)
{
    auto const report = verify_bundle(bundle());
    EXPECT_FALSE(report.found) << report.found->what;
    EXPECT_EQ(report.rows, rows);
    EXPECT_EQ(report.checkpoints, batches);
    EXPECT_EQ(report.kids, std::set<std::string>{signer_->kid});
    auto const [status, said] = ask_the_other(bundle(), "--kid " + signer_->kid);
    EXPECT_EQ(status, 0) << said;

    auto const zip = folder_.path() / "bundle.zip";
    write_file(zip, zipped_text(bundle()));
    auto const zipped = verify_bundle(zip);
    EXPECT_FALSE(zipped.found) << zipped.found->what;
    EXPECT_EQ(ask_the_other(zip).first, 0) << ask_the_other(zip).second;

    EXPECT_TRUE(verify_bundle(bundle(), "another").found);
    EXPECT_NE(ask_the_other(bundle(), "--kid another").first, 0);
}

TEST_P(TamperedBundle, APeriodShowsItsRowsAndOnlyTheHashesOfTheOthersInTheirBatches)
{
    auto const part = folder_.path() / "part";
    write_bundle(part, "o", now + 40s, now + 50s); // of the second batch: rows 40 to 49
    auto const report = verify_bundle(part);
    EXPECT_FALSE(report.found) << report.found->what;
    EXPECT_EQ(report.proof.first_seq, 31);
    EXPECT_EQ(report.proof.last_seq, 60);
    EXPECT_EQ(report.proof.rows, 10);
    EXPECT_EQ(report.proof.stubs, 20);
    EXPECT_EQ(file_text(part / "ledger/rows.jsonl").find("request-39"), std::string::npos);
    EXPECT_EQ(ask_the_other(part).first, 0) << ask_the_other(part).second;

    auto const empty = folder_.path() / "empty";
    write_bundle(empty, "o", now + 24h, now + 48h);
    EXPECT_FALSE(verify_bundle(empty).found);
    EXPECT_EQ(ask_the_other(empty).first, 0) << ask_the_other(empty).second;
}

TEST_P(TamperedBundle, EachChangedByteIsFoundWithItsRow)
{
    std::vector<std::string> const names{
        "ledger/rows.jsonl",
        "ledger/rows.jsonl",
        "ledger/rows.jsonl",
        "ledger/checkpoints.jsonl",
        "ledger/keys.json",
        "ledger/proof.json",
        "MANIFEST.json",
        "MANIFEST.sig",
        "cc7.csv",
    };
    for (int number = 1; number <= tamperings(); ++number) {
        auto const& name = names[static_cast<std::size_t>(below(int(names.size())))];
        auto const whole = file_text(bundle() / name);
        auto const at = static_cast<std::size_t>(below(int(whole.size())));
        auto changed = whole;
        changed[at] = other_than(changed[at]);
        write_file(bundle() / name, changed);
        auto const where = std::to_string(number) + ": " + name + " at " + std::to_string(at);
        auto const report = verify_bundle(bundle());
        ASSERT_TRUE(report.found) << where;
        auto const row = 1 + std::count(whole.begin(), whole.begin() + std::ptrdiff_t(at), '\n');
        bool const is_row = name == "ledger/rows.jsonl";
        EXPECT_TRUE(!is_row || report.found->seq == row) << where << ": " << report.found->what;
        if (is_for_both(number))
            expect_the_other_finds(bundle(), is_row ? row : 0, where);
        write_file(bundle() / name, whole);
    }
    EXPECT_FALSE(verify_bundle(bundle()).found);
}

TEST_P(TamperedBundle, LinesThatAreTakenAwayAddedOrMovedAreFound)
{
    auto const name = bundle() / "ledger/rows.jsonl";
    auto const whole = file_text(name);
    std::vector<std::string> lines;
    std::istringstream stream(whole);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line + "\n");
    for (int number = 1; number <= 30; ++number) {
        auto changed = lines;
        auto const seq = number == 1 ? rows : 1 + below(rows - 1);
        auto const at = changed.begin() + seq - 1;
        auto const kind = number == 1 ? 0 : number % 3;
        std::int64_t expected = seq;
        if (kind == 0)
            changed.erase(at);
        else if (kind == 1)
            std::swap(*at, *(at + 1));
        else {
            changed.insert(at, lines[static_cast<std::size_t>(below(rows))]);
            if (changed[static_cast<std::size_t>(seq - 1)] == lines[std::size_t(seq - 1)])
                expected = seq + 1; // itself, twice
        }
        std::string text;
        for (auto const& line : changed)
            text += line;
        write_file(name, text);
        auto const report = verify_bundle(bundle());
        ASSERT_TRUE(report.found) << number;
        bool const names_it = report.found->seq == expected
            || (kind != 0 && report.found->what.find("another place") != std::string::npos);
        EXPECT_TRUE(names_it) << number << ": " << seq << ": " << report.found->what;
    }
    write_file(name, whole);
    write_file(bundle() / "more.txt", "x");
    EXPECT_TRUE(verify_bundle(bundle()).found);
    EXPECT_NE(ask_the_other(bundle()).first, 0);
}

TEST_P(TamperedBundle, EachChangedByteOfAFileIsFoundInTheArchiveToo)
{
    auto const zip = folder_.path() / "bundle.zip";
    auto const name = bundle() / "ledger/rows.jsonl";
    auto const whole = file_text(name);
    for (int number = 1; number <= tamperings(); ++number) {
        auto const at = static_cast<std::size_t>(below(int(whole.size())));
        auto changed = whole;
        changed[at] = other_than(changed[at]);
        write_file(name, changed);
        write_file(zip, zipped_text(bundle()));
        auto const where = std::to_string(number) + ": at " + std::to_string(at);
        auto const row = 1 + std::count(whole.begin(), whole.begin() + std::ptrdiff_t(at), '\n');
        auto const report = verify_bundle(zip);
        ASSERT_TRUE(report.found) << where;
        EXPECT_EQ(report.found->seq, row) << where << ": " << report.found->what;
        if (is_for_both(number))
            expect_the_other_finds(zip, row, where);
    }
    write_file(name, whole);
    write_file(zip, zipped_text(bundle()));
    EXPECT_FALSE(verify_bundle(zip).found);
}

// Packed, a byte tells of what is behind it as well: it is found, and no row before it is blamed.
TEST_P(TamperedBundle, EachChangedByteOfThePackedRowsIsFound)
{
    auto const zip = folder_.path() / "bundle.zip";
    auto const rows_text = file_text(bundle() / "ledger/rows.jsonl");
    int spoilt = 0;
    auto const whole = zipped_text(bundle());
    auto const begin = whole.find("ledger/rows.jsonl");
    auto const end = std::min(whole.find("PK\x03\x04", begin), whole.find("PK\x01\x02", begin));
    ASSERT_NE(end, std::string::npos);
    constexpr std::size_t head = 100; // the rest of the entry's header
    constexpr std::size_t descriptor = 30; // behind its data
    auto const packed = end - begin - head - descriptor;
    for (int number = 1; number <= tamperings(); ++number) {
        auto const at = begin + head + static_cast<std::size_t>(below(int(packed)));
        auto changed = whole;
        changed[at] = other_than(changed[at]);
        write_file(zip, changed);
        auto const where = std::to_string(number) + ": at " + std::to_string(at);
        auto const report = verify_bundle(zip);
        auto const row = first_other_row(zip, rows_text);
        if (!row)
            continue;
        ++spoilt;
        ASSERT_TRUE(report.found) << where;
        EXPECT_EQ(report.found->seq, row) << where << ": " << report.found->what;
        if (is_for_both(number))
            expect_the_other_finds(zip, 0, where);
    }
    EXPECT_GE(spoilt, tamperings() * 9 / 10);
}

} // namespace
} // namespace gatehouse::testing
