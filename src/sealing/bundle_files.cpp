// Reading directories, and ZIPs.
#include "sealing/bundle_files.h"

#include "protocols/zip_files/zip_reader.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace gatehouse::sealing {
namespace {
namespace files = std::filesystem;

constexpr std::size_t piece_size = 256 * 1024;
constexpr std::size_t largest_whole = 16 * 1024 * 1024;
constexpr std::size_t longest_line = 4 * 1024 * 1024;

class DirectoryFile final : public BundleFile {
public:
    explicit DirectoryFile(files::path const& path)
        : stream_(path, std::ios::binary)
        , name_(path.string())
    {
        if (!stream_)
            throw std::runtime_error("cannot read " + name_);
    }
    std::string_view read() override
    {
        stream_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        if (stream_.bad())
            throw std::runtime_error("cannot read " + name_);
        return {buffer_.data(), static_cast<std::size_t>(stream_.gcount())};
    }

private:
    std::ifstream stream_;
    std::string name_;
    std::string buffer_ = std::string(piece_size, '\0');
};

class Directory final : public Bundle {
public:
    explicit Directory(files::path path)
        : path_(std::move(path))
    {
    }
    std::vector<std::string> names() override
    {
        std::vector<std::string> names;
        for (auto const& entry : files::recursive_directory_iterator(path_))
            if (!entry.is_directory())
                names.push_back(entry.path().lexically_relative(path_).generic_string());
        return names;
    }
    std::unique_ptr<BundleFile> open(std::string const& name) override
    {
        // A manifest names files: not one outside.
        files::path const relative(name);
        bool const leads_out = relative.is_absolute()
            || relative.lexically_normal().generic_string().starts_with("..");
        if (leads_out || !files::is_regular_file(path_ / relative))
            return nullptr;
        return std::make_unique<DirectoryFile>(path_ / relative);
    }

private:
    files::path path_;
};

class ZipFile final : public BundleFile {
public:
    explicit ZipFile(std::unique_ptr<zip_files::ZipEntry> entry)
        : entry_(std::move(entry))
    {
    }
    std::string_view read() override { return entry_->read(); }

private:
    std::unique_ptr<zip_files::ZipEntry> entry_;
};

class Zip final : public Bundle {
public:
    explicit Zip(std::string path)
        : path_(std::move(path))
    {
    }
    std::vector<std::string> names() override { return zip_files::ZipReader(path_).names(); }
    std::unique_ptr<BundleFile> open(std::string const& name) override
    {
        auto entry = zip_files::ZipReader(path_).open(name);
        return entry ? std::make_unique<ZipFile>(std::move(entry)) : nullptr;
    }

private:
    std::string path_; // opened anew each time: several threads ask
};

} // namespace

std::unique_ptr<Bundle> open_bundle(std::string const& path)
{
    if (files::is_directory(path))
        return std::make_unique<Directory>(path);
    if (!files::is_regular_file(path))
        throw std::runtime_error(path + " is neither a directory nor a ZIP");
    return std::make_unique<Zip>(path);
}

std::optional<std::string> read_whole(Bundle& bundle, std::string const& name)
{
    auto const file = bundle.open(name);
    if (!file)
        return std::nullopt;
    std::string text;
    for (auto piece = file->read(); !piece.empty(); piece = file->read()) {
        text += piece;
        if (text.size() > largest_whole)
            return std::nullopt;
    }
    return text;
}

std::optional<std::string_view> Lines::next()
{
    while (true) {
        auto const end = piece_.find('\n');
        if (end != std::string_view::npos) {
            auto const head = piece_.substr(0, end);
            piece_.remove_prefix(end + 1);
            if (kept_.empty())
                return head;
            whole_ = std::exchange(kept_, {}).append(head);
            return whole_;
        }
        kept_ += piece_;
        piece_ = file_->read();
        if (piece_.empty() || kept_.size() > longest_line) {
            broken_ = !kept_.empty();
            piece_ = {};
            return std::nullopt;
        }
    }
}

} // namespace gatehouse::sealing
