// A file with places that is not there, is none, is cut or never ends: looking up fails, with the
// cause, and heals.
#include "app/places.h"

#include "support/place_samples.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace gatehouse::app {
namespace {

class PlacesThatFail : public ::testing::Test {
protected:
    std::string const path = (std::filesystem::temp_directory_path()
                              / ("gatehouse_live_" + std::to_string(::getpid()) + ".mmdb"))
                                 .string();

    static std::string sample(std::string_view country = "DE")
    {
        gatehouse::testing::PlaceSample made;
        made.add({198, 51, 100}, country, "Berlin");
        return made.bytes();
    }
    // As another file under the name, or into the same one.
    void replace(std::string const& bytes)
    {
        std::filesystem::remove(path);
        write(bytes);
    }
    void write(std::string const& bytes) { std::ofstream(path, std::ios::binary) << bytes; }
    void TearDown() override { std::filesystem::remove(path); }

    static std::optional<std::string> country(LivePlaces const& places)
    {
        return places.of("198.51.100.7").country;
    }
};

TEST_F(PlacesThatFail, FO_missing_none_or_cut_at_the_start_fails_with_the_cause_and_heals)
{
    auto const whole = sample();
    auto const half = whole.substr(0, whole.size() / 2);
    for (auto const& bytes : {std::string("<missing>"), std::string(), half}) {
        if (bytes != "<missing>")
            replace(bytes);
        LivePlaces places(path);
        EXPECT_NE(places.trouble().find(path), std::string::npos) << places.trouble();
        EXPECT_THROW(static_cast<void>(country(places)), std::runtime_error);
        replace(whole);
        places.look_again();
        EXPECT_EQ(places.trouble(), "");
        EXPECT_EQ(country(places), "DE");
        std::filesystem::remove(path);
    }
}

TEST_F(PlacesThatFail, FO_a_folder_or_a_pipe_is_refused_at_once)
{
    LivePlaces const folder(std::filesystem::temp_directory_path().string());
    EXPECT_NE(folder.trouble(), "");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    LivePlaces const pipe(path);
    EXPECT_NE(pipe.trouble().find("is no file"), std::string::npos) << pipe.trouble();
    EXPECT_THROW(static_cast<void>(country(pipe)), std::runtime_error);
}

TEST_F(PlacesThatFail, FO_what_was_read_stays_whatever_becomes_of_the_file)
{
    replace(sample());
    LivePlaces places(path);
    ASSERT_EQ(country(places), "DE");
    auto const still_there = [&] {
        places.look_again();
        EXPECT_NE(places.trouble(), "");
        EXPECT_EQ(country(places), "DE");
    };
    ASSERT_EQ(::truncate(path.c_str(), 0), 0); // a mapped file would end the process here
    still_there();
    write("not a database");
    still_there();
    std::filesystem::remove(path);
    still_there();
    replace(sample("JP"));
    places.look_again();
    EXPECT_EQ(places.trouble(), "");
    EXPECT_EQ(country(places), "JP");
}

TEST_F(PlacesThatFail, FO_a_look_up_into_a_hole_is_told_until_another_file_is_there)
{
    auto bytes = sample();
    auto const entry = bytes.find("country") - 2; // the map of it
    bytes[entry] = static_cast<char>(0x3F); // a pointer to far behind the end
    replace(bytes);
    LivePlaces places(path);
    ASSERT_EQ(places.trouble(), "") << "the canary's own address is not in the file";
    EXPECT_THROW(static_cast<void>(country(places)), std::runtime_error);
    EXPECT_NE(places.trouble(), "");
    places.look_again();
    EXPECT_NE(places.trouble(), "");
    EXPECT_THROW(static_cast<void>(country(places)), std::runtime_error);
    replace(sample());
    places.look_again();
    EXPECT_EQ(places.trouble(), "");
    EXPECT_EQ(country(places), "DE");
}

} // namespace
} // namespace gatehouse::app
