// Development's key file, mode 0600 (decisions D-88).
#include "app/key_file.h"

#include "core/text.h"

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace gatehouse::app {
namespace {

[[noreturn]] void cannot(std::string const& what, std::string const& path)
{
    throw BadConfiguration(
        "GATEHOUSE_KEY_DIR: cannot " + what + " " + path + ": " + std::strerror(errno)
    );
}

class File {
public:
    explicit File(int descriptor)
        : descriptor_(descriptor)
    {
    }
    File(File const&) = delete;
    File& operator=(File const&) = delete;
    ~File()
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

SecretString read_key(int descriptor, std::string const& path)
{
    struct stat status{};
    if (::fstat(descriptor, &status) != 0)
        cannot("look at", path);
    if ((status.st_mode & 077) != 0)
        throw BadConfiguration(
            "GATEHOUSE_KEY_DIR: " + path + " may be read by others; chmod 600 it"
        );
    std::array<char, 256> bytes{};
    auto const size = ::read(descriptor, bytes.data(), bytes.size());
    if (size < 0)
        cannot("read", path);
    SecretString text(std::string(bytes.data(), static_cast<std::size_t>(size)));
    wipe(bytes.data(), bytes.size());
    return text;
}

// Written beside and linked into place: a crash leaves no half key, and of two that start at once
// both end with the one that was first.
void make_key(std::string const& path, Random& random)
{
    auto const text = crypto::KeyEncryptionKey::mint(random).to_base64();
    auto const draft
        = path + "." + to_hex(random.bytes(8)); // its own: process ids repeat in containers
    {
        File const file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (file.descriptor() < 0)
            cannot("create", draft);
        auto const bytes = text.reveal();
        if (::write(file.descriptor(), bytes.data(), bytes.size())
                != static_cast<ssize_t>(bytes.size())
            || ::fsync(file.descriptor()) != 0)
            cannot("write", draft);
    }
    if (::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST)
        cannot("create", path);
    ::unlink(draft.c_str());
}

SecretString kept_key(std::string const& folder, Random& random)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw BadConfiguration(
            "GATEHOUSE_KEY_DIR: cannot create " + folder + ": " + error.message()
        );
    auto const path = folder + "/kek";
    if (!std::filesystem::exists(path))
        make_key(path, random);
    File const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.descriptor() < 0)
        cannot("open", path);
    return read_key(file.descriptor(), path);
}

} // namespace

crypto::KeyEncryptionKey load_key_encryption_key(Configuration const& configuration, Random& random)
{
    auto const text = configuration.key_encryption_key
        ? configuration.key_encryption_key->duplicate()
        : kept_key(configuration.key_dir, random);
    auto key = crypto::KeyEncryptionKey::from_base64(text);
    if (!key)
        throw BadConfiguration(
            "GATEHOUSE_KEK: must be 32 bytes in base64; make one with: openssl rand -base64 32"
        );
    if (key->is_all_zero() && configuration.domain.environment == domain::Environment::production)
        throw BadConfiguration("GATEHOUSE_KEK: is all zero; make one with: openssl rand -base64 32"
        );
    return std::move(*key);
}

} // namespace gatehouse::app
