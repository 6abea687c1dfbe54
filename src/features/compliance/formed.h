// A file while it is formed: its rows, and the digest of what they became. On a thread that may
// take its time.
#pragma once

#include "crypto/running_digest.h"
#include "features/compliance/sheet.h"

#include <string>
#include <vector>

namespace gatehouse::compliance {

struct Formed {
    Formed(Format format, std::vector<std::string> const& columns)
        : sheet(format, columns)
    {
    }
    Sheet sheet;
    crypto::RunningSha256 digest;

    // What was written since the last time, digested.
    std::string taken()
    {
        auto text = sheet.take();
        digest.add(text);
        return text;
    }
};

} // namespace gatehouse::compliance
