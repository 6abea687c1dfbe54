// What GATEHOUSE_MAIL and GATEHOUSE_MAIL_FROM say, read strictly.
#pragma once

#include "core/secret.h"
#include "protocols/mail_text/message.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gatehouse::outbound {

struct SmtpServer {
    std::string host; // a name or an address, IPv6 without brackets
    std::uint16_t port = 25;
    bool tls_from_start = false; // smtps://
    std::string user; // empty: without authentication
    SecretString password;
};

struct SpoolFolder {
    std::string path;
};

struct CaptureHere {
    std::optional<std::uint16_t> port; // a port of its own for the read API; else the main listener
};

using MailSetting = std::variant<SmtpServer, SpoolFolder, CaptureHere>;

// `smtp://[user:pass@]host[:port]`, `smtps://…`, `spool:DIR`, `capture`, `capture:PORT`. User and
// password are percent-decoded. The error says what is wrong and never repeats the setting.
std::expected<MailSetting, std::string> parse_mail_setting(std::string_view text);

// `address` or `Name <address>`.
std::expected<mail_text::Mailbox, std::string> parse_mailbox(std::string_view text);

// `gatehouse@` the host of `public_url`; an address literal where that is an IP address.
mail_text::Mailbox default_sender(std::string_view public_url);

// A password may travel without encryption to these alone.
bool is_loopback(std::string_view host);

} // namespace gatehouse::outbound
