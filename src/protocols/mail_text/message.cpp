// Builds the wire form of a message.
#include "protocols/mail_text/message.h"

#include "protocols/mail_text/encoding.h"

#include <fmt/core.h>

#include <algorithm>

namespace gatehouse::mail_text {
namespace {

bool is_address_character(char c)
{
    // RFC 5322 3.2.3 atext and the dot; bytes of UTF-8 as RFC 6531 allows.
    static constexpr std::string_view allowed = "!#$%&'*+-/=?^_`{|}~.";
    auto const byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z') || allowed.find(c) != allowed.npos;
}

bool is_header_name(std::string_view name)
{
    return !name.empty()
        && std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7f && c != ':'; });
}

bool all_headers_safe(Message const& message)
{
    bool const extras = std::ranges::all_of(message.extra_headers, [](auto const& header) {
        return is_header_name(header.first) && is_header_safe(header.second);
    });
    return extras && is_header_safe(message.from.name) && is_header_safe(message.to.name)
        && is_header_safe(message.subject) && is_header_safe(message.from.address)
        && is_header_safe(message.to.address) && is_header_safe(message.message_id);
}

std::string part(std::string_view boundary, std::string_view type, std::string_view content)
{
    return fmt::format(
        "--{}\r\n"
        "Content-Type: {}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n{}\r\n",
        boundary,
        type,
        quoted_printable(content)
    );
}

} // namespace

std::string_view describe(MessageProblem problem)
{
    switch (problem) {
    case MessageProblem::unsafe_header:
        return "a header value holds a control character or is not UTF-8";
    case MessageProblem::unusable_address:
        return "an address is not one plain mailbox";
    case MessageProblem::missing_part:
        return "a message needs a text part and an HTML part";
    }
    return "unknown";
}

bool is_usable_address(std::string_view address)
{
    constexpr std::size_t longest = 320;
    auto const at = address.find('@');
    if (at == address.npos || address.size() > longest || !is_header_safe(address))
        return false;
    auto const local = address.substr(0, at);
    auto const domain = address.substr(at + 1);
    if (local.empty() || domain.empty() || domain.starts_with('.') || domain.starts_with('-'))
        return false;
    bool const literal = domain.starts_with('[') && domain.ends_with(']') && domain.size() > 2;
    auto const name = literal ? domain.substr(1, domain.size() - 2) : domain;
    return std::ranges::all_of(local, is_address_character)
        && std::ranges::all_of(name, [literal](char c) {
               return is_address_character(c) || (literal && c == ':');
           });
}

bool is_usable_name(std::string_view name)
{
    return is_header_safe(name);
}

std::expected<std::string, MessageProblem> to_mime(Message const& message)
{
    if (!all_headers_safe(message))
        return std::unexpected(MessageProblem::unsafe_header);
    if (!is_usable_address(message.from.address) || !is_usable_address(message.to.address)
        || !is_usable_address(message.message_id))
        return std::unexpected(MessageProblem::unusable_address);
    if (message.text.empty() || message.html.empty())
        return std::unexpected(MessageProblem::missing_part);

    // `=_` cannot occur in quoted-printable text, so the boundary cannot occur in a part (RFC
    // 2045 6.7).
    constexpr std::string_view boundary = "=_gatehouse_part";
    auto out = fmt::format("Date: {}\r\n", date_text(message.date));
    out += mailbox_header("From", message.from.name, message.from.address);
    out += mailbox_header("To", message.to.name, message.to.address);
    out += fmt::format("Message-ID: <{}>\r\n", message.message_id);
    out += unstructured_header("Subject", message.subject);
    out += "Auto-Submitted: auto-generated\r\n"; // RFC 3834: no holiday answers to us
    for (auto const& [name, value] : message.extra_headers)
        out += unstructured_header(name, value);
    out += "MIME-Version: 1.0\r\n";
    out += fmt::format(
        "Content-Type: multipart/alternative;\r\n boundary=\"{}\"\r\n\r\n", boundary
    );
    out += part(boundary, "text/plain", message.text);
    out += part(boundary, "text/html", message.html);
    out += fmt::format("--{}--\r\n", boundary);
    return out;
}

} // namespace gatehouse::mail_text
