// A message has one recipient, one subject and two parts, whatever its values say.
#include "protocols/mail_text/message.h"

#include <gtest/gtest.h>

namespace gatehouse::mail_text {
namespace {

Message sound_message()
{
    return {
        .from = {"gatehouse", "gatehouse@example.com"},
        .to = {"Ann", "ann@example.org"},
        .subject = "Password Reset",
        .text = "Hello\n",
        .html = "<p>Hello</p>\n",
        .message_id = "0193@example.com",
        .date = Instant::from_seconds(1795331109),
        .extra_headers = {},
    };
}

TEST(ToMime, writes_headers_and_both_parts)
{
    auto const mime = to_mime(sound_message());
    ASSERT_TRUE(mime);
    EXPECT_EQ(
        *mime,
        "Date: Sun, 22 Nov 2026 07:05:09 +0000\r\n"
        "From: \"gatehouse\"\r\n <gatehouse@example.com>\r\n"
        "To: \"Ann\"\r\n <ann@example.org>\r\n"
        "Message-ID: <0193@example.com>\r\n"
        "Subject: Password Reset\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative;\r\n"
        " boundary=\"=_gatehouse_part\"\r\n"
        "\r\n"
        "--=_gatehouse_part\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Hello\r\n"
        "\r\n"
        "--=_gatehouse_part\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "<p>Hello</p>\r\n"
        "\r\n"
        "--=_gatehouse_part--\r\n"
    );
}

TEST(ToMime, refuses_header_injection_in_every_header)
{
    for (auto const& bad :
         {std::string("x\r\nBcc: m@example.com"),
          std::string("x\nBcc: m@example.com"),
          std::string("x\rBcc: m@example.com"),
          std::string("x\0y", 3),
          std::string("x\r\n folded")}) {
        for (int place = 0; place < 7; ++place) {
            auto message = sound_message();
            switch (place) {
            case 0:
                message.subject = bad;
                break;
            case 1:
                message.to.name = bad;
                break;
            case 2:
                message.to.address = bad + "@example.com";
                break;
            case 3:
                message.from.name = bad;
                break;
            case 4:
                message.from.address = bad + "@example.com";
                break;
            case 5:
                message.message_id = bad + "@example.com";
                break;
            default:
                message.extra_headers = {{"X-Kind", bad}};
            }
            auto const mime = to_mime(message);
            ASSERT_FALSE(mime) << place << bad;
            EXPECT_EQ(mime.error(), MessageProblem::unsafe_header);
        }
    }
}

TEST(ToMime, refuses_a_header_name_that_ends_itself)
{
    for (std::string const name : {"", "X-A: b\r\nBcc", "X A", "Überschrift", "X:"}) {
        auto message = sound_message();
        message.extra_headers = {{name, "value"}};
        EXPECT_FALSE(to_mime(message)) << name;
    }
}

TEST(ToMime, refuses_addresses_that_can_be_read_in_two_ways)
{
    for (std::string const address :
         {"",
          "ann",
          "@example.com",
          "ann@",
          "ann@example.com,bob@example.com",
          "ann@example.com> NOTIFY=NEVER",
          "<ann@example.com>",
          "ann @example.com",
          "a@b@example.com",
          "\"a b\"@example.com",
          "ann@example.com;",
          "ann@.example.com",
          "ann@-x",
          "ann(comment)@example.com"}) {
        auto message = sound_message();
        message.to.address = address;
        auto const mime = to_mime(message);
        ASSERT_FALSE(mime) << address;
        EXPECT_EQ(mime.error(), MessageProblem::unusable_address);
    }
    EXPECT_FALSE(is_usable_address(std::string(320, 'a') + "@example.com"));
    for (auto const* const address :
         {"ann@example.com",
          "a.b+c%0d%0aBcc@example.com",
          "o'hara@example.com",
          "jörg@example.com",
          "ann@localhost",
          "ann@[127.0.0.1]",
          "ann@[IPv6:::1]"})
        EXPECT_TRUE(is_usable_address(address)) << address;
}

TEST(ToMime, a_body_can_neither_end_the_message_nor_its_part)
{
    auto message = sound_message();
    message.text = ".\r\n--=_gatehouse_part--\r\nQUIT\r\n";
    auto const mime = to_mime(message);
    ASSERT_TRUE(mime);
    EXPECT_EQ(mime->find("\r\n.\r\n"), mime->npos);
    EXPECT_EQ(mime->find("--=_gatehouse_part--"), mime->rfind("--=_gatehouse_part--"));
}

TEST(ToMime, needs_both_parts)
{
    auto message = sound_message();
    message.html.clear();
    EXPECT_EQ(to_mime(message).error(), MessageProblem::missing_part);
    message = sound_message();
    message.text.clear();
    EXPECT_EQ(to_mime(message).error(), MessageProblem::missing_part);
}

} // namespace
} // namespace gatehouse::mail_text
