// One file after the other.
#include "sealing/file_digests.h"

#include <utility>

namespace gatehouse::sealing {
namespace {

std::map<std::string, std::string> digests_of(Bundle& bundle, std::string const& but)
{
    std::map<std::string, std::string> digests;
    for (auto const& name : bundle.names()) {
        auto const file = name == but ? nullptr : bundle.open(name);
        if (!file)
            continue;
        crypto::RunningSha256 digest;
        for (auto piece = file->read(); !piece.empty(); piece = file->read())
            digest.add(piece);
        digests[name] = digest.hex();
    }
    return digests;
}

} // namespace

FileDigests::FileDigests(Bundle& bundle, std::string but)
    : coming_(std::async(std::launch::async, [&bundle, but = std::move(but)] {
        return digests_of(bundle, but);
    }))
{
}

std::map<std::string, std::string> const& FileDigests::all()
{
    if (!all_)
        all_ = coming_.get();
    return *all_;
}

} // namespace gatehouse::sealing
