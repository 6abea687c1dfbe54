// Bodies and headers survive the journey, and nothing in them can break out of its place.
#include "protocols/mail_text/encoding.h"

#include "core/text.h"

#include <gtest/gtest.h>

namespace gatehouse::mail_text {
namespace {

std::string decoded_quoted_printable(std::string_view encoded)
{
    std::string out;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded[i] != '=') {
            out += encoded[i];
        } else if (encoded.substr(i + 1, 2) == "\r\n") {
            i += 2;
        } else {
            out += from_hex(std::string(encoded.substr(i + 1, 2))).value_or("<bad>");
            i += 2;
        }
    }
    return out;
}

void expect_lines_within(std::string_view text, std::size_t longest)
{
    while (!text.empty()) {
        auto const end = text.find("\r\n");
        ASSERT_NE(end, text.npos) << "a line without CRLF";
        ASSERT_LE(end, longest);
        ASSERT_EQ(text.substr(0, end).find_first_of("\r\n"), text.npos);
        text.remove_prefix(end + 2);
    }
}

std::string repeated(std::string_view piece, int times)
{
    std::string out;
    for (int i = 0; i < times; ++i)
        out += piece;
    return out;
}

TEST(QuotedPrintable, reads_back_equal_with_crlf_line_ends)
{
    for (std::string const text :
         {"plain",
          "a = b",
          "blank at end \nand tab\t\nnext",
          "Grüße, 漢字, 🔑",
          ".\n.dot\n..",
          "",
          "\n\n\n"}) {
        auto const encoded = quoted_printable(text);
        expect_lines_within(encoded, 76);
        auto expected = text;
        for (std::size_t at = 0; (at = expected.find('\n', at)) != expected.npos; at += 2)
            expected.replace(at, 1, "\r\n");
        if (!expected.empty() && !expected.ends_with("\r\n"))
            expected += "\r\n";
        EXPECT_EQ(decoded_quoted_printable(encoded), expected) << text;
    }
}

TEST(QuotedPrintable, breaks_long_lines_softly_and_never_leaves_a_dot_in_front)
{
    for (auto const& text :
         {repeated("x", 5000),
          repeated("ü", 1000),
          repeated(".", 999),
          repeated("a.", 500),
          repeated(" ", 300),
          repeated("=", 300)}) {
        auto const encoded = quoted_printable(text);
        expect_lines_within(encoded, 76);
        EXPECT_EQ(encoded.find("\n."), encoded.npos);
        EXPECT_FALSE(encoded.starts_with('.'));
        EXPECT_EQ(decoded_quoted_printable(encoded), text + "\r\n");
    }
}

TEST(QuotedPrintable, takes_lone_cr_and_crlf_as_line_ends)
{
    EXPECT_EQ(quoted_printable("a\rb\r\nc\n"), "a\r\nb\r\nc\r\n");
}

TEST(HeaderSafety, refuses_every_control_character_and_what_is_not_utf8)
{
    EXPECT_TRUE(is_header_safe("Grüße an Ann <ann@example.com>"));
    for (int c = 0; c < 0x20; ++c)
        EXPECT_FALSE(is_header_safe("a" + std::string(1, static_cast<char>(c)) + "b")) << c;
    EXPECT_FALSE(is_header_safe("a\x7f"));
    EXPECT_FALSE(is_header_safe("a\r\nBcc: mallory@example.com"));
    EXPECT_FALSE(is_header_safe("\xc0\x8d"));
    EXPECT_FALSE(is_header_safe("\xff"));
}

TEST(UnstructuredHeader, keeps_plain_text_readable_and_folds_it)
{
    EXPECT_EQ(unstructured_header("Subject", "Password Reset"), "Subject: Password Reset\r\n");
    auto const folded = unstructured_header("Subject", repeated("word ", 40) + "end");
    expect_lines_within(folded, 78);
    std::string unfolded = folded;
    for (std::size_t at = 0; (at = unfolded.find("\r\n ", at)) != unfolded.npos;)
        unfolded.erase(at, 2);
    EXPECT_EQ(unfolded, "Subject: " + repeated("word ", 40) + "end\r\n");
}

TEST(UnstructuredHeader, encodes_what_is_not_plain_at_the_edges_of_code_points)
{
    for (auto const& value :
         {repeated("ü", 200),
          repeated("🔑", 100),
          std::string("Einladung zu Müller & Söhne"),
          repeated("x", 300),
          std::string("=?utf-8?q?fake?="),
          std::string(" blank in front"),
          std::string("two  blanks")}) {
        auto const header = unstructured_header("Subject", value);
        expect_lines_within(header, 78);
        std::string decoded;
        std::string_view rest = header;
        constexpr std::string_view start = "=?UTF-8?B?";
        while (true) {
            auto const at = rest.find(start);
            if (at == rest.npos)
                break;
            rest.remove_prefix(at + start.size());
            auto const end = rest.find("?=");
            ASSERT_LE(start.size() + end + 2, 75u); // RFC 2047 2
            auto const word = from_base64(std::string(rest.substr(0, end)));
            ASSERT_TRUE(word);
            EXPECT_TRUE(is_valid_utf8(*word));
            decoded += *word;
        }
        EXPECT_EQ(decoded, value);
    }
}

TEST(MailboxHeader, quotes_names_so_that_they_stay_names)
{
    EXPECT_EQ(mailbox_header("To", "", "ann@example.com"), "To: <ann@example.com>\r\n");
    EXPECT_EQ(
        mailbox_header("To", "Ann", "ann@example.com"), "To: \"Ann\"\r\n <ann@example.com>\r\n"
    );
    EXPECT_EQ(
        mailbox_header("To", R"(a", <mallory@example.com>, "\)", "ann@example.com"),
        "To: \"a\\\", <mallory@example.com>, \\\"\\\\\"\r\n <ann@example.com>\r\n"
    );
    EXPECT_EQ(
        mailbox_header("To", "Jörg", "j@example.com"),
        "To: =?UTF-8?B?SsO2cmc=?=\r\n <j@example.com>\r\n"
    );
}

TEST(DateText, is_rfc_5322_in_utc)
{
    EXPECT_EQ(date_text(Instant()), "Thu, 01 Jan 1970 00:00:00 +0000");
    EXPECT_EQ(
        date_text(Instant::from_milliseconds(1795331109999)), "Sun, 22 Nov 2026 07:05:09 +0000"
    );
    EXPECT_EQ(date_text(Instant::from_seconds(951782400)), "Tue, 29 Feb 2000 00:00:00 +0000");
    EXPECT_EQ(date_text(Instant::from_milliseconds(-1)), "Wed, 31 Dec 1969 23:59:59 +0000");
}

} // namespace
} // namespace gatehouse::mail_text
