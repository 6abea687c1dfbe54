// Reading directories, and ZIPs through libarchive.
#include "sealing/bundle_files.h"

#include <archive.h>
#include <archive_entry.h>

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

struct Closing {
    void operator()(archive* held) const noexcept { archive_read_free(held); }
};
using Archive = std::unique_ptr<archive, Closing>;

[[noreturn]] void fail(archive* held, std::string const& what)
{
    auto const* const cause = archive_error_string(held);
    throw std::runtime_error(what + ": " + (cause ? cause : "it is no ZIP"));
}

Archive open_archive(std::string const& path)
{
    Archive held(archive_read_new());
    if (!held)
        throw std::bad_alloc();
    // What a file holds is proven by the digests of the manifest and of the chain: its CRC
    // would take its time and say less.
    if (archive_read_support_format_zip(held.get()) != ARCHIVE_OK
        || archive_read_set_format_option(held.get(), "zip", "ignorecrc32", "1") != ARCHIVE_OK
        || archive_read_open_filename(held.get(), path.c_str(), piece_size) != ARCHIVE_OK)
        fail(held.get(), path);
    return held;
}

// False at the end.
bool next_entry(archive* held, archive_entry*& entry, std::string const& path)
{
    auto const result = archive_read_next_header(held, &entry);
    if (result == ARCHIVE_EOF)
        return false;
    if (result != ARCHIVE_OK)
        fail(held, path);
    return true;
}

std::string name_of(archive_entry* entry)
{
    auto const* const name = archive_entry_pathname(entry);
    return name ? name : "";
}

class ZipFile final : public BundleFile {
public:
    ZipFile(Archive held, std::string name)
        : archive_(std::move(held))
        , name_(std::move(name))
    {
    }
    std::string_view read() override
    {
        auto const size = archive_read_data(archive_.get(), buffer_.data(), buffer_.size());
        if (size < 0)
            fail(archive_.get(), name_);
        return {buffer_.data(), static_cast<std::size_t>(size)};
    }

private:
    Archive archive_;
    std::string name_;
    std::string buffer_ = std::string(piece_size, '\0');
};

class Zip final : public Bundle {
public:
    explicit Zip(std::string path)
        : path_(std::move(path))
    {
    }
    std::vector<std::string> names() override
    {
        std::vector<std::string> names;
        auto const held = open_archive(path_);
        archive_entry* entry = nullptr;
        while (next_entry(held.get(), entry, path_))
            if (!name_of(entry).ends_with('/'))
                names.push_back(name_of(entry));
        return names;
    }
    std::unique_ptr<BundleFile> open(std::string const& name) override
    {
        auto held = open_archive(path_);
        archive_entry* entry = nullptr;
        while (next_entry(held.get(), entry, path_))
            if (name_of(entry) == name)
                return std::make_unique<ZipFile>(std::move(held), name);
        return nullptr;
    }

private:
    std::string path_;
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
