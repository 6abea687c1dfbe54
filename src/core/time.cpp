// Writing and reading instants, and the machine's clock.
#include "core/time.h"

#include <fmt/format.h>

namespace gatehouse {
namespace {

// Reads the text from left to right; `failed` stays set once something did not fit.
class Reader {
public:
    explicit Reader(std::string_view text)
        : rest_(text)
    {
    }

    bool failed() const { return failed_; }
    bool at_end() const { return rest_.empty(); }
    char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool next_is_digit() const { return peek() >= '0' && peek() <= '9'; }

    int digits(int count)
    {
        int value = 0;
        for (int i = 0; i < count; ++i) {
            if (!next_is_digit()) {
                failed_ = true;
                return 0;
            }
            value = value * 10 + (peek() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }

    bool skip(std::string_view any_of)
    {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos)
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    void expect(std::string_view any_of)
    {
        if (!skip(any_of))
            failed_ = true;
    }

private:
    std::string_view rest_;
    bool failed_ = false;
};

int read_decimals(Reader& reader)
{
    if (!reader.skip("."))
        return 0;
    if (!reader.next_is_digit())
        reader.expect("0"); // a point without decimals: fails
    int milliseconds = 0;
    int weight = 100;
    while (reader.next_is_digit()) {
        milliseconds += reader.digits(1) * weight;
        weight /= 10;
    }
    return milliseconds;
}

// The offset from UTC in minutes. `short_form` allows PostgreSQL's `+00`.
int read_offset(Reader& reader, bool short_form)
{
    if (reader.skip("Zz"))
        return 0;
    int const sign = reader.peek() == '-' ? -1 : 1;
    reader.expect("+-");
    int const hours = reader.digits(2);
    int minutes = 0;
    if (!short_form || !reader.at_end()) {
        reader.expect(":");
        minutes = reader.digits(2);
    }
    if (hours > 23 || minutes > 59)
        reader.expect(""); // out of range: fails
    return sign * (hours * 60 + minutes);
}

void put_digits(char* into, int count, int value)
{
    for (int at = count - 1; at >= 0; --at, value /= 10)
        into[at] = static_cast<char>('0' + value % 10);
}

} // namespace

void append_text(std::string& into, Instant at)
{
    using namespace std::chrono;
    auto const moment = sys_time<milliseconds>(milliseconds(at.milliseconds()));
    auto const day = floor<days>(moment);
    year_month_day const date(day);
    hh_mm_ss<milliseconds> const time(moment - day);
    auto const year_number = int(date.year());
    if (year_number < 0 || year_number > 9999) { // nobody's format: a broken value alone gets here
        into += fmt::format(
            "{}-{:02}-{:02}", year_number, unsigned(date.month()), unsigned(date.day())
        );
        return;
    }
    auto const begin = into.size();
    into += "0000-00-00T00:00:00.000Z"; // in every answer and log line: written by hand
    char* const text = into.data() + begin;
    put_digits(text, 4, year_number);
    put_digits(text + 5, 2, static_cast<int>(unsigned(date.month())));
    put_digits(text + 8, 2, static_cast<int>(unsigned(date.day())));
    put_digits(text + 11, 2, static_cast<int>(time.hours().count()));
    put_digits(text + 14, 2, static_cast<int>(time.minutes().count()));
    put_digits(text + 17, 2, static_cast<int>(time.seconds().count()));
    put_digits(text + 20, 3, static_cast<int>(time.subseconds().count()));
}

std::string to_text(Instant at)
{
    std::string text;
    append_text(text, at);
    return text;
}

std::optional<Instant> parse_instant(std::string_view text)
{
    using namespace std::chrono;
    Reader reader(text);
    auto const year_number = reader.digits(4);
    reader.expect("-");
    auto const month_number = reader.digits(2);
    reader.expect("-");
    auto const day_number = reader.digits(2);
    bool const database_form = reader.peek() == ' ';
    reader.expect("Tt ");
    auto const hour = reader.digits(2);
    reader.expect(":");
    auto const minute = reader.digits(2);
    reader.expect(":");
    auto const second = reader.digits(2);
    auto const decimals = read_decimals(reader);
    auto const offset = read_offset(reader, database_form);
    if (reader.failed() || !reader.at_end())
        return std::nullopt;

    year_month_day const date(
        year(year_number),
        month(static_cast<unsigned>(month_number)),
        day(static_cast<unsigned>(day_number))
    );
    if (!date.ok() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    auto const moment = sys_days(date) + hours(hour) + minutes(minute - offset) + seconds(second)
        + milliseconds(decimals);
    return Instant::from_milliseconds(moment.time_since_epoch().count());
}

Instant SystemClock::now() const
{
    auto const since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return Instant::from_milliseconds(
        std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()
    );
}

} // namespace gatehouse
