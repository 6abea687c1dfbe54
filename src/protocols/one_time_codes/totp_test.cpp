// One-time codes against the vectors of their RFCs.
#include "protocols/one_time_codes/totp.h"

#include "protocols/one_time_codes/base32.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace gatehouse::one_time_codes {
namespace {

SecretString rfc_key()
{
    return SecretString("12345678901234567890");
}

std::optional<std::int64_t> accepted(
    std::int64_t step_of_code,
    std::int64_t now_step,
    std::optional<std::int64_t> last = {},
    std::int64_t second = 0
)
{
    auto const secret = to_base32(rfc_key());
    SecretString const code(code_of(rfc_key(), step_of_code));
    return accepted_step(secret, code, now_step * step_seconds + second, last);
}

// RFC 6238 appendix B, SHA-1, its eight digits cut to the last six.
TEST(OneTimeCodes, AreThoseOfRfc6238)
{
    struct Vector {
        std::int64_t at;
        char const* code;
    };
    for (auto const& vector : std::vector<Vector>{
             {59, "287082"},
             {1111111109, "081804"},
             {1111111111, "050471"},
             {1234567890, "005924"},
             {2000000000, "279037"},
             {20000000000, "353130"}
         })
        EXPECT_EQ(code_of(rfc_key(), step_at(vector.at)), vector.code) << vector.at;
}

// RFC 4226 appendix D.
TEST(OneTimeCodes, AreThoseOfRfc4226)
{
    std::vector<std::string> const wanted{
        "755224",
        "287082",
        "359152",
        "969429",
        "338314",
        "254676",
        "287922",
        "162583",
        "399871",
        "520489"
    };
    for (std::size_t step = 0; step < wanted.size(); ++step)
        EXPECT_EQ(code_of(rfc_key(), static_cast<std::int64_t>(step)), wanted[step]);
}

TEST(OneTimeCodes, ClocksMayDifferByOneStepAndNoMore)
{
    for (auto const second : {0, 29}) {
        EXPECT_EQ(accepted(998, 1000, {}, second), std::nullopt);
        EXPECT_EQ(accepted(999, 1000, {}, second), 999);
        EXPECT_EQ(accepted(1000, 1000, {}, second), 1000);
        EXPECT_EQ(accepted(1001, 1000, {}, second), 1001);
        EXPECT_EQ(accepted(1002, 1000, {}, second), std::nullopt);
    }
}

TEST(OneTimeCodes, AStepIsAcceptedOnceAndNoneBeforeIt)
{
    EXPECT_EQ(accepted(1000, 1000, 1000), std::nullopt);
    EXPECT_EQ(accepted(999, 1000, 1000), std::nullopt);
    EXPECT_EQ(accepted(1000, 1000, 999), 1000);
    EXPECT_EQ(accepted(1001, 1000, 1000), 1001);
}

TEST(OneTimeCodes, BlanksAndDashesInACodeDoNotCountAndNothingElseIsOne)
{
    auto const secret = to_base32(rfc_key());
    for (auto const* const code : {"287082", "287 082", "287-082", " 287082 "})
        EXPECT_EQ(accepted_step(secret, SecretString(code), 59, {}), 1) << code;
    for (auto const* const code :
         {"", " ", "28708", "2870820", "94287082", "28708x", "２８７０８２"})
        EXPECT_EQ(accepted_step(secret, SecretString(code), 59, {}), std::nullopt) << code;
}

TEST(OneTimeCodes, ASecretThatIsNoneIsAFaultAndNotAWrongCode)
{
    SecretString const code("287082");
    EXPECT_THROW(
        (void)accepted_step(SecretString("not base32!"), code, 59, {}), std::runtime_error
    );
    EXPECT_THROW((void)accepted_step(SecretString(""), code, 59, {}), std::runtime_error);
}

// RFC 4648 section 10.
TEST(Base32, IsThatOfRfc4648)
{
    std::vector<std::pair<std::string, std::string>> const vectors{
        {"f", "MY"},
        {"fo", "MZXQ"},
        {"foo", "MZXW6"},
        {"foob", "MZXW6YQ"},
        {"fooba", "MZXW6YTB"},
        {"foobar", "MZXW6YTBOI"}
    };
    for (auto const& [plain, coded] : vectors) {
        EXPECT_EQ(to_base32(SecretString(plain)).reveal(), coded);
        auto const back = from_base32(SecretString(coded));
        ASSERT_TRUE(back) << coded;
        EXPECT_EQ(back->reveal(), plain);
    }
    EXPECT_EQ(to_base32(SecretString("")).reveal(), "");
}

TEST(Base32, IsReadAsPeopleCopyIt)
{
    for (auto const* const text :
         {"MZXW6YTBOI======", "mzxw6ytboi", "MZXW 6YTB OI", "mzxw-6ytb-oi"}) {
        auto const back = from_base32(SecretString(text));
        ASSERT_TRUE(back) << text;
        EXPECT_EQ(back->reveal(), "foobar") << text;
    }
    for (auto const* const text : {"", "=", "A", "MZXW0", "MZXW1", "MZXW8", "MZXW6YTBOI!", "ÄÖ"})
        EXPECT_FALSE(from_base32(SecretString(text))) << text;
}

TEST(Base32, EveryByteComesBack)
{
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    for (std::size_t length = 1; length <= all.size(); ++length) {
        auto const plain = all.substr(all.size() - length);
        auto const back = from_base32(to_base32(SecretString(plain)));
        ASSERT_TRUE(back);
        EXPECT_EQ(back->reveal(), plain);
    }
}

} // namespace
} // namespace gatehouse::one_time_codes
