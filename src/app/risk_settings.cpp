// Weights, thresholds, lists, and where places come from.
#include "app/risk_settings.h"

#include "core/text.h"

#include <charconv>
#include <stdexcept>

namespace gatehouse::app {
namespace {

constexpr int heaviest = 100;

domain::Weights weights_in(SettingReader const& read)
{
    domain::Weights weights = domain::RiskRules().weights;
    for (auto const& item : read.list("risk_weights")) {
        auto const equals = item.find('=');
        auto const name = trimmed(std::string_view(item).substr(0, equals));
        auto const signal = domain::parse_signal(name);
        std::string const text(
            equals == std::string::npos ? "" : trimmed(std::string_view(item).substr(equals + 1))
        );
        int weight = 0;
        auto const* const end = text.data() + text.size();
        auto const [stopped, error] = std::from_chars(text.data(), end, weight);
        bool const is_weight = !text.empty() && error == std::errc() && stopped == end
            && weight >= 0 && weight <= heaviest;
        if (!signal || !is_weight)
            read.refuse(
                "risk_weights",
                "must be signals of api 7 with weights from 0 to 100, as NEW_DEVICE=30; not " + item
            );
        weights[index(*signal)] = weight;
    }
    return weights;
}

Networks networks_in(SettingReader const& read, std::string_view name)
{
    try {
        return Networks(read.list(name));
    } catch (std::invalid_argument const& bad) {
        read.refuse(name, bad.what());
    }
}

std::string field_name(SettingReader const& read, std::string_view name)
{
    constexpr char const* letters
        = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"; // RFC 9110 5.6.2
    auto field = ascii_lower(trimmed(read.text(name)));
    if (field.find_first_not_of(letters) != std::string::npos)
        read.refuse(name, "must be the name of a header field");
    return field;
}

} // namespace

void read_risk(SettingReader const& read, Configuration& made)
{
    auto& rules = made.domain.risk;
    rules.weights = weights_in(read);
    rules.thresholds.step_up = read.number("risk_step_up", 1, 101);
    rules.thresholds.block = read.number("risk_block", 1, 101);
    if (rules.thresholds.block < rules.thresholds.step_up)
        read.refuse("risk_block", "must not be below risk_step_up");
    rules.history_may_take = Duration(read.number("risk_history_milliseconds", 1, 10'000));
    rules.dormant_after = 24h * read.number("risk_dormant_days", 1, 36'500);
    rules.listed = networks_in(read, "risk_listed_addresses");
    made.domain.country_header = field_name(read, "place_country_header");
    made.domain.city_header = field_name(read, "place_city_header");
    made.place_database = read.text("place_database");
}

} // namespace gatehouse::app
