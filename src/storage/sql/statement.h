// SQL as constants: one text for both databases, or two twins where they must differ.
#pragma once

#include <cstdint>
#include <string_view>

namespace gatehouse::sql {

enum class Dialect : std::uint8_t { postgres, sqlite };

struct Twins {
    char const* postgres;
    char const* sqlite;
};

// SQL with $1, $2, … for its values. A constant with static storage: connections keep what they
// prepared under its address, hence it cannot be copied.
//   constexpr sql::Statement find_session("SELECT … FROM sessions WHERE id = $1");
class Statement {
public:
    constexpr explicit Statement(char const* text)
        : texts_{text, text}
    {
    }
    constexpr explicit Statement(Twins twins)
        : texts_(twins)
    {
    }
    Statement(Statement const&) = delete;
    Statement& operator=(Statement const&) = delete;

    constexpr char const* text(Dialect dialect) const noexcept
    {
        return dialect == Dialect::postgres ? texts_.postgres : texts_.sqlite;
    }

private:
    Twins texts_;
};

//   constexpr auto lock_address = sql::either({.postgres = "…", .sqlite = "…"});
constexpr Statement either(Twins twins)
{
    return Statement(twins);
}

} // namespace gatehouse::sql
