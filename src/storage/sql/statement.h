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
        : Statement(Twins{.postgres = text, .sqlite = text})
    {
    }
    constexpr explicit Statement(Twins twins)
        : texts_(twins)
        , only_adds_(adds_and_no_more(twins.postgres))
    {
    }
    Statement(Statement const&) = delete;
    Statement& operator=(Statement const&) = delete;

    constexpr char const* text(Dialect dialect) const noexcept
    {
        return dialect == Dialect::postgres ? texts_.postgres : texts_.sqlite;
    }

    // Whether it adds rows and neither changes nor locks any that are there: such statements of
    // several units may stand in one transaction without waiting for each other.
    constexpr bool only_adds() const noexcept { return only_adds_; }

private:
    static constexpr bool adds_and_no_more(std::string_view text) noexcept
    {
        constexpr auto nowhere = std::string_view::npos;
        return text.starts_with("INSERT INTO ") && text.find("ON CONFLICT") == nowhere
            && text.find(" FOR ") == nowhere && text.find("pg_") == nowhere;
    }

    Twins texts_;
    bool only_adds_;
};

//   constexpr auto lock_address = sql::either({.postgres = "…", .sqlite = "…"});
constexpr Statement either(Twins twins)
{
    return Statement(twins);
}

} // namespace gatehouse::sql
