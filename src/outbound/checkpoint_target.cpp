// Writing checkpoints to files, and posting them.
#include "outbound/checkpoint_target.h"

#include "crypto/digest.h"
#include "outbound/checkpoint_webhook.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace gatehouse::outbound {
namespace {

[[noreturn]] void fail(std::string const& path)
{
    throw std::runtime_error(
        path + ": " + std::error_code(errno, std::system_category()).message()
    );
}

class Descriptor {
public:
    Descriptor(std::string path, int flags)
        : path_(std::move(path))
        , descriptor_(::open(path_.c_str(), flags | O_CLOEXEC, 0600))
    {
        if (descriptor_ < 0)
            fail(path_);
    }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor() { ::close(descriptor_); } // what was written was synced before

    void write(std::string_view text) const
    {
        while (!text.empty()) {
            auto const written = ::write(descriptor_, text.data(), text.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                fail(path_);
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        sync();
    }
    void sync() const
    {
        if (::fsync(descriptor_) != 0)
            fail(path_);
    }

private:
    std::string path_;
    int descriptor_;
};

class AppendedFile final : public CheckpointTarget {
public:
    explicit AppendedFile(std::string path)
        : path_(std::move(path))
    {
    }
    void write(std::string const& lines, Instant) override
    {
        Descriptor const file(path_, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW);
        file.write(lines);
    }
    std::string_view name() const override { return "file"; }

private:
    std::string path_;
};

class FileEachTime final : public CheckpointTarget {
public:
    explicit FileEachTime(std::string path)
        : path_(std::move(path))
    {
    }
    void write(std::string const& lines, Instant now) override
    {
        auto const name = fmt::format("{}-{}", now.milliseconds(), crypto::sha256_hex(lines));
        auto const unfinished = fmt::format("{}/.{}.part", path_, name);
        auto const finished = fmt::format("{}/{}.jsonl", path_, name);
        {
            Descriptor const file(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
            file.write(lines);
        }
        if (::rename(unfinished.c_str(), finished.c_str()) != 0)
            fail(finished);
        Descriptor const folder(path_, O_RDONLY | O_DIRECTORY);
        folder.sync();
    }
    std::string_view name() const override { return "directory"; }

private:
    std::string path_;
};

} // namespace

std::expected<std::unique_ptr<CheckpointTarget>, std::string>
make_checkpoint_target(std::string_view setting)
{
    constexpr std::string_view file = "file:";
    constexpr std::string_view directory = "dir:";
    if (setting.starts_with(file) && setting.size() > file.size())
        return std::make_unique<AppendedFile>(std::string(setting.substr(file.size())));
    if (setting.starts_with(directory) && setting.size() > directory.size())
        return std::make_unique<FileEachTime>(std::string(setting.substr(directory.size())));
    if (setting.starts_with("https://") || setting.starts_with("http://"))
        return make_checkpoint_webhook(std::string(setting));
    return std::unexpected("must be file:PATH, dir:PATH or https://…");
}

} // namespace gatehouse::outbound
