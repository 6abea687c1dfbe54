// Archives of others come out whole, and what is broken in one is said.
#include "protocols/zip_files/zip_reader.h"

#include "protocols/zip_files/zip_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

namespace gatehouse::zip_files {
namespace {

class Archives : public ::testing::Test {
protected:
    ~Archives() override { std::remove(path_.c_str()); }

    // Lines that differ, of more than the pieces that are read at once.
    static std::string lines(int count, unsigned seed = 7)
    {
        std::minstd_rand chance(seed);
        std::string text;
        for (int number = 0; number < count; ++number)
            text += "line " + std::to_string(number) + " of " + std::to_string(chance()) + "\n";
        return text;
    }
    static std::string packed(std::string const& name, std::string const& text)
    {
        ZipWriter zip(Instant::from_seconds(1'795'331'109));
        zip.begin("before.txt");
        zip.begin(name);
        zip.add(text);
        zip.end();
        return zip.take();
    }
    void keep(std::string const& bytes) const
    {
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    }
    // By Python, in this way.
    void pack_elsewhere(std::string const& how) const
    {
        auto const program = "python3 -c 'import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "
                             "\"w\", zipfile."
            + how
            + ") as z:\n z.writestr(\"folder/\", \"\")\n z.writestr(\"a.txt\", \"ab\" * 300000)' ";
        ASSERT_EQ(std::system((program + path_).c_str()), 0);
    }
    // What came, and whether it ended well.
    std::pair<std::string, bool> read(std::string const& name) const
    {
        std::string text;
        try {
            auto const entry = ZipReader(path_).open(name);
            if (!entry)
                return {text, false};
            for (auto piece = entry->read(); !piece.empty(); piece = entry->read())
                text += piece;
        } catch (std::runtime_error const&) {
            return {text, false};
        }
        return {text, true};
    }

    std::string const path_ = std::string(::testing::TempDir()) + "gatehouse_zip_reader_"
        + std::to_string(std::random_device()()) + ".zip";
};

TEST_F(Archives, ComeOutAsTheyWentIn)
{
    for (int const count : {0, 1, 20'000, 200'000}) {
        auto const text = lines(count);
        keep(packed("rows.txt", text));
        EXPECT_TRUE(read("rows.txt") == std::make_pair(text, true)) << count;
        EXPECT_EQ(ZipReader(path_).names(), (std::vector<std::string>{"before.txt", "rows.txt"}));
        EXPECT_EQ(read("before.txt"), std::make_pair(std::string(), true));
        EXPECT_FALSE(ZipReader(path_).open("other.txt"));
    }
}

TEST_F(Archives, OfOthersAreReadHoweverTheyArePacked)
{
    std::string text;
    for (int each = 0; each < 300'000; ++each)
        text += "ab";
    for (auto const* const how : {"ZIP_STORED", "ZIP_DEFLATED", "ZIP_BZIP2"}) {
        pack_elsewhere(how);
        EXPECT_TRUE(read("a.txt") == std::make_pair(text, true)) << how;
        EXPECT_EQ(ZipReader(path_).names(), std::vector<std::string>{"a.txt"}) << how;
    }
}

// Of the rows before a changed byte each is still looked at.
TEST_F(Archives, WhatComesBeforeABadByteIsGivenAndThenItIsSaid)
{
    auto const text = lines(200'000);
    auto const whole = packed("rows.txt", text);
    for (int const tenth : {2, 5, 9}) {
        auto bytes = whole;
        auto const at = whole.size() * static_cast<std::size_t>(tenth) / 10;
        for (std::size_t each = at; each < at + 40; ++each)
            bytes[each] = '\xFF';
        keep(bytes);
        auto const [found, is_good] = read("rows.txt");
        EXPECT_FALSE(is_good) << tenth;
        auto const same = std::ranges::mismatch(found, text).in1 - found.begin();
        auto const expected = static_cast<double>(text.size()) * tenth / 10;
        EXPECT_GT(static_cast<double>(same), expected * 0.97) << tenth;
    }
}

TEST_F(Archives, ThatEndTooSoonAreNoneAtAll)
{
    auto const whole = packed("rows.txt", lines(3000));
    for (std::size_t const left :
         {std::size_t{0}, std::size_t{3}, whole.size() / 2, whole.size() - 1}) {
        keep(whole.substr(0, left));
        EXPECT_THROW(ZipReader reader(path_), std::runtime_error) << left;
    }
    std::remove(path_.c_str());
    EXPECT_THROW(ZipReader reader(path_), std::runtime_error);
}

// Whatever comes out of it: the program goes on, and no more comes than the archive says.
TEST_F(Archives, AnyChangedByteIsSurvived)
{
    auto const text = lines(60);
    auto const whole = packed("rows.txt", text);
    int refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
        keep(bytes);
        auto const [found, is_good] = read("rows.txt");
        refused += is_good ? 0 : 1;
        EXPECT_TRUE(!is_good || found.size() == text.size()) << at;
    }
    EXPECT_GT(refused, 100);
}

TEST_F(Archives, EntriesOfOneAreReadByManyAtOnce)
{
    auto const text = lines(50'000);
    keep(packed("rows.txt", text));
    std::vector<std::jthread> threads;
    std::atomic<int> good = 0;
    for (int each = 0; each < 4; ++each)
        threads.emplace_back([&] {
            if (read("rows.txt") == std::make_pair(text, true))
                ++good;
        });
    threads.clear();
    EXPECT_EQ(good, 4);
}

} // namespace
} // namespace gatehouse::zip_files
