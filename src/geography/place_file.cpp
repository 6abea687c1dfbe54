// Looking addresses up with libmaxminddb.
#include "geography/place_file.h"

#include <maxminddb.h>

#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace gatehouse::geography {

struct PlaceFile::Opened {
    MMDB_s database{};
    explicit Opened(std::string const& path)
    {
        int const status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &database);
        if (status != MMDB_SUCCESS)
            throw std::runtime_error(path + ": " + MMDB_strerror(status));
    }
    Opened(Opened const&) = delete;
    Opened& operator=(Opened const&) = delete;
    ~Opened() { MMDB_close(&database); }
};

namespace {

// The text at this place of an entry; nothing where there is none.
std::optional<std::string> text_at(MMDB_entry_s entry, std::initializer_list<char const*> path)
{
    std::vector<char const*> steps(path);
    steps.push_back(nullptr);
    MMDB_entry_data_s found{};
    int const status = MMDB_aget_value(&entry, &found, steps.data());
    bool const is_absent = status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR
        || (status == MMDB_SUCCESS && !found.has_data);
    if (is_absent)
        return std::nullopt;
    if (status != MMDB_SUCCESS)
        throw std::runtime_error(std::string("the database of places: ") + MMDB_strerror(status));
    if (found.type != MMDB_DATA_TYPE_UTF8_STRING)
        return std::nullopt;
    return std::string(found.utf8_string, found.data_size);
}

} // namespace

PlaceFile::PlaceFile(std::string const& path)
    : opened_(std::make_unique<Opened>(path))
{
}

PlaceFile::~PlaceFile() = default;

domain::Place PlaceFile::of(std::string const& address) const
{
    int no_address = 0;
    int status = MMDB_SUCCESS;
    auto const found
        = MMDB_lookup_string(&opened_->database, address.c_str(), &no_address, &status);
    // A file of IPv4 alone knows no others: they are nowhere.
    if (no_address != 0 || status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR)
        return {};
    if (status != MMDB_SUCCESS)
        throw std::runtime_error(std::string("the database of places: ") + MMDB_strerror(status));
    if (!found.found_entry)
        return {};
    return {
        .country = text_at(found.entry, {"country", "iso_code"}),
        .city = text_at(found.entry, {"city", "names", "en"})
    };
}

} // namespace gatehouse::geography
