// SHA-256 of the files of a bundle: of one while somebody reads it, of the others meanwhile.
#pragma once

#include "crypto/running_digest.h"
#include "sealing/bundle_files.h"

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::sealing {

// Passes on what it reads, and knows the digest of it.
class DigestedFile final : public BundleFile {
public:
    DigestedFile(std::unique_ptr<BundleFile> file, crypto::RunningSha256& digest)
        : file_(std::move(file))
        , digest_(digest)
    {
    }
    std::string_view read() override
    {
        auto const piece = file_->read();
        digest_.add(piece);
        return piece;
    }

private:
    std::unique_ptr<BundleFile> file_;
    crypto::RunningSha256& digest_; // outlives it
};

// Of every file but one, on a thread of its own. The bundle must outlive it.
class FileDigests {
public:
    FileDigests(Bundle& bundle, std::string but);

    // Waits for the thread the first time, and throws what it met.
    std::map<std::string, std::string> const& all();

private:
    std::future<std::map<std::string, std::string>> coming_;
    std::optional<std::map<std::string, std::string>> all_;
};

} // namespace gatehouse::sealing
