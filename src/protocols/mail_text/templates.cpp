// Fills the mail templates.
#include "protocols/mail_text/templates.h"

#include "protocols/mail_text/templates_embedded.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace gatehouse::mail_text {
namespace {

std::string_view file_named(std::string_view name)
{
    for (auto const& file : embedded_templates())
        if (file.name == name)
            return file.text;
    throw std::logic_error(fmt::format("no mail template {}", name));
}

std::string_view base_name(MailKind kind)
{
    switch (kind) {
    case MailKind::verify_email:
        return "verify_email";
    case MailKind::password_reset:
        return "password_reset";
    case MailKind::password_changed:
        return "password_changed";
    case MailKind::sessions_ended:
        return "sessions_ended";
    case MailKind::address_changed:
        return "address_changed";
    case MailKind::invitation:
        return "invitation";
    case MailKind::step_up_code:
        return "step_up_code";
    case MailKind::new_sign_in:
        return "new_sign_in";
    case MailKind::erasure_requested:
        return "erasure_requested";
    case MailKind::account_erased:
        return "account_erased";
    case MailKind::erasure_taken_back:
        return "erasure_taken_back";
    }
    throw std::logic_error("a kind of mail without a template");
}

// A name with line breaks must not add lines of its own to a mail.
std::string one_line(std::string_view value)
{
    std::string line(value);
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' '
    );
    return line;
}

std::string link_to(MailOrder const& order, MailLink const& link, std::string_view public_url)
{
    auto const token = percent_encoded(link.token.reveal());
    if (order.kind == MailKind::password_reset)
        return fmt::format("{}/reset-password?token={}", public_url, token);
    if (order.kind == MailKind::invitation)
        return fmt::format("{}/accept-invite?token={}", public_url, token);
    if (order.kind == MailKind::new_sign_in)
        return fmt::format("{}/not-me?token={}", public_url, token);
    auto url = fmt::format("{}/api/auth/verify-email?token={}", public_url, token);
    if (!order.callback_url.empty())
        url += fmt::format("&callbackURL={}", percent_encoded(order.callback_url));
    return url;
}

std::string_view action_of(MailKind kind)
{
    if (kind == MailKind::password_reset)
        return "Choose a new password";
    if (kind == MailKind::new_sign_in)
        return "This was not me";
    return kind == MailKind::invitation ? "Accept the invitation" : "Verify e-mail address";
}

// Every link as its own small part, below each other.
std::string links_of(MailOrder const& order, std::string_view public_url, Markup markup)
{
    std::string parts;
    auto const ending = markup == Markup::html ? "html" : "txt";
    for (auto const& link : order.links) {
        bool const is_alone = link.organization.empty() || order.kind == MailKind::invitation;
        auto const kind = is_alone ? "link" : "link_of_organization";
        Values const values{
            {"link", link_to(order, link, public_url)},
            {"organization", one_line(link.organization)},
            {"action", std::string(action_of(order.kind))},
        };
        parts += filled(file_named(fmt::format("{}.{}", kind, ending)), values, markup);
    }
    return parts;
}

std::string moment_text(std::optional<Instant> at)
{
    if (!at)
        return {};
    auto const text = to_text(*at); // 2026-11-22T07:05:09.123Z
    return fmt::format(" on {} at {} UTC", text.substr(0, 10), text.substr(11, 5));
}

Values values_of(MailOrder const& order, std::string_view public_url)
{
    auto const name = one_line(order.recipient_name);
    return {
        {"greeting", name.empty() ? "Hello," : fmt::format("Hello {},", name)},
        {"recipient", one_line(order.recipient)},
        {"new_address", one_line(order.new_address)},
        {"code", std::string(order.code.reveal())},
        {"when", moment_text(order.happened_at)},
        {"device", one_line(order.device)},
        {"place", one_line(order.place)},
        {"address", one_line(order.address)},
        {"organization", order.links.empty() ? "" : one_line(order.links.front().organization)},
        {"site", std::string(public_url)},
    };
}

} // namespace

std::string html_escaped(std::string_view value)
{
    std::string out;
    for (auto const c : value) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string percent_encoded(std::string_view value)
{
    std::string out;
    for (auto const c : value) {
        bool const unreserved = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
            || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string filled(std::string_view text, Values const& values, Markup markup)
{
    std::string out;
    while (true) {
        auto const open = text.find("{{");
        out += text.substr(0, open);
        if (open == text.npos)
            return out;
        text.remove_prefix(open + 2);
        auto const close = text.find("}}");
        if (close == text.npos)
            throw std::logic_error("a mail template has {{ without }}");
        auto name = text.substr(0, close);
        text.remove_prefix(close + 2);
        bool const as_it_is = name.starts_with('&');
        if (as_it_is)
            name.remove_prefix(1);
        auto const value = values.find(name);
        if (value == values.end())
            throw std::logic_error(
                fmt::format("a mail template asks for {}, which has no value", name)
            );
        out += as_it_is || markup == Markup::plain ? value->second : html_escaped(value->second);
    }
}

Content render(MailOrder const& order, std::string_view public_url)
{
    auto const name = base_name(order.kind);
    auto values = values_of(order, public_url);

    // The first line of the text template is the subject.
    auto const text_template = file_named(fmt::format("{}.txt", name));
    auto const end = text_template.find('\n');
    Content content;
    content.subject = filled(text_template.substr(0, end), values, Markup::plain);
    values["subject"] = content.subject;

    values["links"] = links_of(order, public_url, Markup::plain);
    values["content"] = filled(text_template.substr(end + 1), values, Markup::plain);
    content.text = filled(file_named("layout.txt"), values, Markup::plain);

    values["links"] = links_of(order, public_url, Markup::html);
    values["content"] = filled(file_named(fmt::format("{}.html", name)), values, Markup::html);
    content.html = filled(file_named("layout.html"), values, Markup::html);
    return content;
}

} // namespace gatehouse::mail_text
