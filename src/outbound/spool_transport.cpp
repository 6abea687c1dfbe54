// Writes mails into a folder.
#include "outbound/spool_transport.h"

#include "core/text.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace gatehouse::outbound {
namespace {

class File {
public:
    File(std::string const& path, int flags)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600))
    {
    }
    File(File const&) = delete;
    File& operator=(File const&) = delete;
    ~File()
    {
        if (descriptor_ >= 0)
            ::close(descriptor_); // what was written was synced before, so nothing can be lost here
    }

    bool is_open() const { return descriptor_ >= 0; }
    bool write_all(std::string_view text) const
    {
        while (!text.empty()) {
            auto const written = ::write(descriptor_, text.data(), text.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                return false;
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        return true;
    }
    bool sync() const { return ::fsync(descriptor_) == 0; }

private:
    int descriptor_;
};

std::unexpected<MailFailure> disk_failure(std::string_view doing)
{
    auto const cause = std::error_code(errno, std::system_category()).message();
    return std::unexpected(
        MailFailure{Failing::storage, fmt::format("spool: {}: {}", doing, cause), false}
    );
}

// An id is opaque text and must not choose a folder.
std::string file_name(std::string const& id)
{
    bool const plain = !id.empty() && id.size() <= 100 && std::ranges::all_of(id, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || c == '-';
    });
    return plain ? id : "x" + to_hex(id).substr(0, 200);
}

class SpoolTransport final : public MailTransport {
public:
    explicit SpoolTransport(std::string folder)
        : folder_(std::move(folder))
    {
    }

    MailResult send(OutgoingMail const& mail) override
    {
        if (auto const ready = probe(); !ready)
            return ready;
        auto const path = fmt::format("{}/{}.eml", folder_, file_name(mail.id));
        auto const unfinished = fmt::format("{}/.{}.part", folder_, file_name(mail.id));
        File const file(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
        if (!file.is_open())
            return disk_failure("creating a file");
        if (!file.write_all(mail.raw) || !file.sync()) {
            auto const failure = disk_failure("writing a file");
            ::unlink(unfinished.c_str()); // the next try begins it anew if this does not work
            return failure;
        }
        if (::rename(unfinished.c_str(), path.c_str()) != 0)
            return disk_failure("naming a file");
        File const folder(folder_, O_RDONLY | O_DIRECTORY);
        if (!folder.is_open() || !folder.sync())
            return disk_failure("keeping a name");
        return {};
    }

    MailResult probe() override
    {
        std::error_code error;
        std::filesystem::create_directories(folder_, error);
        if (error) {
            errno = error.value();
            return disk_failure("making the folder");
        }
        if (::access(folder_.c_str(), W_OK | X_OK) != 0)
            return disk_failure("looking at the folder");
        return {};
    }

    Duration longest_send() const override { return 5s; }
    std::string_view name() const override { return "spool"; }

private:
    std::string folder_;
};

} // namespace

std::unique_ptr<MailTransport> make_spool_transport(std::string folder)
{
    return std::make_unique<SpoolTransport>(std::move(folder));
}

} // namespace gatehouse::outbound
