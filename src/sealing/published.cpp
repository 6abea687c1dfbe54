// Reading published lines, and comparing.
#include "sealing/published.h"

#include "sealing/bundle_files.h"
#include "sealing/lines.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace gatehouse::sealing {
namespace {
namespace files = std::filesystem;

std::vector<PublishedHead> const none;

void read_file(Published& into, files::path const& path, KnownKeys const& keys)
{
    auto const folder = open_bundle(path.parent_path().empty() ? "." : path.parent_path().string());
    auto file = folder->open(path.filename().string());
    if (!file)
        throw std::runtime_error("cannot read " + path.string());
    Lines lines(std::move(file));
    std::int64_t number = 0;
    auto const fail = [&](std::string const& what) {
        throw std::runtime_error(path.string() + ": line " + std::to_string(number) + " " + what);
    };
    while (auto const text = lines.next()) {
        ++number;
        auto const line = parse_checkpoint(*text);
        if (!line)
            fail("is no checkpoint");
        auto const& checkpoint = line->checkpoint;
        auto const* const key = keys.find(checkpoint.kid);
        if (!key || !key->verify(domain::signed_text(checkpoint), checkpoint.signature))
            fail("is not signed by a key that is trusted");
        into[checkpoint.organization_id.text()].push_back(
            {checkpoint.chain_seq, checkpoint.head_hash}
        );
    }
    if (lines.broken())
        fail("is cut off");
}

} // namespace

Published read_published(std::string const& path, KnownKeys const& keys)
{
    Published published;
    if (files::is_directory(path)) {
        for (auto const& entry : files::directory_iterator(path))
            if (entry.path().extension() == ".jsonl")
                read_file(published, entry.path(), keys);
    } else {
        read_file(published, path, keys);
    }
    for (auto& [organization, heads] : published)
        std::ranges::sort(heads, {}, &PublishedHead::seq);
    return published;
}

PublishedCheck::PublishedCheck(
    Published const& published, std::string_view organization, std::int64_t first
)
{
    auto const found = published.find(organization);
    heads_ = found == published.end() ? &none : &found->second;
    auto const begin = std::ranges::lower_bound(*heads_, first, {}, &PublishedHead::seq);
    next_ = static_cast<std::size_t>(begin - heads_->begin());
}

Found PublishedCheck::at(std::int64_t seq, std::string_view row_hash)
{
    for (; next_ < heads_->size() && (*heads_)[next_].seq <= seq; ++next_) {
        auto const& head = (*heads_)[next_];
        if (head.seq == seq && domain::bytes_of(head.hash) != row_hash)
            return Finding{
                .seq = seq,
                .id = std::nullopt,
                .what = "another row was published here in a checkpoint"
            };
    }
    return std::nullopt;
}

Found PublishedCheck::end(std::int64_t last) const
{
    if (heads_->empty() || heads_->back().seq <= last)
        return std::nullopt;
    return Finding{
        .seq = last + 1,
        .id = std::nullopt,
        .what = "the row is missing: a checkpoint of rows up to "
            + std::to_string(heads_->back().seq) + " was published, and the tail was cut"
    };
}

} // namespace gatehouse::sealing
