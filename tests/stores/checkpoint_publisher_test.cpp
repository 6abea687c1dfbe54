// Checkpoints leave the database, once or more, whatever fails on the way.
#include "outbound/checkpoint_publisher.h"
#include "sealing/lines.h"
#include "sealing/published.h"
#include "support/sealed_chains.h"

namespace gatehouse::testing {
namespace {

class PublishedCheckpoints : public SealedChains {
protected:
    void SetUp() override
    {
        SealedChains::SetUp();
        for (int batch = 0; batch < 3; ++batch) {
            append("o", batch * 2 + 1, batch * 2 + 2);
            append("p", batch + 1, batch + 1);
            sealing::SealerOptions options;
            options.publish = true;
            seal(options);
        }
    }
    std::unique_ptr<outbound::CheckpointPublisher> publisher(std::string const& setting)
    {
        auto target = outbound::make_checkpoint_target(setting);
        return std::make_unique<outbound::CheckpointPublisher>(
            storage(), clock_, std::move(*target)
        );
    }
    Folder folder_;
};
INSTANTIATE_ON_BOTH_DATABASES(PublishedCheckpoints);

TEST_P(PublishedCheckpoints, AreKeptOutsideInOrderAndVerifyTheirChains)
{
    auto const file = folder_.path() / "kept.jsonl";
    EXPECT_TRUE(publisher("file:" + file.string())->run_once());
    EXPECT_EQ(count("audit_unpublished"), 0);
    auto const published = sealing::read_published(file.string(), keys());
    EXPECT_EQ(published.size(), 2U);
    EXPECT_EQ(published.at("o").size(), 3U);
    EXPECT_EQ(published.at("o").back().seq, 6);
    EXPECT_FALSE(verify("o", published).found);
    EXPECT_TRUE(verify("p", published).rows == 3);
    // A chain that is gone altogether.
    unlock_ledger();
    outside().run("DELETE FROM audit_ledger; DELETE FROM audit_seals; DELETE FROM audit_checkpoints"
    );
    EXPECT_EQ(verify("o", published).found->seq, 1);
}

TEST_P(PublishedCheckpoints, WaitUntilTheTargetHasThem)
{
    auto const into = folder_.path() / "later";
    auto const made = publisher("dir:" + into.string());
    EXPECT_FALSE(made->run_once());
    EXPECT_NE(made->trouble(), "");
    EXPECT_EQ(count("audit_unpublished"), 6);
    std::filesystem::create_directories(into);
    EXPECT_TRUE(made->run_once());
    EXPECT_EQ(made->trouble(), "");
    EXPECT_EQ(count("audit_unpublished"), 0);
    EXPECT_EQ(sealing::read_published(into.string(), keys()).at("p").size(), 3U);
}

TEST_P(PublishedCheckpoints, ALineThatSomebodyElseWroteIsRefused)
{
    auto const file = folder_.path() / "kept.jsonl";
    EXPECT_TRUE(publisher("file:" + file.string())->run_once());
    auto const text = file_text(file);
    for (auto const& bad :
         {text + "{}\n", text + "{", "x" + text, text.substr(1), text.substr(0, text.size() - 9)}) {
        write_file(file, bad);
        EXPECT_THROW(sealing::read_published(file.string(), keys()), std::runtime_error);
    }
    write_file(file, text);
    EXPECT_THROW(sealing::read_published(file.string(), sealing::KnownKeys()), std::runtime_error);
}

} // namespace
} // namespace gatehouse::testing
