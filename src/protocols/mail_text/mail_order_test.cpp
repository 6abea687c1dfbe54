// A mail order reads back as what was asked for, or not at all.
#include "protocols/mail_text/mail_order.h"

#include <gtest/gtest.h>

namespace gatehouse::mail_text {
namespace {

TEST(MailOrder, reads_back_equal)
{
    MailOrder order{
        .kind = MailKind::password_reset,
        .recipient = "Ann@Example.org",
        .recipient_name = "Ann \"<b>\" Ö",
        .callback_url = "/done",
        .new_address = "new@example.org",
        .happened_at = Instant::from_milliseconds(1795331109123),
    };
    order.code = SecretString("012345");
    order.links.push_back({SecretString("token-1"), "First & Co"});
    order.links.push_back({SecretString("token-2")});
    auto const read = parse_payload(to_payload(order));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->kind, MailKind::password_reset);
    EXPECT_EQ(read->recipient, "Ann@Example.org");
    EXPECT_EQ(read->recipient_name, "Ann \"<b>\" Ö");
    EXPECT_EQ(read->callback_url, "/done");
    EXPECT_EQ(read->new_address, "new@example.org");
    EXPECT_EQ(read->code.reveal(), "012345");
    EXPECT_EQ(read->happened_at, order.happened_at);
    ASSERT_EQ(read->links.size(), 2u);
    EXPECT_EQ(read->links[0].token.reveal(), "token-1");
    EXPECT_EQ(read->links[0].organization, "First & Co");
    EXPECT_EQ(read->links[1].token.reveal(), "token-2");
    EXPECT_EQ(read->links[1].organization, "");
}

TEST(MailOrder, every_kind_has_a_name)
{
    for (auto const kind :
         {MailKind::verify_email,
          MailKind::password_reset,
          MailKind::password_changed,
          MailKind::sessions_ended,
          MailKind::address_changed,
          MailKind::invitation,
          MailKind::step_up_code,
          MailKind::new_sign_in,
          MailKind::erasure_requested,
          MailKind::account_erased,
          MailKind::erasure_taken_back}) {
        auto const read = parse_payload(to_payload({.kind = kind, .recipient = "a@example.org"}));
        ASSERT_TRUE(read);
        EXPECT_EQ(read->kind, kind);
        EXPECT_FALSE(read->happened_at);
    }
}

TEST(MailOrder, anything_else_is_no_order)
{
    for (auto const* const text :
         {"",
          "{}",
          "null",
          "[]",
          R"({"kind":"verify_email"})",
          R"({"kind":"other","recipient":"a","recipientName":"","links":[],"callbackUrl":"","newAddress":""})",
          R"({"kind":"verify_email","recipient":7,"recipientName":"","links":[],"callbackUrl":"","newAddress":""})",
          R"({"kind":"verify_email","recipient":"a","recipientName":"","links":[{}],"callbackUrl":"","newAddress":""})",
          R"({"kind":"verify_email","recipient":"a","recipientName":"","links":{},"callbackUrl":"","newAddress":""})",
          R"({"kind":"verify_email","recipient":"a","recipientName":"","links":[],"callbackUrl":"","newAddress":"","happenedAt":"x"})"
         })
        EXPECT_FALSE(parse_payload(SecretString(text))) << text;
}

} // namespace
} // namespace gatehouse::mail_text
