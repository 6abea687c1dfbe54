// SQL texts put together at compile time: column lists are written once.
#pragma once

#include <array>
#include <cstddef>

namespace gatehouse::sql {

template <std::size_t Size> struct Text {
    char characters[Size]{};
    constexpr Text(char const (&literal)[Size]) // implicit: a literal is a Text
    {
        for (std::size_t at = 0; at < Size; ++at)
            characters[at] = literal[at];
    }
    static constexpr std::size_t length = Size - 1;
};

namespace detail {
template <Text... parts> constexpr auto put_together()
{
    std::array<char, (decltype(parts)::length + ... + 0) + 1> all{};
    std::size_t at = 0;
    auto const append = [&](auto const& part) {
        for (std::size_t from = 0; from + 1 < sizeof(part.characters); ++from)
            all[at++] = part.characters[from];
    };
    (append(parts), ...);
    return all;
}
template <Text... parts> inline constexpr auto together = put_together<parts...>();
} // namespace detail

//   constexpr Statement find(joined<"SELECT ", columns, " FROM users WHERE id = $1">);
template <Text... parts> inline constexpr char const* joined = detail::together<parts...>.data();

// The canonical form of a column with mail addresses: A–Z folded, equal on both databases.
inline constexpr Text postgres_canonical = "lower(email COLLATE \"C\")";
inline constexpr Text sqlite_canonical = "lower(email)";
// The same of users, through row-level security to an index (migration 0004).
inline constexpr Text postgres_user_canonical = "email_canonical";

} // namespace gatehouse::sql
