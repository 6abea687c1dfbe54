// ZIP archives that are written from front to back, a piece at a time: nothing is ever gone back
// to, so that the first bytes may leave before the last are known.
#pragma once

#include "core/time.h"

#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::zip_files {

// Throws std::runtime_error where the archive cannot go on.
class ZipWriter {
public:
    explicit ZipWriter(Instant made_at); // the time of every entry
    ZipWriter(ZipWriter const&) = delete;
    ZipWriter& operator=(ZipWriter const&) = delete;
    ~ZipWriter();

    // `path` is ASCII, relative, with `/` between folders; throws std::invalid_argument for
    // another.
    void begin(std::string_view path); // ends the entry before
    void add(std::string_view bytes); // to the entry that was begun
    void end(); // of the archive

    std::string take(); // what may be sent by now

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace gatehouse::zip_files
