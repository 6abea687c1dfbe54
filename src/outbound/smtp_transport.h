// Mail over SMTP: STARTTLS when offered, authentication where configured.
#pragma once

#include "outbound/mail_setting.h"
#include "outbound/mail_transport.h"

#include <memory>

namespace gatehouse::outbound {

struct SmtpOptions {
    Duration connect_time = 10s;
    Duration send_time = 30s; // for one mail, connecting included: also bounds a server that drips
    Duration grace = 3s; // what is under way when stop() comes may still take this long
    std::string greeting_name; // what we call ourselves in EHLO
    std::string ca_file; // trusted certificates; empty: those of the system
};

// Three ways to encrypt, by what there is to lose:
// - smtps://, and smtp:// with a password to anything but loopback: TLS or nothing, and the
// server's
//   certificate must be right;
// - smtp:// without a password: STARTTLS when offered, without asking who it is (RFC 7435: somebody
//   in the middle could as well hide the offer), else in the clear.
std::unique_ptr<MailTransport> make_smtp_transport(SmtpServer server, SmtpOptions options);

} // namespace gatehouse::outbound
