// Captured mail as Mailpit would tell it.
#include "features/mail_capture/messages.h"

#include "core/json.h"
#include "core/text.h"

#include <gtest/gtest.h>

#include <set>

namespace gatehouse::mail_capture {
namespace {

domain::CapturedMail sound_mail()
{
    return {
        .id = "0193",
        .message_id = "0193@example.com",
        .from_name = "gatehouse",
        .from_address = "gatehouse@example.com",
        .to_name = "",
        .to_address = "ann@example.org",
        .subject = "Verify <your> e-mail",
        .text = "Hello,\n\nplease   open\r\nthis.\n",
        .html = "<p>Hello</p>",
        .raw = "Subject: x\r\n\r\n",
        .was_read = true,
        .created_at = Instant::from_seconds(1795331109),
    };
}

std::set<std::string> names_of(json::Value const& value)
{
    std::set<std::string> names;
    for (auto const& member : *value.object())
        names.insert(member.name);
    return names;
}

TEST(CapturedPage, has_exactly_the_members_of_the_interface)
{
    domain::CapturedMailPage const page{.mails = {sound_mail()}, .stored = 7, .matching = 3};
    auto const value = json::parse(page_text(page, 2));
    ASSERT_TRUE(value);
    EXPECT_EQ(
        names_of(*value),
        (std::set<std::string>{"total", "count", "messages_count", "start", "messages"})
    );
    EXPECT_EQ(*value->find("total")->integer(), 7);
    EXPECT_EQ(*value->find("count")->integer(), 1);
    EXPECT_EQ(*value->find("messages_count")->integer(), 3);
    EXPECT_EQ(*value->find("start")->integer(), 2);
    auto const& summary = value->find("messages")->array()->at(0);
    EXPECT_EQ(
        names_of(summary),
        (std::set<std::string>{
            "ID",
            "MessageID",
            "From",
            "To",
            "Cc",
            "Bcc",
            "Subject",
            "Created",
            "Size",
            "Read",
            "Tags",
            "Attachments",
            "Snippet",
        })
    );
    EXPECT_EQ(*summary.find("Created")->text(), "2026-11-22T07:05:09.000Z");
    EXPECT_EQ(*summary.find("Snippet")->text(), "Hello, please open this.");
    EXPECT_EQ(*summary.find("Read")->boolean(), true);
    EXPECT_EQ(*summary.find("Size")->integer(), 14);
    EXPECT_EQ(*summary.find("From")->find("Name")->text(), "gatehouse");
    EXPECT_EQ(*summary.find("To")->array()->at(0).find("Address")->text(), "ann@example.org");
}

TEST(CapturedPage, cuts_the_snippet_between_characters)
{
    auto mail = sound_mail();
    mail.text.clear();
    for (int i = 0; i < 200; ++i)
        mail.text += "ü🔑";
    domain::CapturedMailPage const page{.mails = {mail}, .stored = 1, .matching = 1};
    auto const value = json::parse(page_text(page, 0));
    ASSERT_TRUE(value);
    auto const& snippet = *value->find("messages")->array()->at(0).find("Snippet")->text();
    EXPECT_LE(snippet.size(), 250u);
    EXPECT_GE(snippet.size(), 246u);
    EXPECT_TRUE(is_valid_utf8(snippet));
}

TEST(CapturedMail, has_exactly_the_members_of_the_interface)
{
    auto const text = mail_text(sound_mail());
    EXPECT_EQ(text.find('<'), text.npos); // nothing that sniffs sees markup
    auto const value = json::parse(text);
    ASSERT_TRUE(value);
    EXPECT_EQ(
        names_of(*value),
        (std::set<std::string>{
            "ID",
            "MessageID",
            "From",
            "To",
            "Cc",
            "Bcc",
            "ReplyTo",
            "Subject",
            "Date",
            "HTML",
            "Text",
            "Size",
            "Attachments",
        })
    );
    EXPECT_EQ(*value->find("HTML")->text(), "<p>Hello</p>");
    EXPECT_EQ(*value->find("Subject")->text(), "Verify <your> e-mail");
}

} // namespace
} // namespace gatehouse::mail_capture
