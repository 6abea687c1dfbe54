// Handing a mail to the outbox, in the unit of work of its cause.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/outbox.h"
#include "domain/services.h"
#include "domain/storage.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::domain {

// Suspended and deleted people get no mail (behaviours §10). That is decided here and now: a
// feature queues only for a person whom it has just read as active, and what is queued is sent. A
// message to somebody suspended a moment later still leaves; it tells nothing that its cause did
// not.
struct MailToQueue {
    OrganizationId organization_id;
    std::string recipient; // the stored address, never one from a request
    SecretString payload; // a mail_text::MailOrder as text
    std::optional<std::string> dedupe_key;
    std::optional<std::int64_t> ledger_id;
};

// Seals the payload and adds the row. After the commit call services.mail_waits(). False: a message
// with this dedupe key exists already.
Async<bool> queue_mail(Services& services, UnitOfWork& work, MailToQueue mail, Instant now);

// The same where there are no Services.
Async<bool> queue_mail(
    UnitOfWork& work,
    crypto::KeyEncryptionKey const& key,
    Random& random,
    MailToQueue mail,
    Instant now
);

// What the payload of one outbox row is sealed with and bound to (behaviours §7).
std::string outbox_binding(OutboxId const& id);

} // namespace gatehouse::domain
