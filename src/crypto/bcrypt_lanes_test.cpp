// The lanes against libxcrypt, on a hundred thousand inputs, and what they leave behind.
#include "crypto/bcrypt_lanes.h"

#include "core/random.h"
#include "crypto/bcrypt.h"
#include "crypto/bcrypt_text.h"
#include "crypto/blowfish_start.h"
#include "crypto/digest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <crypt.h>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::crypto {
namespace {

using namespace std::string_literals;

// libxcrypt itself, without what this house puts before it.
std::string by_libxcrypt(std::string const& password, std::string const& setting)
{
    thread_local auto const state = std::make_unique<crypt_data>();
    auto const* const hash = crypt_r(password.c_str(), setting.c_str(), state.get());
    return hash ? hash : "nothing";
}

std::vector<BcryptRounds> all_rounds()
{
    std::vector<BcryptRounds> all{portable_rounds()};
    if (auto const quicker = bmi2_rounds())
        all.push_back(*quicker);
    return all;
}

// Hashes one by one, each alone in its lane.
std::string alone(BcryptRounds const& rounds, std::string_view password, std::string_view setting)
{
    auto const lanes = std::make_unique<BcryptLanes>(rounds, 1);
    auto const ticket = lanes->begin(password, setting);
    std::vector<BcryptLanes::Ended> ended;
    while (ended.empty())
        lanes->advance(ended);
    EXPECT_EQ(ended.front().ticket, ticket);
    return ended.front().hash;
}

bool is_blank(std::span<std::byte const> memory)
{
    return std::ranges::all_of(memory, [](std::byte one) { return one == std::byte(0); });
}

TEST(BlowfishStart, is_pi)
{
    std::string bytes;
    for (auto const word : blowfish_start)
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes += static_cast<char>(word >> shift & 255);
    EXPECT_EQ(blowfish_start.front(), 0x243F6A88U);
    // Of digits that another formula gave, in another language.
    EXPECT_EQ(
        sha256_hex(bytes), "b5643208907b11b20e499a42187dc921f9579d28dadfccbe69a5ce232a55952f"
    );
}

// Vectors of jBCrypt's TestBCrypt and of Openwall's crypt_blowfish, which others use too.
struct Vector {
    std::string password;
    std::string hash;
};
std::vector<Vector> const published{
    {"", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."},
    {"", "$2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye"},
    {"", "$2a$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW"},
    {"", "$2a$12$k42ZFHFWqBp3vWli.nIn8uYyIkbvYRvodzbfbK18SSsY.CsIQPlxO"},
    {"a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"},
    {"a", "$2a$08$cfcvVd2aQ8CMvoMpP2EBfeodLEkkFJ9umNEfPD18.hUF62qqlC/V."},
    {"a", "$2a$10$k87L/MF28Q673VKh8/cPi.SUl7MU/rWuSiIDDFayrKk/1tBsSQu4u"},
    {"a", "$2a$12$8NJH3LsPrANStV6XtBakCez0cKHXVxmvxIlcz785vxAIZrihHZpeS"},
    {"abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"},
    {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
    {"U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"},
    {"\xff\xff\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
    {"\xff\xa3"
     "34"
     "\xff\xff\xff\xa3"
     "345",
     "$2a$05$/OK.fbVrR/bpIqNJ5ianF.ZC1JEJ8Z4gPfpe1JOr/oyPXTWl9EFd."},
    {"\xff\xa3"
     "345",
     "$2a$05$/OK.fbVrR/bpIqNJ5ianF.nRht2l/HRhr6zmCp9vYUvvsqynflf9e"},
};

TEST(BcryptLanes, knows_the_published_vectors)
{
    for (auto const& rounds : all_rounds())
        for (auto const& [password, hash] : published) {
            EXPECT_EQ(by_libxcrypt(password, hash), hash) << "the vector itself";
            EXPECT_EQ(alone(rounds, password, hash), hash) << rounds.name;
        }
}

// One input after the other from a seed, so that a difference can be found again.
class Inputs {
public:
    explicit Inputs(std::uint64_t seed)
        : engine_(seed)
    {
    }
    std::string password()
    {
        constexpr std::array<std::size_t, 6> edges{0, 1, 71, 72, 73, 74};
        std::string text(upto(4) == 0 ? edges[upto(5)] : upto(100), ' ');
        // Some of few letters, where signs that are carried change nothing and `$2a$` departs.
        bool const is_narrow = upto(3) == 0;
        for (auto& c : text)
            c = is_narrow ? "\xff\xff\xff\xa3\x80"
                            "3"[upto(5)]
                          : static_cast<char>(1 + upto(254));
        return text;
    }
    std::string setting()
    {
        auto const rare = upto(99);
        std::string text = "$2"s + "aby"[upto(2)] + "$0"
            + (rare < 94       ? "4"
                   : rare < 99 ? "5"
                               : "6")
            + "$";
        while (text.size() < bcrypt_setting_size)
            text += bcrypt_alphabet[upto(63)];
        return text;
    }
    std::size_t upto(std::size_t most)
    {
        return std::uniform_int_distribution<std::size_t>(0, most)(engine_);
    }

private:
    std::mt19937_64 engine_;
};

// Ten slices: 2,000 in `make test`, 100,000 in `make test-long`.
int inputs_of_a_slice()
{
    auto const* const wanted = std::getenv("GATEHOUSE_TEST_DIFFERENTIALS");
    return wanted ? std::stoi(wanted) / 10 : 200;
}

class Differential : public ::testing::TestWithParam<int> { };

// They begin whenever they like and end at different times, in as many lanes as chance will have.
TEST_P(Differential, the_lanes_hash_as_libxcrypt_does)
{
    auto const all = all_rounds();
    auto const& rounds = all[static_cast<std::size_t>(GetParam()) % all.size()];
    constexpr std::array<std::size_t, 5> counts{8, 7, 5, 3, 6};
    auto const most = counts[static_cast<std::size_t>(GetParam()) / 2];
    auto const lanes = std::make_unique<BcryptLanes>(rounds, most);
    Inputs inputs(static_cast<std::uint64_t>(GetParam()) + 1);
    std::map<std::uint64_t, std::pair<std::string, std::string>> given;
    std::vector<BcryptLanes::Ended> ended;
    int left = inputs_of_a_slice();
    int wrong = 0;
    int checked = 0;
    while (left > 0 || lanes->busy() > 0) {
        while (left > 0 && lanes->busy() < most && inputs.upto(3) > 0) {
            auto password = inputs.password();
            auto setting = inputs.setting();
            // libxcrypt cuts behind 72 bytes; the lanes refuse more, since this house never cuts.
            auto const used = std::string_view(password).substr(0, longest_bcrypt_input);
            auto const ticket = lanes->begin(used, setting);
            given.emplace(ticket, std::pair(std::move(password), std::move(setting)));
            --left;
        }
        lanes->advance(ended);
        for (auto const& [ticket, hash] : std::exchange(ended, {})) {
            auto const found = given.extract(ticket);
            ASSERT_TRUE(found);
            auto const& [password, setting] = found.mapped();
            wrong += hash != by_libxcrypt(password, setting);
            ++checked;
        }
    }
    EXPECT_EQ(wrong, 0) << "of slice " << GetParam() << ", " << rounds.name << " × " << most;
    EXPECT_EQ(checked, inputs_of_a_slice());
    EXPECT_TRUE(given.empty());
    EXPECT_TRUE(is_blank(lanes->memory()));
}

INSTANTIATE_TEST_SUITE_P(Slice, Differential, ::testing::Range(0, 10));

TEST(BcryptLanes, refuse_what_they_would_cut)
{
    BcryptLanes lanes(portable_rounds(), 2);
    auto const setting = published.front().hash;
    EXPECT_THROW((void)lanes.begin(std::string(73, 'a'), setting), std::logic_error);
    EXPECT_THROW((void)lanes.begin("a\0b"s, setting), std::logic_error);
    EXPECT_EQ(lanes.busy(), 0U);
    EXPECT_TRUE(is_blank(lanes.memory()));
    EXPECT_THROW(BcryptLanes(portable_rounds(), 0), std::invalid_argument);
    EXPECT_THROW(BcryptLanes(portable_rounds(), most_bcrypt_lanes + 1), std::invalid_argument);
}

TEST(BcryptLanes, a_full_house_takes_nobody)
{
    BcryptLanes lanes(portable_rounds(), 2);
    auto const setting = "$2b$04$......................"s;
    EXPECT_NE(lanes.begin("a", setting), lanes.begin("b", setting));
    EXPECT_THROW((void)lanes.begin("c", setting), std::logic_error);
    EXPECT_EQ(lanes.busy(), 2U);
}

// The bits of the salt that mean nothing are nought in the hash.
TEST(BcryptLanes, the_last_character_of_the_salt_is_mended)
{
    for (char const last : {'.', '/', 'O', 'P', 'e', '9'}) {
        auto const setting = "$2b$04$abcdefghijklmnopqrstu"s + last;
        EXPECT_EQ(alone(portable_rounds(), "x", setting), by_libxcrypt("x", setting));
    }
}

TEST(BcryptLanes, wipe_a_lane_as_soon_as_it_is_done)
{
    BcryptLanes lanes(portable_rounds(), 4);
    std::vector<BcryptLanes::Ended> ended;
    EXPECT_NE(lanes.begin("short work", "$2b$04$......................"), 0U);
    EXPECT_NE(lanes.begin("long work", "$2b$06$......................"), 0U);
    while (ended.empty())
        lanes.advance(ended);
    EXPECT_EQ(lanes.busy(), 1U);
    auto const behind_the_busy_one = lanes.memory().subspan(sizeof(BcryptLane));
    EXPECT_TRUE(is_blank(behind_the_busy_one));
    EXPECT_FALSE(is_blank(lanes.memory()));
    lanes.forget();
    EXPECT_TRUE(is_blank(lanes.memory()));
    EXPECT_EQ(lanes.busy(), 0U);
}

TEST(BcryptLanes, leave_nothing_when_they_go_in_the_middle_of_work)
{
    struct alignas(BcryptLanes) Place {
        std::array<std::byte, sizeof(BcryptLanes)> bytes{};
    };
    auto const place = std::make_unique<Place>();
    auto* const lanes = new (place.get()) BcryptLanes(portable_rounds(), 2);
    EXPECT_NE(lanes->begin("a secret in work", "$2b$06$......................"), 0U);
    auto const offset = lanes->memory().data() - place->bytes.data();
    auto const size = lanes->memory().size();
    auto const memory = std::span(place->bytes).subspan(static_cast<std::size_t>(offset), size);
    EXPECT_FALSE(is_blank(memory));
    lanes->~BcryptLanes();
    EXPECT_TRUE(is_blank(memory));
}

} // namespace
} // namespace gatehouse::crypto
