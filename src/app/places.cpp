// Opening the file with the places, where there is one.
#include "app/places.h"

#include "geography/place_file.h"

#include <stdexcept>

namespace gatehouse::app {

std::unique_ptr<domain::Places const> make_places(Configuration const& configuration)
{
    if (configuration.place_database.empty())
        return std::make_unique<domain::NoPlaces>();
    try {
        return std::make_unique<geography::PlaceFile>(configuration.place_database);
    } catch (std::runtime_error const& unusable) {
        throw BadConfiguration(std::string("GATEHOUSE_PLACE_DATABASE: ") + unusable.what());
    }
}

} // namespace gatehouse::app
