// Addresses in a file that was written for these tests.
#include "geography/place_file.h"

#include "support/place_samples.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace gatehouse::geography {
namespace {
using domain::Place;

class PlacesInAFile : public ::testing::Test {
protected:
    std::string const path = (std::filesystem::temp_directory_path()
                              / ("gatehouse_places_" + std::to_string(::getpid()) + ".mmdb"))
                                 .string();

    void write(std::string const& bytes) { std::ofstream(path, std::ios::binary) << bytes; }
    void SetUp() override
    {
        gatehouse::testing::PlaceSample sample;
        sample.add({192, 0, 2}, "DE", "Berlin");
        sample.add({198, 51, 100}, "JP", "");
        write(sample.bytes());
    }
    void TearDown() override { std::filesystem::remove(path); }
};

TEST_F(PlacesInAFile, D_68_are_found_by_address)
{
    PlaceFile const places(path);
    EXPECT_EQ(places.of("192.0.2.1"), (Place{.country = "DE", .city = "Berlin"}));
    EXPECT_EQ(places.of("192.0.2.255"), (Place{.country = "DE", .city = "Berlin"}));
    EXPECT_EQ(places.of("198.51.100.7"), (Place{.country = "JP"}));
}

TEST_F(PlacesInAFile, D_68_unknown_addresses_are_nowhere)
{
    PlaceFile const places(path);
    for (auto const* const address :
         {"192.0.3.1", "127.0.0.1", "2001:db8::1", "", "nonsense", "1.2.3"})
        EXPECT_EQ(places.of(address), Place()) << address;
}

TEST_F(PlacesInAFile, D_68_a_file_that_is_none_is_refused_with_its_name)
{
    for (auto const* const bytes : {"", "not a database", "\xab\xcd\xefMaxMind.com"}) {
        write(bytes);
        try {
            PlaceFile const places(path);
            ADD_FAILURE() << "it was taken";
        } catch (std::runtime_error const& refused) {
            EXPECT_NE(std::string(refused.what()).find(path), std::string::npos);
        }
    }
    EXPECT_THROW(PlaceFile("/nowhere/at/all.mmdb"), std::runtime_error);
}

} // namespace
} // namespace gatehouse::geography
