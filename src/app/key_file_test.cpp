// The key-encryption key: given, or made and kept by development with nobody else reading it.
#include "app/key_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace gatehouse::app {
namespace {

class KeyFile : public ::testing::Test {
protected:
    KeyFile()
    {
        configuration.domain.environment = domain::Environment::development;
        configuration.key_dir = folder_;
    }
    ~KeyFile() override { std::filesystem::remove_all(folder_); }

    std::string load()
    {
        auto const key = load_key_encryption_key(configuration, random);
        return std::string(key.to_base64().reveal());
    }
    std::string refusal()
    {
        try {
            load();
        } catch (BadConfiguration const& refused) {
            return refused.what();
        }
        return "(loaded)";
    }
    static unsigned mode_of(std::string const& path)
    {
        struct stat status{};
        EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 0777U;
    }

    std::string folder_ = (std::filesystem::temp_directory_path()
                           / ("gatehouse_keys_" + std::to_string(::getpid())))
                              .string();
    std::string file_ = folder_ + "/kek";
    SystemRandom random;
    Configuration configuration;
};

TEST_F(KeyFile, development_makes_one_that_only_its_owner_reads_and_keeps_it)
{
    auto const first = load();
    EXPECT_EQ(first.size(), 44U);
    EXPECT_EQ(mode_of(file_), 0600U);
    EXPECT_EQ(load(), first);
    auto const files = std::filesystem::directory_iterator(folder_);
    EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "a draft was left behind";
}

TEST_F(KeyFile, a_key_that_others_may_read_refuses_and_says_the_mend)
{
    load();
    for (auto const mode : {0640U, 0604U, 0620U, 0601U, 0644U}) {
        ::chmod(file_.c_str(), mode);
        EXPECT_NE(refusal().find("chmod 600"), std::string::npos) << std::oct << mode;
    }
    ::chmod(file_.c_str(), 0400U);
    EXPECT_EQ(refusal(), "(loaded)");
}

TEST_F(KeyFile, a_damaged_file_refuses_and_is_never_replaced)
{
    load();
    for (auto const* const text : {"", "short", "not base64 !!!!"}) {
        std::ofstream(file_) << text;
        EXPECT_TRUE(refusal().starts_with("GATEHOUSE_KEK: ")) << text;
        std::ifstream kept(file_);
        EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept), {}), text);
    }
}

TEST_F(KeyFile, of_several_starts_at_once_all_end_with_the_same_key)
{
    std::vector<std::string> keys(8);
    {
        std::vector<std::jthread> starts;
        for (auto& key : keys)
            starts.emplace_back([&] { key = load(); });
    }
    for (auto const& key : keys)
        EXPECT_EQ(key, keys.front());
}

TEST_F(KeyFile, a_given_key_is_used_and_no_file_is_made)
{
    configuration.key_encryption_key.emplace("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    EXPECT_EQ(load(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(KeyFile, a_key_of_another_length_or_form_refuses)
{
    for (auto const* const text : {"AAECAwQFBgcICQoLDA0ODw==", "x", "not base64", "AAECAwQF"}) {
        configuration.key_encryption_key.emplace(text);
        EXPECT_TRUE(refusal().starts_with("GATEHOUSE_KEK: must be 32 bytes")) << text;
    }
}

// M-30: a placeholder from an example file would protect nothing.
TEST_F(KeyFile, the_key_of_zeros_refuses_in_production)
{
    configuration.key_encryption_key.emplace("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    EXPECT_EQ(refusal(), "(loaded)");
    configuration.domain.environment = domain::Environment::production;
    EXPECT_TRUE(refusal().starts_with("GATEHOUSE_KEK: is all zero"));
}

} // namespace
} // namespace gatehouse::app
