// A file that nobody else can open.
#include "features/compliance/spool.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace gatehouse::compliance {
namespace {

constexpr std::int64_t piece = 256 * 1024;

[[noreturn]] void fail(std::string const& what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

int nameless_file()
{
    auto const folder = std::filesystem::temp_directory_path().string();
    auto const file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0)
        fail("cannot keep an export in " + folder);
    return file;
}

} // namespace

Spool::~Spool()
{
    if (file_ >= 0)
        ::close(file_);
}

void Spool::add(std::string_view text)
{
    size_ += std::ssize(text);
    if (file_ < 0 && memory_.size() + text.size() <= kept_in_memory_) {
        memory_ += text;
        return;
    }
    if (file_ < 0) {
        file_ = nameless_file();
        write(std::exchange(memory_, std::string()));
    }
    write(text);
}

void Spool::write(std::string_view text)
{
    while (!text.empty()) {
        auto const written = ::write(file_, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            fail("cannot keep an export");
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
}

std::string Spool::next()
{
    auto const wanted = static_cast<std::size_t>(std::min(piece, size_ - given_));
    std::string text;
    if (file_ < 0) {
        text = memory_.substr(static_cast<std::size_t>(given_), wanted);
        given_ += std::ssize(text);
        return text;
    }
    text.resize(wanted);
    for (std::size_t read = 0; read < wanted;) {
        auto const got = ::pread(file_, text.data() + read, wanted - read, given_);
        if (got == 0)
            errno = EIO; // it was longer
        if (got <= 0 && errno != EINTR)
            fail("cannot read an export again");
        read += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
        given_ += std::max<ssize_t>(got, 0);
    }
    return text;
}

} // namespace gatehouse::compliance
