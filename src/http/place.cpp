// Choosing between three that may know.
#include "http/place.h"

#include "core/log.h"
#include "core/metrics.h"

#include <exception>
#include <string>

namespace gatehouse::http {
namespace {

constexpr std::size_t longest = 256; // bytes, as of what a client says

domain::Place looked_up(Context const& context)
{
    std::string failure;
    try {
        return context.services.places.of(context.client_address);
    } catch (std::exception const& caught) {
        failure = caught.what();
    }
    log::Line(log::Level::error, "place.unknown").with("cause", failure);
    metrics::count("gatehouse_failed_open_total", {{"control", "place"}});
    return {};
}

std::optional<std::string> first_of(
    std::optional<std::string> known,
    std::optional<std::string> proxys_word,
    std::optional<std::string> clients_word
)
{
    if (known)
        return known;
    if (proxys_word && proxys_word->size() <= longest)
        return proxys_word;
    return clients_word;
}

} // namespace

void put_place(Context const& context, domain::Device& device)
{
    auto const& settings = context.services.settings;
    auto place = looked_up(context);
    device.country = first_of(
        std::move(place.country),
        context.word_of_proxy(settings.country_header),
        std::move(device.country)
    );
    device.city = first_of(
        std::move(place.city), context.word_of_proxy(settings.city_header), std::move(device.city)
    );
}

} // namespace gatehouse::http
