// The spool folder: whole files, private, once for each mail.
#include "outbound/spool_transport.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace gatehouse::outbound {
namespace {

namespace files = std::filesystem;

class Spool : public ::testing::Test {
protected:
    Spool()
    {
        std::string pattern = files::temp_directory_path() / "gatehouse_spool_XXXXXX";
        folder = ::mkdtemp(pattern.data());
    }
    ~Spool() override { files::remove_all(folder); }

    std::string text_of(files::path const& path) const
    {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
    std::size_t file_count() const
    {
        return static_cast<std::size_t>(
            std::distance(files::directory_iterator(folder), files::directory_iterator())
        );
    }

    files::path folder;
};

OutgoingMail mail_of(std::string id, std::string raw)
{
    return {std::move(id), {}, std::move(raw)};
}

TEST_F(Spool, keeps_a_mail_as_a_private_file_in_a_folder_that_it_makes)
{
    auto const below = folder / "a" / "b";
    auto const transport = make_spool_transport(below);
    ASSERT_TRUE(transport->send(mail_of("0193-a", "Subject: x\r\n\r\nHello\r\n")));
    EXPECT_EQ(text_of(below / "0193-a.eml"), "Subject: x\r\n\r\nHello\r\n");
    struct stat facts{};
    ASSERT_EQ(::stat((below / "0193-a.eml").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(Spool, the_same_mail_again_is_one_file)
{
    auto const transport = make_spool_transport(folder);
    ASSERT_TRUE(transport->send(mail_of("0193", "first")));
    ASSERT_TRUE(transport->send(mail_of("0193", "again")));
    EXPECT_EQ(file_count(), 1u);
    EXPECT_EQ(text_of(folder / "0193.eml"), "again");
}

TEST_F(Spool, an_id_cannot_choose_another_folder)
{
    auto const transport = make_spool_transport(folder / "inner");
    for (auto const* const id : {"../escaped", "/etc/x", "", ".", "a/b", "a\nb"})
        ASSERT_TRUE(transport->send(mail_of(id, "x"))) << id;
    EXPECT_EQ(file_count(), 1u); // the inner folder alone
}

TEST_F(Spool, what_a_crash_left_behind_is_written_anew)
{
    std::ofstream(folder / ".0193.part") << "half a mail and much more than the whole one";
    auto const transport = make_spool_transport(folder);
    ASSERT_TRUE(transport->send(mail_of("0193", "whole")));
    EXPECT_EQ(text_of(folder / "0193.eml"), "whole");
    EXPECT_EQ(file_count(), 1u);
}

TEST_F(Spool, a_folder_that_cannot_be_made_is_a_failure_of_the_transport)
{
    std::ofstream(folder / "file") << "in the way";
    auto const transport = make_spool_transport(folder / "file" / "below");
    auto const result = transport->send(mail_of("0193", "x"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().failing, Failing::storage);
    EXPECT_FALSE(result.error().only_this_mail);
    EXPECT_FALSE(transport->probe());
}

} // namespace
} // namespace gatehouse::outbound
