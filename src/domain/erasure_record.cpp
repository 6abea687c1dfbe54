// Writing and reading them.
#include "domain/erasure_record.h"

#include "core/json.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace gatehouse::domain {
namespace {

constexpr std::string_view step = "rows erased";
constexpr std::string_view resource = "ledger";
constexpr std::size_t most_numbers = 10'000'000; // of one record; a migration writes long ones

std::optional<std::int64_t> number_in(std::string_view text)
{
    std::int64_t number = 0;
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, number);
    if (text.empty() || read.ec != std::errc() || read.ptr != end || number < 0)
        return std::nullopt;
    return number;
}

// Whether it could be added.
bool add_range(std::vector<std::int64_t>& numbers, std::string_view text)
{
    auto const line = text.find('-');
    auto const first = number_in(text.substr(0, line));
    auto const last = line == std::string_view::npos ? first : number_in(text.substr(line + 1));
    if (!first || !last || *last < *first
        || static_cast<std::size_t>(*last - *first) >= most_numbers - numbers.size())
        return false;
    for (auto number = *first; number <= *last; ++number)
        numbers.push_back(number);
    return true;
}

} // namespace

std::string ranges_of(std::vector<std::int64_t> numbers)
{
    std::ranges::sort(numbers);
    std::string text;
    for (std::size_t at = 0; at < numbers.size();) {
        auto end = at + 1;
        while (end < numbers.size() && numbers[end] <= numbers[end - 1] + 1)
            ++end;
        text += (text.empty() ? "" : ",") + std::to_string(numbers[at]);
        if (numbers[end - 1] > numbers[at])
            text += "-" + std::to_string(numbers[end - 1]);
        at = end;
    }
    return text;
}

std::vector<std::int64_t> numbers_in(std::string_view ranges)
{
    std::vector<std::int64_t> numbers;
    while (!ranges.empty()) {
        auto const comma = ranges.find(',');
        if (!add_range(numbers, ranges.substr(0, comma)))
            return {};
        ranges = comma == std::string_view::npos ? std::string_view() : ranges.substr(comma + 1);
    }
    return numbers;
}

std::vector<LedgerEntry>
erasure_records(std::vector<ErasedRow> const& erased, LedgerEntry const& like)
{
    std::map<std::string, std::vector<std::int64_t>> chains;
    for (auto const& row : erased)
        chains[row.organization_id.text()].push_back(row.id);
    std::vector<LedgerEntry> records;
    for (auto& [chain, ids] : chains) {
        auto record = like;
        record.organization_id.reset();
        if (chain != system_chain)
            record.organization_id = OrganizationId(chain);
        record.user_id.reset(); // else the record were of the person, too, and never the last one
        record.resource = std::string(resource);
        record.resource_id = chain;
        record.details["step"] = std::string(step);
        record.details["rows"] = ranges_of(std::move(ids));
        records.push_back(std::move(record));
    }
    return records;
}

bool is_erasure_record(LedgerRow const& row)
{
    return row.event_type == to_text(Event::account_deleted) && row.resource == resource;
}

std::vector<std::int64_t> rows_erased_by(LedgerRow const& record)
{
    auto const details = json::parse(record.details);
    auto const* const said = details ? details->find("step") : nullptr;
    auto const* const rows = details ? details->find("rows") : nullptr;
    if (!said || !said->text() || *said->text() != step || !rows || !rows->text())
        return {};
    return numbers_in(*rows->text());
}

} // namespace gatehouse::domain
