// ZIP archives of whatever origin, read one file after the other and never whole.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::zip_files {

// One file of an archive, unpacked as it is read.
class ZipEntry {
public:
    virtual ~ZipEntry() = default;
    // Up to a few hundred kilobytes, good until the next call; empty: the end. What comes before
    // a byte that cannot be unpacked is given first; then it throws std::runtime_error. The CRC is
    // not compared where the file is deflated or stored: whoever reads knows its SHA-256.
    virtual std::string_view read() = 0;
};

// Throws std::runtime_error for what is no archive. Its entries stand by themselves, and may be
// read by several threads at once; the reader itself may not.
class ZipReader {
public:
    explicit ZipReader(std::string path);
    ZipReader(ZipReader const&) = delete;
    ZipReader& operator=(ZipReader const&) = delete;
    ~ZipReader();

    std::vector<std::string> names() const; // of files, as often as they are there; no folders
    // The first file of this name; null: there is none.
    std::unique_ptr<ZipEntry> open(std::string const& name) const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace gatehouse::zip_files
