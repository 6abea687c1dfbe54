// Files and directories for checkpoints, and which webhooks are none.
#include "outbound/checkpoint_target.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace gatehouse::outbound {
namespace {
namespace files = std::filesystem;

constexpr Instant now = Instant::from_milliseconds(1'795'331'109'123);

class CheckpointTargetTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (files::temp_directory_path() / "gatehouse-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { files::remove_all(folder); }

    static std::string text_of(files::path const& path)
    {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::unique_ptr<CheckpointTarget> target(std::string const& setting)
    {
        auto made = make_checkpoint_target(setting);
        if (!made)
            throw std::runtime_error(made.error());
        return std::move(*made);
    }

    files::path folder;
};

TEST_F(CheckpointTargetTest, a_file_is_appended_to)
{
    auto const path = folder / "checkpoints.jsonl";
    target("file:" + path.string())->write("one\n", now);
    target("file:" + path.string())->write("two\n", now);
    EXPECT_EQ(text_of(path), "one\ntwo\n");
    EXPECT_EQ(files::status(path).permissions() & files::perms::all, files::perms(0600));
}

TEST_F(CheckpointTargetTest, a_directory_gets_a_file_each_time_and_none_twice)
{
    auto const into = target("dir:" + folder.string());
    into->write("one\n", now);
    into->write("one\n", now);
    into->write("two\n", now);
    std::set<std::string> texts;
    for (auto const& entry : files::directory_iterator(folder)) {
        EXPECT_EQ(entry.path().extension(), ".jsonl");
        texts.insert(text_of(entry.path()));
    }
    EXPECT_EQ(texts, (std::set<std::string>{"one\n", "two\n"}));
}

TEST_F(CheckpointTargetTest, what_cannot_be_written_is_told)
{
    EXPECT_THROW(
        target("file:" + (folder / "none/here").string())->write("x\n", now), std::runtime_error
    );
    EXPECT_THROW(
        target("dir:" + (folder / "none").string())->write("x\n", now), std::runtime_error
    );
    EXPECT_THROW(target("http://127.0.0.1:1/")->write("x\n", now), std::runtime_error);
    auto const link = folder / "link";
    files::create_symlink(folder / "elsewhere", link);
    EXPECT_THROW(target("file:" + link.string())->write("x\n", now), std::runtime_error);
    EXPECT_FALSE(files::exists(folder / "elsewhere"));
}

TEST_F(CheckpointTargetTest, a_webhook_is_https_but_for_loopback)
{
    EXPECT_TRUE(make_checkpoint_target("https://auditor.example/checkpoints"));
    EXPECT_TRUE(make_checkpoint_target("http://127.0.0.1:9/x"));
    EXPECT_TRUE(make_checkpoint_target("http://[::1]:9/x"));
    for (auto const* const bad :
         {"http://auditor.example/", "ftp://auditor.example/", "file:", "dir:", "x", "https://"})
        EXPECT_FALSE(make_checkpoint_target(bad)) << bad;
}

} // namespace
} // namespace gatehouse::outbound
