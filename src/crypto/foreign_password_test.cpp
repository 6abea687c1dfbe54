// Hashes of other programs: each form that an import may bring, and what must not be believed.
#include "crypto/foreign_password.h"

#include "crypto/foreign_recipe.h"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

using namespace std::string_literals;

// Made with Python's hashlib and crypt modules for the password `secret`.
std::string const of_secret[] = {
    "pbkdf2_sha256$1000$somesalt$vqJqygf2tor+2oXl6lWino6yb6bhsvOKyvQv/Gi94uE=",
    "pbkdf2_sha1$1000$somesalt$0ze7xSNAQ724vHmHe8LFvrXd8zQ=",
    ("$pbkdf2-sha512$1000$AAECAwQFBgcICQoLDA0ODw$8ltlLe5cI6KNrWOmMFkTi2iE7fEXJKJJR9lhjd/"
     "xSn68.xOqzv2h20C4IDv/enqlx8f6AaRHE.6XnvHKXKhAjA"),
    "$pbkdf2$1000$AAECAwQFBgcICQoLDA0ODw$sFSyXPFcXgkxACFLfL2dSbbhY6k",
    "$pbkdf2-sha256$i=1000,l=32$AAECAwQFBgcICQoLDA0ODw$Tvsru20utY6o3q7VRBeuL9h/1QqKhWhwk2PaYNRWBgY",
    "pbkdf2:sha256:1000$somesalt$bea26aca07f6b68afeda85e5ea55a29e8eb26fa6e1b2f38acaf42ffc68bde2e1",
    ("scrypt:1024:8:1$somesalt$"
     "81477125547e55f439b40815aa82dc6f3a2d7fab0fd4ab2d9e958fe79b64b5a9f8b8c29"
     "24954332e1dca25417f9f0a604bb537e2859e7649bcfcfea93f5bf00a"),
    "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$Mdc/jTCPy+uU8aSLbM+FGBQC/AXSzfWCsAUkF/VYCgk",
    ("000102030405060708090a0b0c0d0e0f:"
     "a18c4fe0d95b429c6771147cdd5d4549802e318063942da82b19d86c02fcbd97"
     "16dbf2b656c393584d4ea4f42ad239dcce3f447491c4c7d7ce6f30aaa9282b43"),
    "{SSHA}cqVbhtveg6UlUYb4hGPrp7XYoikAAQIDBAUGBw==",
    "{SSHA256}lAejl/Of0h/+J/b6px7T8LLPd/QxmtSbDDvk8djjRJEAAQIDBAUGBw==",
    ("{SSHA512}sA0uxvTZmjjgeqepQzW+"
     "3VNsblhqzltje58zvmzlAr0V6DwpiazN2VxnSFYthOpYDzqKXnv8rNmIQMOVX9alQgAB"
     "AgMEBQYH"),
    "$5$somesalt$BY2M0Tw/b.yijagFoMZoeHEQSuk9iqvGNX/dBDdRp8A",
    ("$6$somesalt$JX0Uhce8rLRHbaqoSQDYsnTxsqcjCNNcrl79ieTwPGzEhxBEeJcsgDUWIOwc3sDvZN34ZJBWQep7."
     "lcAuSesy/"),
    "$5$rounds=1000$somesalt$yOZ/e/lK/U6yoemxujPbSVswztNBAblJ7B7g.IW2v0.",
    ("$6$rounds=1500$saltsaltsaltsalt$/"
     "bLK13RMbB3vYsSVWZZYNDGszbUzwdGNBVc.BRcbtYXccbTCfjSTF9FJX76ZuNsf5o"
     "Gjaue9LrqckcEFKqM1Q1"),
};

TEST(ForeignPassword, every_form_matches_its_password_alone)
{
    for (auto const& hash : of_secret) {
        EXPECT_EQ(verify_foreign("secret", hash), true) << hash;
        for (auto const& other : {"Secret"s, "secret "s, ""s, "secret\0"s, std::string(1024, 'a')})
            EXPECT_EQ(verify_foreign(other, hash), false) << hash << " " << other;
    }
}

TEST(ForeignPassword, a_cut_or_changed_hash_never_matches)
{
    for (auto const& hash : of_secret) {
        for (std::size_t size = 0; size < hash.size(); size += 3)
            EXPECT_NE(verify_foreign("secret", hash.substr(0, size)), true) << hash.substr(0, size);
        for (auto const at : {hash.size() - 12, hash.size() - 5}) {
            auto changed = hash;
            changed[at] = changed[at] == 'b' ? 'c' : 'b';
            EXPECT_NE(verify_foreign("secret", changed), true) << changed;
        }
        for (auto const& odd :
             {hash + "x", hash + "\n", " " + hash, hash + "\0"s, hash + "$", "$" + hash})
            EXPECT_NE(verify_foreign("secret", odd), true) << odd;
    }
}

TEST(ForeignPassword, what_would_cost_too_much_is_not_computed)
{
    auto const key = "$AAECAwQFBgcICQoLDA0ODw$Mdc/jTCPy+uU8aSLbM+FGBQC/AXSzfWCsAUkF/VYCgk"s;
    auto const hex = "$somesalt$bea26aca07f6b68afeda85e5ea55a29e8eb26fa6e1b2f38acaf42ffc68bde2e1"s;
    for (auto const& hash :
         {"$scrypt$ln=30,r=8,p=1" + key,
          "$scrypt$ln=31,r=8,p=1" + key,
          "$scrypt$ln=18446744073709551616,r=8,p=1" + key,
          "$scrypt$ln=16,r=1025,p=1" + key,
          "$scrypt$ln=16,r=8,p=1024" + key,
          "$scrypt$ln=0,r=8,p=1" + key,
          "$scrypt$ln=10,r=0,p=1" + key,
          "$scrypt$ln=10,r=8,p=0" + key,
          "scrypt:1000:8:1" + hex, // no power of two
          "scrypt:18446744073709551615:8:1" + hex,
          "pbkdf2:sha256:0" + hex,
          "pbkdf2:sha256:2000001" + hex,
          "pbkdf2:sha256:-1" + hex,
          "pbkdf2:md5:1000" + hex,
          "pbkdf2::1000" + hex,
          "$6$rounds=999999999$somesalt$" + std::string(86, 'a'),
          "$6$rounds=1$somesalt$" + std::string(86, 'a'),
          "$6$" + std::string(17, 'a') + "$" + std::string(86, 'a')})
        EXPECT_EQ(verify_foreign("secret", hash), std::nullopt) << hash;
}

TEST(ForeignPassword, unsalted_and_clear_forms_are_not_believed)
{
    for (auto const& hash :
         {"secret"s,
          ""s,
          "{SSHA}"s,
          "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ="s, // no salt behind the digest
          "{CLEARTEXT}secret"s,
          "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="s,
          "5ebe2294ecd0e0f08eab7690d2a6ee69"s,
          "$1$salt$qJH7.N4xYta3aEG/dfqo/0"s,
          "$pbkdf2-sha256$1000$$"s,
          "$pbkdf2-sha256$1000$AAAA$AAAA"s, // a result of three bytes
          "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"s,
          std::string(100'000, '$')})
        EXPECT_EQ(verify_foreign("secret", hash), std::nullopt) << hash.substr(0, 80);
}

} // namespace
} // namespace gatehouse::crypto
