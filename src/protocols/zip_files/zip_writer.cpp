// Writing through libarchive: deflated entries of unknown length, Zip64 where they grow long.
#include "protocols/zip_files/zip_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gatehouse::zip_files {
namespace {

// Evidence compresses to a tenth at the lowest level already, and each higher one takes twice as
// long.
constexpr char const* options = "zip:compression=deflate,zip:compression-level=1";

bool is_plain(std::string_view path)
{
    bool const has_odd_letter = std::ranges::any_of(path, [](char letter) {
        return letter <= ' ' || letter > '~' || letter == '\\';
    });
    return !path.empty() && !has_odd_letter && path.front() != '/' && path.back() != '/'
        && path.find("..") == std::string_view::npos;
}

} // namespace

struct ZipWriter::Inside {
    Inside()
        : handle(archive_write_new())
    {
        if (!handle)
            throw std::runtime_error("no memory for an archive");
    }
    Inside(Inside const&) = delete;
    Inside& operator=(Inside const&) = delete;
    ~Inside()
    {
        // Freeing what was given up writes its end, to nobody: failing it first would leak what the
        // library holds of the entry.
        is_given_up = !is_ended;
        archive_write_free(handle);
    }

    void require(int result, char const* step) const
    {
        if (result == ARCHIVE_OK)
            return;
        char const* const why = archive_error_string(handle);
        throw std::runtime_error(std::string(step) + ": " + (why ? why : "no reason given"));
    }

    static la_ssize_t write(archive*, void* inside, void const* bytes, std::size_t length)
    {
        auto& into = *static_cast<Inside*>(inside);
        if (!into.is_given_up)
            into.made.append(static_cast<char const*>(bytes), length);
        return static_cast<la_ssize_t>(length);
    }

    archive* handle;
    std::string made;
    Instant made_at;
    bool is_ended = false;
    bool is_given_up = false;
};

ZipWriter::ZipWriter(Instant made_at)
    : inside_(std::make_unique<Inside>())
{
    inside_->made_at = made_at;
    auto* const handle = inside_->handle;
    inside_->require(archive_write_set_format_zip(handle), "choosing the format");
    inside_->require(archive_write_set_options(handle, options), "choosing the compression");
    // No padding, and what is written comes out at once.
    inside_->require(archive_write_set_bytes_per_block(handle, 0), "choosing no blocks");
    inside_->require(
        archive_write_open(handle, inside_.get(), nullptr, Inside::write, nullptr),
        "opening an archive"
    );
}

ZipWriter::~ZipWriter() = default;

void ZipWriter::begin(std::string_view path)
{
    if (!is_plain(path))
        throw std::invalid_argument("no path for an entry: " + std::string(path));
    struct Free {
        void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
    };
    std::unique_ptr<archive_entry, Free> const entry(archive_entry_new());
    if (!entry)
        throw std::runtime_error("no memory for an entry");
    archive_entry_set_pathname(entry.get(), std::string(path).c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), inside_->made_at.seconds(), 0);
    inside_->require(archive_write_header(inside_->handle, entry.get()), "beginning an entry");
}

void ZipWriter::add(std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const taken = archive_write_data(inside_->handle, bytes.data(), bytes.size());
        if (taken <= 0)
            inside_->require(ARCHIVE_FATAL, "writing an entry");
        bytes.remove_prefix(static_cast<std::size_t>(taken));
    }
}

void ZipWriter::end()
{
    inside_->require(archive_write_close(inside_->handle), "ending an archive");
    inside_->is_ended = true;
}

std::string ZipWriter::take()
{
    return std::exchange(inside_->made, std::string());
}

} // namespace gatehouse::zip_files
