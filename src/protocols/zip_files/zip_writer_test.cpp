// Archives come out while they are written, and whoever reads ZIP files reads them.
#include "protocols/zip_files/zip_writer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

namespace gatehouse::zip_files {
namespace {

TEST(ZipWriter, TheFirstBytesComeBeforeTheLastAreKnown)
{
    ZipWriter zip(Instant::from_seconds(1'795'331'109));
    zip.begin("README.txt");
    EXPECT_TRUE(zip.take().starts_with("PK\x03\x04"));
    std::string all;
    std::size_t most = 0;
    std::minstd_rand chance(7); // what hardly compresses
    for (int each = 0; each < 2000; ++each) {
        std::string line(1000, ' ');
        for (auto& letter : line)
            letter = static_cast<char>('a' + chance() % 26);
        zip.add(line);
        auto const some = zip.take();
        most = std::max(most, some.size());
        all += some;
    }
    EXPECT_GT(all.size(), 10'000U);
    EXPECT_LT(most, 200'000U);
    EXPECT_EQ(all.find("PK\x05\x06"), std::string::npos);
    zip.end();
    EXPECT_NE(zip.take().find("PK\x05\x06"), std::string::npos);
}

TEST(ZipWriter, OthersReadIt)
{
    ZipWriter zip(Instant::from_seconds(1'795'331'109));
    for (auto const* const path :
         {"README.txt", "CC6_Access_Control/access_logs.csv", "empty.csv"}) {
        zip.begin(path);
        if (std::string_view(path) != "empty.csv")
            for (int each = 0; each < 5000; ++each)
                zip.add("a line of " + std::string(path) + " " + std::to_string(each) + "\r\n");
    }
    zip.end();
    auto const file = std::string(::testing::TempDir()) + "gatehouse_zip_writer_test.zip";
    std::ofstream(file, std::ios::binary) << zip.take();
    for (std::string const reader :
         {"python3 -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
          "assert z.testzip() is None and len(z.namelist()) == 3 and z.read(\"empty.csv\") == "
          "b\"\" "
          "and z.read(\"README.txt\").count(b\"\\r\\n\") == 5000' ",
          "unzip -tqq ",
          "bsdtar -xOf "})
        EXPECT_EQ(std::system((reader + file + " > /dev/null").c_str()), 0) << reader;
    EXPECT_EQ(std::remove(file.c_str()), 0);
}

TEST(ZipWriter, PathsStayInside)
{
    ZipWriter zip(Instant::from_seconds(0));
    for (auto const* const path :
         {"", "/etc/passwd", "../up", "a/../../b", "a\\b", "a b", "a\nb", "a/"})
        EXPECT_THROW(zip.begin(path), std::invalid_argument) << path;
}

} // namespace
} // namespace gatehouse::zip_files
