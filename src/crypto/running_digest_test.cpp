// A text in pieces has the digest of the whole.
#include "crypto/running_digest.h"

#include "crypto/digest.h"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

TEST(RunningDigest, InPiecesAsInOne)
{
    RunningSha256 running;
    EXPECT_EQ(running.hex(), sha256_hex(""));
    std::string whole;
    for (int each = 0; each < 1000; ++each) {
        auto const piece
            = std::string(static_cast<std::size_t>(each % 7), 'x') + std::to_string(each);
        running.add(piece);
        whole += piece;
    }
    auto moved = std::move(running);
    EXPECT_EQ(moved.hex(), sha256_hex(whole));
    moved.add("abc");
    EXPECT_EQ(moved.hex(), sha256_hex("abc"));
}

} // namespace
} // namespace gatehouse::crypto
