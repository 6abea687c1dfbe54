// The rule for setting a password.
#include "protocols/password_text/password_rule.h"

#include "protocols/password_text/common_passwords_embedded.h"
#include "protocols/password_text/guessing.h"

#include <gtest/gtest.h>

namespace gatehouse::password_text {
namespace {

using namespace std::string_literals;

bool may_be_set(std::string text)
{
    return !problem_with_password(SecretString(std::move(text)));
}

std::string repeated(std::string const& text, int times)
{
    std::string all;
    while (times-- > 0)
        all += text;
    return all;
}

TEST(PasswordRule, takes_what_the_cases_take)
{
    for (auto const* const good :
         {"SecurePass123!",
          "PlainPassword123",
          "NewSecurePass123!",
          "Password123!",
          "パスワード123!",
          "correct horse battery staple",
          "aB3aB3aB",
          "kestrel-1",
          "KESTREL-1",
          "пароль12Х"})
        EXPECT_TRUE(may_be_set(good)) << good;
}

TEST(PasswordRule, names_what_is_missing)
{
    auto const problem = [](std::string text) {
        return problem_with_password(SecretString(std::move(text))).value_or("");
    };
    for (auto const& text :
         {problem("123"),
          problem(""),
          problem("abcdefgh"),
          problem("Password1"),
          problem(repeated("aB3!", 33))})
        EXPECT_TRUE(text.starts_with("password does not meet the requirements: ")) << text;
    EXPECT_NE(problem("123").find("at least 8"), std::string::npos);
    EXPECT_NE(problem(repeated("aB3!", 33)).find("at most 128"), std::string::npos);
    EXPECT_NE(problem("abcdefgh").find("three of"), std::string::npos);
    EXPECT_NE(problem("Password1").find("most common"), std::string::npos);
}

TEST(PasswordRule, counts_code_points_and_not_bytes)
{
    EXPECT_FALSE(may_be_set("aB3!xyz"));
    EXPECT_TRUE(may_be_set("aB3!xyzw"));
    EXPECT_FALSE(may_be_set("aB3\U0001f600\U0001f600")); // 11 bytes
    EXPECT_TRUE(may_be_set("aB3" + repeated("\U0001f600", 125)));
    EXPECT_FALSE(may_be_set("aB3" + repeated("\U0001f600", 126)));
    EXPECT_TRUE(may_be_set(repeated("\U0001f600\U0001f98a", 32))
    ); // ASVS 6.2.9: 64 characters of four bytes
    EXPECT_TRUE(may_be_set(repeated("aB3!", 32)));
    EXPECT_FALSE(may_be_set(repeated("aB3!", 32) + "x"));
    EXPECT_FALSE(may_be_set(std::string(1'000'000, 'a')));
}

TEST(PasswordRule, knows_five_kinds_in_every_script)
{
    EXPECT_FALSE(may_be_set("abcdefgh1")); // two
    EXPECT_FALSE(may_be_set("ABCDEFGH!")); // two
    EXPECT_FALSE(may_be_set("12345678!")); // two
    EXPECT_FALSE(may_be_set("äöüßäöüß1")); // lower case too
    EXPECT_TRUE(may_be_set("äöüßÄÖÜ1"));
    EXPECT_TRUE(may_be_set("密码密码密码1!")); // caseless, digit, other
    EXPECT_FALSE(may_be_set("密码密码密码密码")); // one
    EXPECT_TRUE(may_be_set("密码abcdeA"));
    EXPECT_TRUE(may_be_set("abcdeFG٣")); // an Arabic digit
    EXPECT_TRUE(may_be_set("abcdefG ")); // a blank is another character
    EXPECT_TRUE(may_be_set("abcdeF\0G"s)); // and so is NUL
}

TEST(PasswordRule, length_makes_up_for_kinds)
{
    EXPECT_FALSE(may_be_set("abcdefghijklmno")); // 15
    EXPECT_TRUE(may_be_set("ponmlkjihgfedcba")); // 16
    EXPECT_TRUE(may_be_set("été à la campagne"));
    EXPECT_TRUE(may_be_set("äöüäöüßßéèáàíìóò"));
}

TEST(PasswordRule, common_ones_are_refused_in_any_case_and_nothing_is_stripped)
{
    EXPECT_FALSE(may_be_set("Password1!"));
    EXPECT_FALSE(may_be_set("PASSWORD1!"));
    EXPECT_FALSE(may_be_set("P@ssw0rd"));
    EXPECT_FALSE(may_be_set("Qwerty123"));
    EXPECT_FALSE(may_be_set("abcdefghijklmnop")); // long and common
    EXPECT_FALSE(may_be_set("1234567890123456"));
    EXPECT_TRUE(may_be_set(" Password1!"));
    EXPECT_TRUE(may_be_set("Password1! "));
}

TEST(PasswordRule, short_ones_that_are_guessed_at_once_are_refused_though_no_list_has_them)
{
    for (auto const* password : {"Passw0rd!!", "pa55w0rD", "P@$$w0rd!"})
        EXPECT_TRUE(is_guessed_at_once(password)) << password;
    // What D-39 and the cases let pass, and what only looks like one of them.
    for (auto const* password :
         {"PlainPassword123",
          "SecurePass123!",
          "Password123!",
          "NewSecurePass123!",
          "パスワード123!"}) {
        EXPECT_FALSE(is_guessed_at_once(password)) << password;
        EXPECT_TRUE(may_be_set(password)) << password;
    }
    EXPECT_FALSE(is_guessed_at_once("Passw0rd\0 and the rest of it"s));
    EXPECT_FALSE(is_guessed_at_once(repeated("Aa1!", 1000))); // the first piece is enough
}

TEST(PasswordRule, length_does_not_make_up_for_what_is_guessed_at_once)
{
    for (auto const& password :
         {repeated("a", 16),
          repeated("a", 128),
          repeated("é", 16),
          repeated("\U0001f600", 64),
          repeated(" ", 20),
          "passwordpassword1"s,
          repeated("password", 12)})
        EXPECT_FALSE(may_be_set(password)) << password;
    EXPECT_TRUE(may_be_set(repeated("a", 100) + "kestrel over the moor")); // the whole is judged
    EXPECT_TRUE(may_be_set(repeated("password", 12) + "kestrel over the moor"));
}

TEST(PasswordRule, what_everybody_knows_of_the_person_is_guessed_at_once)
{
    std::vector<std::string> const known{
        "Ann.Example@corp.test", "Ánna Kestrel", "Acme Widgets & Sons", ""
    };
    auto const may = [&](std::string text) {
        return !problem_with_password(SecretString(std::move(text)), known);
    };
    for (auto const* const mine :
         {"ann.example@corp.test",
          "ANN.EXAMPLE@CORP.TEST",
          "ann.example12345",
          "annexample123456",
          "acmewidgetssons1",
          "acme widgets & sons",
          "Gatehouse1!"}) {
        EXPECT_FALSE(may(mine)) << mine;
    }
    for (auto const* const other :
         {"SecurePass123!", "Password123!", "PlainPassword123", "kestrel-over-moor-7"})
        EXPECT_TRUE(may(other)) << other;
    EXPECT_TRUE(may_be_set("annexample123456")) << "of somebody else";
    EXPECT_TRUE(may_be_set("ann.example@corp.test"));
    std::vector<std::string> const very_much(10'000, std::string(10'000, 'x'));
    EXPECT_FALSE(problem_with_password(SecretString("Another-Horse-8"), very_much));
}

TEST(PasswordRule, a_replacement_is_another_one)
{
    SecretString const current("Correct horse 7");
    EXPECT_TRUE(problem_with_replacement(SecretString("Correct horse 7"), current));
    EXPECT_FALSE(problem_with_replacement(SecretString("correct horse 7X"), current));
    EXPECT_TRUE(problem_with_replacement(SecretString("123"), current));
}

TEST(PasswordRule, the_list_is_whole_and_holds_no_stray_lines)
{
    auto const files = embedded_common_passwords();
    ASSERT_EQ(files.size(), 1U);
    auto text = files[0].text;
    int lines = 0;
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() + 1);
        if (line.starts_with("# "))
            continue;
        ++lines;
        EXPECT_GE(line.size(), 8U) << line;
        EXPECT_EQ(line.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ \r\t"), std::string_view::npos)
            << line;
        EXPECT_FALSE(may_be_set(std::string(line))) << line;
    }
    EXPECT_GT(lines, 5'000);
}

} // namespace
} // namespace gatehouse::password_text
