// The signatures that the RFCs print: RFC 7515 A.1 to A.3, RFC 8037 A.4, RFC 7638 3.1.
#include "core/text.h"
#include "crypto/digest.h"
#include "protocols/jose/key_pairs.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gatehouse::jose {
namespace {

using namespace std::string_literals;

// What appendix A of RFC 7515 signs throughout.
constexpr std::string_view claims
    = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

std::string bytes(std::string_view base64url)
{
    return from_base64url(base64url).value();
}

VerifyingKey key_of(std::string const& members, std::string const& algorithm)
{
    auto key
        = parse_jwk(R"({"kid":"name","use":"sig","alg":")" + algorithm + R"(",)" + members + "}");
    EXPECT_TRUE(key) << members;
    return key.value().key;
}

std::string const rsa_modulus
    = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4"
      "d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re"
      "xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX"
      "FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

TEST(RfcVectors, rfc_7515_a_1_hs256)
{
    crypto::HmacKey const key(bytes(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    ));
    auto const text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."s.append(claims);
    EXPECT_EQ(to_base64url(key.sign(text)), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(RfcVectors, rfc_7515_a_2_rs256)
{
    auto const key = key_of(R"("kty":"RSA","e":"AQAB","n":")" + rsa_modulus + "\"", "RS256");
    auto const signature = bytes(
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2F"
        "p5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQB"
        "MHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeY"
        "I2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    auto const text = "eyJhbGciOiJSUzI1NiJ9."s.append(claims);
    EXPECT_TRUE(verify(key, text, signature));
    EXPECT_FALSE(verify(key, text + "x", signature));
    EXPECT_FALSE(verify(key, text, signature.substr(1)));
    EXPECT_FALSE(verify(key, text, "\0"s + signature)); // the same number, written longer
}

TEST(RfcVectors, rfc_7515_a_3_es256)
{
    auto const key = key_of(
        R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
        R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")",
        "ES256"
    );
    auto const signature = bytes(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    auto const text = "eyJhbGciOiJFUzI1NiJ9."s.append(claims);
    EXPECT_TRUE(verify(key, text, signature));
    EXPECT_FALSE(verify(key, text + "x", signature));
}

TEST(RfcVectors, rfc_8037_a_4_eddsa)
{
    auto const pair = pair_from(
        Algorithm::eddsa, SecretString(bytes("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    );
    ASSERT_TRUE(pair);
    auto const text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"s;
    auto const signature
        = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    EXPECT_EQ(to_base64url(sign(*pair, text)), signature);
    EXPECT_TRUE(verify(public_part(*pair), text, bytes(signature)));
}

TEST(RfcVectors, rfc_7638_3_1_thumbprint)
{
    auto const modulus = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPF"
                         "FxuhDR1L6tSoc_BJECP"
                         "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_"
                         "RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY"
                         "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-"
                         "bFTWhAI4vMQFh6WeZu0f"
                         "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"s;
    auto const key = key_of(R"("kty":"RSA","e":"AQAB","n":")" + modulus + "\"", "RS256");
    EXPECT_EQ(thumbprint(key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

} // namespace
} // namespace gatehouse::jose
