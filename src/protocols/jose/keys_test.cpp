// JSON Web Keys, against RFC 8037.
#include "protocols/jose/keys.h"

#include "core/json.h"
#include "core/text.h"

#include <gtest/gtest.h>

namespace gatehouse::jose {
namespace {

PublicKey key_of_rfc_8037()
{
    auto const pair = crypto::Ed25519KeyPair::from_seed(
        SecretString(*from_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    );
    return {"name", pair->public_key()};
}

TEST(Jwk, is_that_of_rfc_8037)
{
    EXPECT_EQ(
        to_jwk(key_of_rfc_8037()),
        R"({"kty":"OKP","crv":"Ed25519","kid":"name","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",)"
        R"("alg":"EdDSA","use":"sig"})"
    );
    EXPECT_EQ(thumbprint(key_of_rfc_8037().key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST(Jwk, comes_back_from_its_text)
{
    auto const key = parse_jwk(to_jwk(key_of_rfc_8037()));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->kid, "name");
    EXPECT_EQ(to_jwk(*key), to_jwk(key_of_rfc_8037()));
}

TEST(Jwk, anything_else_is_no_key)
{
    auto const good = to_jwk(key_of_rfc_8037());
    auto const without = [&](std::string_view part, std::string_view instead) {
        auto text = good;
        return text.replace(text.find(part), part.size(), instead);
    };
    for (auto const& text :
         {std::string(),
          std::string("{}"),
          std::string("[]"),
          good + "x",
          without("OKP", "EC"),
          without("Ed25519", "X25519"),
          without("EdDSA", "HS256"),
          without("\"sig\"", "\"enc\""),
          without("\"name\"", "\"\""),
          without("\"name\"", "1"),
          without("URo", "UR"),
          without("URo", "URo="),
          without("URo", "URp"),
          without("\"kid\":\"name\",", "")})
        EXPECT_FALSE(parse_jwk(text)) << text;
}

TEST(Jwk, a_set_lists_the_keys)
{
    EXPECT_EQ(to_key_set({}), R"({"keys":[]})");
    auto const set = json::parse(to_key_set({key_of_rfc_8037(), key_of_rfc_8037()}));
    ASSERT_TRUE(set);
    EXPECT_EQ(set->find("keys")->array()->size(), 2U);
}

} // namespace
} // namespace gatehouse::jose
