// Looking addresses up with libmaxminddb.
#include "geography/place_file.h"

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <maxminddb.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gatehouse::geography {
namespace {

constexpr off_t longest = off_t{1} << 30; // bytes; those that are sold have a tenth of it

class Descriptor {
public:
    explicit Descriptor(int number)
        : number_(number)
    {
    }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0)
            ::close(number_);
    }
    int number() const { return number_; }

private:
    int const number_;
};

[[noreturn]] void refuse(std::string const& path, std::string const& why)
{
    throw std::runtime_error(path + ": " + why);
}

int checked(int result, std::string const& path)
{
    if (result < 0)
        refuse(path, std::strerror(errno));
    return result;
}

// What libmaxminddb maps is ours alone: a file on disk that is cut while it is mapped ends the
// process at the next look-up, and one on a slow disk holds up an event loop.
int copied(std::string const& path)
{
    // Whatever never ends (a pipe) is not waited for.
    Descriptor const from(checked(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK), path));
    struct stat facts{};
    checked(::fstat(from.number(), &facts), path);
    if (!S_ISREG(facts.st_mode))
        refuse(path, "is no file");
    if (facts.st_size > longest)
        refuse(path, "is too long");
    int const into = checked(::memfd_create("places", MFD_CLOEXEC), path);
    for (auto left = facts.st_size; left > 0;) {
        auto const moved = ::sendfile(into, from.number(), nullptr, static_cast<std::size_t>(left));
        if (moved <= 0) {
            std::string const why = moved == 0 ? "was cut while it was read" : std::strerror(errno);
            ::close(into);
            refuse(path, why);
        }
        left -= moved;
    }
    return into;
}

} // namespace

struct PlaceFile::Opened {
    MMDB_s database{};
    explicit Opened(std::string const& path)
    {
        Descriptor const copy(copied(path));
        auto const name = "/proc/self/fd/" + std::to_string(copy.number());
        int const status = MMDB_open(name.c_str(), MMDB_MODE_MMAP, &database);
        if (status != MMDB_SUCCESS)
            refuse(path, MMDB_strerror(status));
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
