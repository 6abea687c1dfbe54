// The settings about mail: what they mean, and what is refused without being repeated.
#include "outbound/mail_setting.h"

#include <gtest/gtest.h>

namespace gatehouse::outbound {
namespace {

SmtpServer smtp_of(std::string_view text)
{
    auto setting = parse_mail_setting(text);
    EXPECT_TRUE(setting) << text;
    auto* const server = setting ? std::get_if<SmtpServer>(&*setting) : nullptr;
    EXPECT_TRUE(server) << text;
    return server ? std::move(*server) : SmtpServer();
}

TEST(MailSetting, reads_smtp_with_and_without_credentials)
{
    auto plain = smtp_of("smtp://mail.example.com:2525");
    EXPECT_EQ(plain.host, "mail.example.com");
    EXPECT_EQ(plain.port, 2525);
    EXPECT_FALSE(plain.tls_from_start);
    EXPECT_TRUE(plain.user.empty());

    auto full = smtp_of("smtps://ann%40example.com:p%3Ass%2F%40@[::1]:465/");
    EXPECT_EQ(full.host, "::1");
    EXPECT_EQ(full.port, 465);
    EXPECT_TRUE(full.tls_from_start);
    EXPECT_EQ(full.user, "ann@example.com");
    EXPECT_EQ(full.password.reveal(), "p:ss/@");

    EXPECT_EQ(smtp_of("smtp://localhost").port, 25);
    EXPECT_EQ(smtp_of("smtps://localhost").port, 465);
    EXPECT_EQ(smtp_of("smtp://user:@127.0.0.1").password.size(), 0u);
}

TEST(MailSetting, reads_spool_and_capture)
{
    auto const spool = parse_mail_setting("spool:var/mail");
    ASSERT_TRUE(spool);
    EXPECT_EQ(std::get<SpoolFolder>(*spool).path, "var/mail");
    auto const capture = parse_mail_setting("capture");
    ASSERT_TRUE(capture);
    EXPECT_FALSE(std::get<CaptureHere>(*capture).port);
    EXPECT_EQ(std::get<CaptureHere>(*parse_mail_setting("capture:8025")).port, 8025);
}

TEST(MailSetting, refuses_everything_else_and_never_repeats_a_password)
{
    for (auto const* const text :
         {"",
          "smtp:/mail",
          "smtp://",
          "smtp://host:0",
          "smtp://host:65536",
          "smtp://host:25x",
          "smtp://host:",
          "smtp://ho st",
          "smtp://host/path",
          "smtp://host?x",
          "smtp://hidden@host",
          "smtp://:hidden@host",
          "smtp://u%zz:hidden@host",
          "smtp://u:hidden%0@host",
          "smtp://u:hidden%00@host",
          "smtp://[::1",
          "smtp://[x]",
          "smtp://[::1]25",
          "http://host",
          "SMTP://host",
          "spool:",
          "capture:",
          "capture:0",
          "capture:x",
          "captured"}) {
        auto const setting = parse_mail_setting(text);
        ASSERT_FALSE(setting) << text;
        EXPECT_EQ(setting.error().find("hidden"), std::string::npos) << text;
    }
}

TEST(MailFrom, is_an_address_with_or_without_name)
{
    EXPECT_EQ(parse_mailbox(" id@example.com ")->address, "id@example.com");
    EXPECT_EQ(parse_mailbox("id@example.com")->name, "gatehouse");
    auto const named = parse_mailbox("Example Accounts <id@example.com>");
    ASSERT_TRUE(named);
    EXPECT_EQ(named->name, "Example Accounts");
    EXPECT_EQ(named->address, "id@example.com");
    for (auto const* const text :
         {"", "id", "<id@example.com", "id@example.com\r\nBcc: x", "a <b> c"})
        EXPECT_FALSE(parse_mailbox(text)) << text;
    EXPECT_FALSE(parse_mailbox("A\nB <id@example.com>"));
}

TEST(MailFrom, defaults_to_the_host_of_the_public_address)
{
    EXPECT_EQ(default_sender("https://id.example.com").address, "gatehouse@id.example.com");
    EXPECT_EQ(default_sender("http://localhost:8080").address, "gatehouse@localhost");
    EXPECT_EQ(default_sender("http://127.0.0.1:8080/x").address, "gatehouse@[127.0.0.1]");
    EXPECT_EQ(default_sender("http://[::1]:8080").address, "gatehouse@[IPv6:::1]");
    for (auto const* const url : {"https://id.example.com", "http://127.0.0.1:1", "http://[::1]"})
        EXPECT_TRUE(mail_text::is_usable_address(default_sender(url).address)) << url;
}

TEST(Loopback, is_known_by_its_names)
{
    for (auto const* const host : {"localhost", "127.0.0.1", "127.9.9.9", "::1"})
        EXPECT_TRUE(is_loopback(host)) << host;
    for (auto const* const host :
         {"",
          "128.0.0.1",
          "127.0.0.1.example.com",
          "localhost.example.com",
          "::2",
          "127.example.com"})
        EXPECT_FALSE(is_loopback(host)) << host;
}

} // namespace
} // namespace gatehouse::outbound
