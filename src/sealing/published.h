// Checkpoints that were kept outside the database, held against a chain.
#pragma once

#include "domain/ledger_chain.h"
#include "sealing/audit_keys.h"
#include "sealing/chain_check.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::sealing {

struct PublishedHead {
    std::int64_t seq = 0;
    domain::Digest hash{};
};
// By organization, in order.
using Published = std::map<std::string, std::vector<PublishedHead>, std::less<>>;

// A file of checkpoint lines, or a directory of such files. Throws std::runtime_error for what
// cannot be read, is no checkpoint, or is not signed by a key of `keys`.
Published read_published(std::string const& path, KnownKeys const& keys);

// What was published must be there, as it was.
class PublishedCheck {
public:
    // `published` must outlive it.
    PublishedCheck(Published const& published, std::string_view organization, std::int64_t first);
    Found at(std::int64_t seq, std::string_view row_hash);
    Found end(std::int64_t last) const; // the chain ends there

private:
    std::vector<PublishedHead> const* heads_;
    std::size_t next_ = 0;
};

} // namespace gatehouse::sealing
