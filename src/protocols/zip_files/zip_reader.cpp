// libzip finds the files, ISA-L unpacks what is deflated: it takes two thirds of zlib's time.
#include "protocols/zip_files/zip_reader.h"

#include <isa-l/igzip_lib.h>
#include <zip.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace gatehouse::zip_files {
namespace {

constexpr std::size_t piece_size = 256 * 1024;

struct Close {
    void operator()(zip_t* archive) const noexcept { zip_discard(archive); } // nothing is written
    void operator()(zip_file_t* file) const noexcept { zip_fclose(file); }
};
using Archive = std::shared_ptr<zip_t>;
using File = std::unique_ptr<zip_file_t, Close>;

Archive open_archive(std::string const& path)
{
    int code = 0;
    auto* const opened = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (opened)
        return {opened, Close()};
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string const cause = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw std::runtime_error(path + ": " + cause);
}

zip_stat_t entry_at(zip_t* archive, zip_uint64_t index)
{
    zip_stat_t entry;
    constexpr zip_uint64_t needed
        = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive, index, ZIP_FL_ENC_RAW, &entry) != 0)
        throw std::runtime_error(zip_strerror(archive));
    if ((entry.valid & needed) != needed)
        throw std::runtime_error(
            "the archive says too little of its file " + std::to_string(index)
        );
    return entry;
}

// Of the bytes as they lie in the archive, or as libzip unpacks them.
class Plain final : public ZipEntry {
public:
    Plain(Archive archive, File file, zip_stat_t const& entry)
        : archive_(std::move(archive))
        , file_(std::move(file))
        , name_(entry.name)
        , left_(entry.size)
    {
    }
    std::string_view read() override
    {
        auto const got = zip_fread(file_.get(), buffer_.data(), buffer_.size());
        if (got < 0)
            throw std::runtime_error(name_ + ": " + zip_file_strerror(file_.get()));
        auto const size = static_cast<std::size_t>(got);
        if (size > left_ || (size == 0 && left_ > 0))
            throw std::runtime_error(name_ + " is not as long as the archive says");
        left_ -= size;
        return {buffer_.data(), size};
    }

private:
    Archive archive_;
    File file_;
    std::string name_;
    zip_uint64_t left_;
    std::string buffer_ = std::string(piece_size, '\0');
};

class Deflated final : public ZipEntry {
public:
    Deflated(Archive archive, File file, zip_stat_t const& entry)
        : archive_(std::move(archive))
        , file_(std::move(file))
        , name_(entry.name)
        , size_(entry.size)
    {
        isal_inflate_init(state_.get());
    }
    std::string_view read() override
    {
        if (wrong_)
            throw std::runtime_error(name_ + ": " + wrong_);
        state_->next_out = unpacked_.data();
        state_->avail_out = static_cast<std::uint32_t>(unpacked_.size());
        while (state_->avail_out > 0 && !wrong_ && !ended())
            unpack();
        auto const size = unpacked_.size() - state_->avail_out;
        given_ += size;
        if (!wrong_ && (given_ > size_ || (ended() && given_ != size_)))
            wrong_ = "it is not as long as the archive says";
        if (size == 0 && wrong_)
            return read(); // throws
        return {reinterpret_cast<char const*>(unpacked_.data()), size};
    }

private:
    bool ended() const
    {
        // What did not fit is kept inside.
        return state_->block_state == ISAL_BLOCK_FINISH
            && state_->tmp_out_valid == state_->tmp_out_processed;
    }
    void unpack()
    {
        if (state_->avail_in == 0)
            fetch();
        if (!wrong_ && isal_inflate(state_.get()) != ISAL_DECOMP_OK)
            wrong_ = "what is packed there cannot be unpacked";
    }
    void fetch()
    {
        auto const got = zip_fread(file_.get(), packed_.data(), packed_.size());
        if (got < 0)
            wrong_ = "it cannot be read";
        else if (got == 0 && was_last_)
            wrong_ = "it ends before its end";
        was_last_ = got == 0; // some more may come of what is inside
        state_->next_in = packed_.data();
        state_->avail_in = got > 0 ? static_cast<std::uint32_t>(got) : 0;
    }

    Archive archive_;
    File file_;
    std::string name_;
    zip_uint64_t size_;
    zip_uint64_t given_ = 0;
    bool was_last_ = false;
    char const* wrong_ = nullptr;
    std::unique_ptr<inflate_state> state_ = std::make_unique<inflate_state>();
    std::array<std::uint8_t, piece_size> packed_;
    std::array<std::uint8_t, piece_size> unpacked_;
};

} // namespace

struct ZipReader::Inside {
    std::string path;
    Archive archive;
};

ZipReader::ZipReader(std::string path)
    : inside_(std::make_unique<Inside>())
{
    inside_->archive = open_archive(path);
    inside_->path = std::move(path);
}

ZipReader::~ZipReader() = default;

std::vector<std::string> ZipReader::names() const
{
    auto* const archive = inside_->archive.get();
    auto const count = static_cast<zip_uint64_t>(zip_get_num_entries(archive, 0));
    std::vector<std::string> names;
    for (zip_uint64_t index = 0; index < count; ++index) {
        std::string name = entry_at(archive, index).name;
        if (!name.ends_with('/'))
            names.push_back(std::move(name));
    }
    return names;
}

std::unique_ptr<ZipEntry> ZipReader::open(std::string const& name) const
{
    auto archive = open_archive(inside_->path); // one each: libzip serves one thread at a time
    auto const found = zip_name_locate(archive.get(), name.c_str(), ZIP_FL_ENC_RAW);
    if (found < 0)
        return nullptr;
    auto const index = static_cast<zip_uint64_t>(found);
    auto const entry = entry_at(archive.get(), index);
    if (entry.encryption_method != ZIP_EM_NONE)
        throw std::runtime_error(name + " is encrypted");
    bool const is_deflated = entry.comp_method == ZIP_CM_DEFLATE;
    bool const as_it_lies = is_deflated || entry.comp_method == ZIP_CM_STORE;
    File file(zip_fopen_index(archive.get(), index, as_it_lies ? ZIP_FL_COMPRESSED : 0));
    if (!file)
        throw std::runtime_error(name + ": " + zip_strerror(archive.get()));
    if (is_deflated)
        return std::make_unique<Deflated>(std::move(archive), std::move(file), entry);
    return std::make_unique<Plain>(std::move(archive), std::move(file), entry);
}

} // namespace gatehouse::zip_files
