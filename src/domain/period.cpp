// Reading dates and moments.
#include "domain/period.h"

#include "domain/refusal.h"

#include <cstdint>

namespace gatehouse::domain {
namespace {

constexpr Duration usual_period = 24h * 30;
constexpr Duration one_day = 24h;
// Beyond them a database compares texts that are no moments any more: nothing of ours is from
// there.
constexpr std::int64_t earliest = 0; // seconds; 1970
constexpr std::int64_t latest = 253'402'214'400; // 9999-12-31

Instant required_in_reach(std::string const& field, Instant moment)
{
    if (moment.seconds() < earliest || moment.seconds() > latest)
        throw invalid_field(field, "must be between 1970-01-01 and 9999-12-30");
    return moment;
}

// `2026-11-22`, or a moment. `end` is the end of such a day.
Instant moment_in(std::string const& field, std::string const& text, bool end)
{
    constexpr std::size_t length_of_a_date = 10;
    if (text.size() == length_of_a_date)
        if (auto const day = parse_instant(text + "T00:00:00Z"))
            return end ? *day + one_day : *day;
    if (auto const moment = parse_instant(text))
        return end ? *moment + 1ms : *moment; // what is given belongs to it
    throw invalid_field(field, "must be a date or a moment, as 2026-11-22 or 2026-11-22T07:05:09Z");
}

} // namespace

Period
period_of(std::optional<std::string> const& from, std::optional<std::string> const& to, Instant now)
{
    Period period{.from = now - usual_period, .to = now + 1ms};
    if (to && !to->empty())
        period.to = required_in_reach("to", moment_in("to", *to, true));
    if (from && !from->empty())
        period.from = required_in_reach("from", moment_in("from", *from, false));
    else
        period.from = period.to - usual_period;
    if (period.from >= period.to)
        throw invalid_field("from", "must not be behind to");
    return period;
}

} // namespace gatehouse::domain
