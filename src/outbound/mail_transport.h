// How a finished mail leaves the house: one interface, three ways out.
#pragma once

#include "core/time.h"
#include "protocols/mail_text/message.h"

#include <expected>
#include <string>
#include <string_view>

namespace gatehouse::outbound {

struct OutgoingMail {
    std::string id; // of its outbox row: sending it again is the same mail again
    mail_text::Message message;
    std::string raw; // the message as it travels
};

enum class Failing { // a closed set: metrics and /ready name it
    unreachable, // no connection, or it took too long
    tls, // no encryption where it is required, or not with whom we meant
    login, // wrong or missing credentials
    refused, // the server does not take this mail
    storage, // disk or database
    stopped, // we are shutting down
    unknown,
};
std::string_view to_text(Failing failing);

struct MailFailure {
    Failing failing = Failing::unknown;
    std::string detail; // for operators: codes, never credentials or what the other side said
    bool only_this_mail = false; // others may well get through
};

using MailResult = std::expected<void, MailFailure>;

class MailTransport {
public:
    virtual ~MailTransport() = default;

    // Blocks, at most for longest_send(): never called on an event loop.
    virtual MailResult send(OutgoingMail const& mail) = 0;

    // Whether mail could leave now, without sending any. Blocks like send().
    virtual MailResult probe() = 0;

    // From any thread: what is under way ends soon, as failed.
    virtual void stop() noexcept { }

    virtual Duration longest_send() const = 0;
    virtual std::string_view name() const = 0; // `smtp`, `spool`, `capture`
};

} // namespace gatehouse::outbound
