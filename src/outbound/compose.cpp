// Builds the mail that an outbox row asks for.
#include "outbound/compose.h"

#include "protocols/mail_text/mail_order.h"
#include "protocols/mail_text/templates.h"

#include <fmt/core.h>

namespace gatehouse::outbound {

std::expected<OutgoingMail, std::string> compose(
    domain::ClaimedMessage const& row,
    SecretString const& payload,
    mail_text::Mailbox const& from,
    std::string_view public_url
)
{
    auto const order = mail_text::parse_payload(payload);
    if (!order)
        return std::unexpected("the payload is not a mail order");
    // The row says who gets it; an order for somebody else was not meant for this row.
    if (order->recipient != row.recipient)
        return std::unexpected("the payload names another recipient than its row");
    auto content = mail_text::render(*order, public_url);
    auto const domain = from.address.substr(from.address.rfind('@') + 1);
    mail_text::Message message{
        .from = from,
        .to = {{}, row.recipient},
        .subject = std::move(content.subject),
        .text = std::move(content.text),
        .html = std::move(content.html),
        .message_id = fmt::format("{}@{}", row.id.text(), domain),
        .date = row.created_at,
        .extra_headers = {},
    };
    auto raw = mail_text::to_mime(message);
    if (!raw)
        return std::unexpected(std::string(mail_text::describe(raw.error())));
    return OutgoingMail{row.id.text(), std::move(message), std::move(*raw)};
}

} // namespace gatehouse::outbound
