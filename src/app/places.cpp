// Reading the file with the places, and looking after it.
#include "app/places.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <utility>

#include <sys/stat.h>

namespace gatehouse::app {
namespace {

// Look-ups are made on event loops.
constexpr std::chrono::milliseconds may_take{50};
constexpr char const* nobodys_address = "192.0.2.1"; // of documentation (RFC 5737)

void try_look_up(geography::PlaceFile const& file)
{
    auto const began = std::chrono::steady_clock::now();
    auto const place = file.of(nobodys_address);
    auto const took = std::chrono::steady_clock::now() - began;
    if (took > may_take)
        throw std::runtime_error(
            "a look-up that found " + std::string(place.country ? "a" : "no") + " country took "
            + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count())
            + " ms"
        );
}

} // namespace

LivePlaces::LivePlaces(std::string path)
    : path_(std::move(path))
{
    look_again();
}

std::shared_ptr<geography::PlaceFile const> LivePlaces::current() const
{
    std::scoped_lock const lock(mutex_);
    return file_;
}

std::string LivePlaces::trouble() const
{
    std::scoped_lock const lock(mutex_);
    return trouble_.empty() ? failed_ : trouble_;
}

domain::Place LivePlaces::of(std::string const& address) const
{
    auto const file = current();
    if (!file)
        throw std::runtime_error(trouble());
    try {
        return file->of(address);
    } catch (std::exception const& failure) {
        std::scoped_lock const lock(mutex_);
        failed_ = failure.what();
        throw;
    }
}

LivePlaces::Version LivePlaces::version() const
{
    struct stat facts{};
    if (::stat(path_.c_str(), &facts) != 0)
        throw std::runtime_error(path_ + ": " + std::strerror(errno));
    auto const changed = facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec;
    return {
        static_cast<std::int64_t>(facts.st_dev),
        static_cast<std::int64_t>(facts.st_ino),
        facts.st_size,
        changed
    };
}

std::string LivePlaces::found_wrong()
{
    try {
        auto const now = version();
        auto file = current();
        if (!file || now != read_) {
            file = std::make_shared<geography::PlaceFile const>(path_);
            try_look_up(*file);
            std::scoped_lock const lock(mutex_);
            file_ = std::move(file);
            read_ = now;
        } else {
            try_look_up(*file);
        }
    } catch (std::exception const& unusable) {
        return unusable.what();
    }
    return {};
}

Async<void> LivePlaces::check()
{
    std::function<bool()> const look = [this] {
        look_again();
        return true;
    };
    co_await reading_.run(look);
    auto const found = trouble();
    if (!found.empty())
        throw std::runtime_error(found);
}

void LivePlaces::look_again()
{
    auto const before = current();
    auto found = found_wrong();
    std::scoped_lock const lock(mutex_);
    auto failed = std::exchange(failed_, {});
    // What people met counts for one more round, unless it was another file.
    if (found.empty() && file_ == before)
        found = std::move(failed);
    trouble_ = std::move(found);
}

} // namespace gatehouse::app
