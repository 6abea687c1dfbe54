// From an outbox row to a finished mail.
#pragma once

#include "core/secret.h"
#include "domain/outbox.h"
#include "outbound/mail_transport.h"

#include <expected>
#include <string>
#include <string_view>

namespace gatehouse::outbound {

// The error says for operators why this row can never become a mail. The same row always becomes
// the same mail, Message-ID and date included, so that a receiver can tell a second copy.
std::expected<OutgoingMail, std::string> compose(
    domain::ClaimedMessage const& row,
    SecretString const& payload,
    mail_text::Mailbox const& from,
    std::string_view public_url
);

} // namespace gatehouse::outbound
