// Tests of the ledger's chain on every database: rows, a sealer, and bundles on disk.
#pragma once

#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "domain/ledger.h"
#include "protocols/zip_files/zip_writer.h"
#include "sealing/bundle_check.h"
#include "sealing/live_check.h"
#include "sealing/sealer.h"
#include "sealing/segment.h"
#include "support/service_world.h"
#include "support/store_fixture.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <utility>

namespace gatehouse::testing {

class Folder {
public:
    Folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "gatehouse-XXXXXX").string();
        if (!mkdtemp(name.data()))
            throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline std::string file_text(std::filesystem::path const& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(std::filesystem::path const& path, std::string const& text)
{
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
}

class SealedChains : public OnStores {
protected:
    void SetUp() override
    {
        OnStores::SetUp();
        signer_ = run(sealing::take_up_signer(storage(), key_, randomness_, now));
    }

    // Row number `number` of the organization, a second later than the one before it.
    domain::LedgerEntry entry(std::string const& organization, int number) const
    {
        domain::LedgerEntry made{
            .created_at = now + std::chrono::seconds(number), .event = domain::Event::login_success
        };
        if (organization != domain::system_chain)
            made.organization_id = domain::OrganizationId(organization);
        made.status = 200;
        made.user_id = domain::UserId("u" + std::to_string(number));
        made.correlation_id = "request-" + std::to_string(number);
        made.details = {{"method", std::string("password \x01 \"Zoë\" \\")}, {"n", number}};
        if (number % 3 != 0) {
            made.ip_address = "127.0.0." + std::to_string(number % 250);
            made.email = "ann" + std::to_string(number) + "@example.test";
            made.personal = {{"name", std::string("Ann")}};
        }
        return made;
    }
    void append(std::string const& organization, int first, int last)
    {
        in_unit([&](domain::UnitOfWork& work) -> Async<void> {
            for (int number = first; number <= last; ++number)
                co_await work.ledger().append(entry(organization, number));
        });
    }
    std::unique_ptr<sealing::Sealer> sealer(sealing::SealerOptions options = {})
    {
        return std::make_unique<sealing::Sealer>(storage(), clock_, signer_, options);
    }
    void seal(sealing::SealerOptions options = {})
    {
        auto const made = sealer(options);
        run(made->run());
        EXPECT_EQ(made->trouble(), "");
    }
    // Rows 1 to `batches` × `rows`, sealed in that many batches.
    void fill(std::string const& organization, int batches, int rows)
    {
        for (int batch = 0; batch < batches; ++batch) {
            append(organization, batch * rows + 1, (batch + 1) * rows);
            seal();
        }
    }

    sealing::KnownKeys keys() { return run(sealing::keys_of(storage(), &key_, std::nullopt)); }
    sealing::ChainReport
    verify(std::string const& organization, sealing::Published const& published = {})
    {
        return sealing::check_chain(
            storage(), keys(), domain::OrganizationId(organization), published
        );
    }

    // As whoever may do everything with the database.
    void unlock_ledger()
    {
        for (std::string const table : {"audit_ledger", "audit_seals", "audit_checkpoints"})
            if (on_postgres())
                outside().run("ALTER TABLE " + table + " DISABLE TRIGGER USER");
            else
                for (auto const* const name : {"_no_replace", "_no_update", "_no_delete"})
                    outside().run("DROP TRIGGER " + table + name);
        if (!on_postgres())
            outside().run("DROP TRIGGER audit_ledger_waits");
    }

    // A bundle of the ledger files, and of others by name, with its manifest.
    void write_bundle(
        std::filesystem::path const& into,
        std::string const& organization,
        Instant from,
        Instant to,
        std::map<std::string, std::string> const& others = {}
    )
    {
        auto segment = run(
            sealing::Segment::open(storage(), key_, domain::OrganizationId(organization), from, to)
        );
        std::string listed;
        for (auto* const file : segment->files()) {
            std::string text;
            while (run(file->next(text)))
                continue;
            write_file(into / file->name(), text);
            listed += (listed.empty() ? "" : ",") + std::string(R"({"name":")")
                + std::string(file->name()) + R"(","sha256":")" + crypto::sha256_hex(text) + "\"}";
        }
        for (auto const& [name, text] : others) {
            write_file(into / name, text);
            listed += R"(,{"name":")" + name + R"(","sha256":")" + crypto::sha256_hex(text) + "\"}";
        }
        auto const manifest = "{\"files\":[" + listed + "]}\n";
        write_file(into / "MANIFEST.json", manifest);
        write_file(into / "MANIFEST.sig", segment->sign_manifest(manifest));
    }
    static sealing::BundleReport
    verify_bundle(std::filesystem::path const& path, std::optional<std::string> const& kid = {})
    {
        auto const bundle = sealing::open_bundle(path.string());
        return sealing::check_bundle(*bundle, kid, {});
    }

    // The bundle in this folder as an archive, packed as the server does.
    static std::string zipped_text(std::filesystem::path const& folder)
    {
        zip_files::ZipWriter zip(now);
        for (auto const& entry : std::filesystem::recursive_directory_iterator(folder))
            if (!entry.is_directory()) {
                zip.begin(entry.path().lexically_relative(folder).generic_string());
                zip.add(file_text(entry.path()));
            }
        zip.end();
        return zip.take();
    }

    // What the independent verifier says; 0 and its line where all is right.
    static std::pair<int, std::string>
    ask_the_other(std::filesystem::path const& path, std::string const& more = "")
    {
        auto root = std::filesystem::current_path();
        while (!std::filesystem::exists(root / "tools/verify_bundle.py") && root.has_relative_path()
        )
            root = root.parent_path();
        auto const command = "python3 " + (root / "tools/verify_bundle.py").string() + " "
            + path.string() + " " + more + " 2>&1";
        auto* const pipe = popen(command.c_str(), "r");
        std::string said;
        char buffer[4096];
        while (auto const size = std::fread(buffer, 1, sizeof buffer, pipe))
            said.append(buffer, size);
        return {WEXITSTATUS(pclose(pipe)), said};
    }

    // Row 0: wherever.
    static void expect_the_other_finds(
        std::filesystem::path const& path, std::int64_t row, std::string const& where
    )
    {
        auto const [status, said] = ask_the_other(path);
        EXPECT_NE(status, 0) << where;
        bool const names_it = said.find("row " + std::to_string(row)) != std::string::npos;
        EXPECT_TRUE(row == 0 || names_it) << where << ": " << said;
    }

    SystemRandom randomness_;
    std::shared_ptr<sealing::Signer const> signer_;
    crypto::KeyEncryptionKey const key_ = crypto::KeyEncryptionKey::mint(randomness_);
    SettableClock clock_;
};

} // namespace gatehouse::testing
