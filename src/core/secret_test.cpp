// Secrets: moved, wiped, never copied or shown by accident.
#include "core/secret.h"

#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <type_traits>

namespace gatehouse {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, T const& value) { out << value; };
template <class T>
concept Comparable = requires(T const& value) { value == value; };

static_assert(!std::is_copy_constructible_v<SecretString>);
static_assert(!std::is_copy_assignable_v<SecretString>);
static_assert(std::is_nothrow_move_constructible_v<SecretString>);
static_assert(!std::is_convertible_v<std::string, SecretString>);
static_assert(!std::is_convertible_v<SecretString, std::string_view>);
static_assert(!Printable<SecretString>);
static_assert(!Comparable<SecretString>);

TEST(Secret, moves_and_leaves_nothing_behind)
{
    SecretString first("a secret that is longer than any small string");
    SecretString second(std::move(first));
    EXPECT_TRUE(first.empty()); // NOLINT(bugprone-use-after-move): emptied is what is promised
    EXPECT_EQ(second.size(), 45U);
    SecretString third("old");
    third = std::move(second);
    EXPECT_TRUE(second.empty()); // NOLINT(bugprone-use-after-move): emptied is what is promised
    auto& itself = third;
    third = std::move(itself);
    EXPECT_EQ(third.size(), 45U);
    auto const copy = third.duplicate();
    EXPECT_EQ(copy.size(), third.size());
}

TEST(Secret, wiping_overwrites_the_memory)
{
    std::array<char, 64> memory;
    memory.fill('x');
    wipe(memory.data(), memory.size());
    for (char const byte : memory)
        EXPECT_EQ(byte, '\0');
    wipe(nullptr, 0);
}

TEST(Secret, even_short_ones_are_wiped_when_moved_from)
{
    SecretString first("short"); // lives inside the object
    SecretString const second(std::move(first));
    auto const* const inside
        = reinterpret_cast<char const*>(&first); // NOLINT(bugprone-use-after-move): what it left
    EXPECT_EQ(std::string_view(inside, sizeof(first)).find("hort"), std::string_view::npos);
    EXPECT_EQ(second.size(), 5U);
}

} // namespace
} // namespace gatehouse
