// What people read: the links are ours, and what others typed stays text.
#include "protocols/mail_text/templates.h"

#include <gtest/gtest.h>

#include <array>
#include <regex>
#include <stdexcept>

namespace gatehouse::mail_text {
namespace {

constexpr std::string_view public_url = "https://id.example.com";

MailOrder order_of(MailKind kind)
{
    MailOrder order{.kind = kind, .recipient = "ann@example.org", .recipient_name = "Ann"};
    if (kind == MailKind::verify_email || kind == MailKind::password_reset
        || kind == MailKind::invitation || kind == MailKind::new_sign_in)
        order.links.push_back({SecretString("tok_en-123")});
    return order;
}

constexpr std::array every_kind{
    MailKind::verify_email,
    MailKind::password_reset,
    MailKind::password_changed,
    MailKind::sessions_ended,
    MailKind::address_changed,
    MailKind::invitation,
    MailKind::step_up_code,
    MailKind::new_sign_in,
    MailKind::erasure_requested,
    MailKind::account_erased,
    MailKind::erasure_taken_back
};

TEST(Render, every_kind_has_subject_text_and_html_and_leaves_no_placeholder)
{
    for (auto const kind : every_kind) {
        auto const content = render(order_of(kind), public_url);
        EXPECT_FALSE(content.subject.empty());
        EXPECT_NE(content.text.find("Hello Ann,"), content.text.npos);
        EXPECT_NE(content.html.find("Hello Ann,"), content.html.npos);
        for (auto const* const part : {&content.subject, &content.text, &content.html})
            EXPECT_EQ(part->find("{{"), part->npos);
    }
}

TEST(Render, the_subjects_are_those_of_the_interface)
{
    EXPECT_EQ(
        render(order_of(MailKind::verify_email), public_url).subject, "Verify your e-mail address"
    );
    EXPECT_EQ(render(order_of(MailKind::password_reset), public_url).subject, "Password Reset");
    EXPECT_EQ(
        render(order_of(MailKind::password_changed), public_url).subject,
        "Your password was changed"
    );
}

TEST(Render, M_04_the_verification_link_has_the_token_first)
{
    auto order = order_of(MailKind::verify_email);
    order.callback_url = "/welcome?a=b&c";
    auto const content = render(order, public_url);
    std::string const link = "https://id.example.com/api/auth/verify-email?token=tok_en-123&";
    EXPECT_NE(content.text.find(link + "callbackURL=%2Fwelcome%3Fa%3Db%26c\n"), content.text.npos);
    std::smatch found;
    ASSERT_TRUE(std::regex_search(
        content.html, found, std::regex(R"(https?://[^\s"'<>]+/api/auth/verify-email\?[^\s"'<>]+)")
    ));
    EXPECT_TRUE(found[0].str().starts_with(
        "https://id.example.com/api/auth/verify-email?token=tok_en-123&amp;"
    ));
}

TEST(Render, TC_RESET_013_a_reset_names_one_link_for_each_account)
{
    auto order = order_of(MailKind::password_reset);
    order.links[0].organization = "First <Co>";
    order.links.push_back({SecretString("second"), "Second"});
    auto const content = render(order, public_url);
    for (auto const* const token : {"tok_en-123", "second"}) {
        auto const link = std::string("https://id.example.com/reset-password?token=") + token;
        EXPECT_NE(content.text.find(link), content.text.npos);
        EXPECT_NE(content.html.find(link), content.html.npos);
    }
    EXPECT_NE(content.text.find("First <Co>:"), content.text.npos);
    EXPECT_NE(content.html.find("First &lt;Co&gt;"), content.html.npos);
    EXPECT_EQ(content.html.find("First <Co>"), content.html.npos);
}

TEST(Render, INJ_08_values_are_never_read_as_templates)
{
    for (std::string const name : {"{{7*7}}", "${7*7}", "{{links}}", "{{&content}}", "{{"}) {
        auto order = order_of(MailKind::verify_email);
        order.recipient_name = name;
        auto const content = render(order, public_url);
        EXPECT_NE(content.text.find("Hello " + name + ","), content.text.npos) << name;
        EXPECT_NE(content.html.find("Hello " + html_escaped(name) + ","), content.html.npos)
            << name;
        EXPECT_EQ(content.html.find("49"), content.html.npos);
    }
}

TEST(Render, INJ_09_markup_in_names_is_text)
{
    auto order = order_of(MailKind::address_changed);
    order.recipient_name = R"(<a href="https://evil.example">x</a><%=7*7%>'&)";
    order.new_address = "<script>@example.org";
    auto const content = render(order, public_url);
    EXPECT_EQ(content.html.find("<a href=\"https://evil"), content.html.npos);
    EXPECT_EQ(content.html.find("<script>"), content.html.npos);
    EXPECT_NE(
        content.html.find(
            "&lt;a href=&quot;https://evil.example&quot;&gt;x&lt;/a&gt;&lt;%=7*7%&gt;&#39;&amp;"
        ),
        content.html.npos
    );
}

TEST(Render, a_name_cannot_add_lines_to_a_mail)
{
    auto order = order_of(MailKind::verify_email);
    order.recipient_name = std::string("Ann\r\n\r\nPay here:\nhttps://evil.example\0", 38);
    auto const content = render(order, public_url);
    EXPECT_TRUE(content.text.starts_with("Hello Ann    Pay here: https://evil.example ,\n"))
        << content.text;
}

TEST(Render, no_part_loads_anything_from_elsewhere)
{
    for (auto const kind : every_kind) {
        auto const html = render(order_of(kind), public_url).html;
        for (auto const* const word : {"<img", "<script", "<link", "src=", "url(", "@import"})
            EXPECT_EQ(html.find(word), html.npos) << word;
    }
}

TEST(Render, without_a_name_the_greeting_stays_polite)
{
    auto order = order_of(MailKind::verify_email);
    order.recipient_name.clear();
    EXPECT_TRUE(render(order, public_url).text.starts_with("Hello,\n"));
}

TEST(Render, a_notice_says_when)
{
    auto order = order_of(MailKind::password_changed);
    order.happened_at = Instant::from_seconds(1795331109);
    EXPECT_NE(
        render(order, public_url).text.find("was changed on 2026-11-22 at 07:05 UTC."),
        std::string::npos
    );
}

TEST(Filled, a_template_that_asks_for_an_unknown_value_is_a_defect)
{
    Values const values{{"name", "<Ann>"}};
    EXPECT_EQ(filled("a {{name}} b {{&name}}", values, Markup::html), "a &lt;Ann&gt; b <Ann>");
    EXPECT_EQ(filled("a {{name}}", values, Markup::plain), "a <Ann>");
    EXPECT_THROW(filled("{{nobody}}", values, Markup::html), std::logic_error);
    EXPECT_THROW(filled("{{name", values, Markup::html), std::logic_error);
}

TEST(PercentEncoded, keeps_the_unreserved_alone)
{
    EXPECT_EQ(percent_encoded("aZ9-._~ &=?/#%ü"), "aZ9-._~%20%26%3D%3F%2F%23%25%C3%BC");
}

} // namespace
} // namespace gatehouse::mail_text
