// The files of a bundle, in a directory or in a ZIP, read one after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::sealing {

class BundleFile {
public:
    virtual ~BundleFile() = default;
    // Up to a few hundred kilobytes, good until the next call; empty: the end. Throws
    // std::runtime_error where it cannot be read, as after a changed byte in a compressed file.
    virtual std::string_view read() = 0;
};

// Asked by several threads at once.
class Bundle {
public:
    virtual ~Bundle() = default;
    virtual std::vector<std::string> names() = 0; // of all files
    virtual std::unique_ptr<BundleFile> open(std::string const& name) = 0; // null: not there
};

// Throws std::runtime_error where it is neither.
std::unique_ptr<Bundle> open_bundle(std::string const& path);

// A file of moderate size as a whole; nothing where it is not there or too large.
std::optional<std::string> read_whole(Bundle& bundle, std::string const& name);

// Lines without their line feed; each is good until the next call.
class Lines {
public:
    explicit Lines(std::unique_ptr<BundleFile> file)
        : file_(std::move(file))
    {
    }
    std::optional<std::string_view> next();
    // The last line had no line feed, or one was too long to be any.
    bool broken() const { return broken_; }

private:
    std::unique_ptr<BundleFile> file_;
    std::string kept_; // the beginning of a line whose end has not come
    std::string whole_; // a line of several pieces
    std::string_view piece_;
    bool broken_ = false;
};

} // namespace gatehouse::sealing
