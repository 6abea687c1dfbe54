// Whether a person may leave their organization for good, and what they are mailed about it.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "domain/users.h"
#include "protocols/mail_text/mail_order.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::data_erasure {

// Under the lock on the organization: nobody is left without somebody who may decide (I-4). The
// only person of a personal organization may: it goes with them.
Async<bool> leaves_nobody_stranded(domain::UnitOfWork& work, domain::User person);

struct Notice {
    mail_text::MailKind kind = mail_text::MailKind::erasure_requested;
    Instant at; // of what it tells
    std::int64_t ledger_row = 0;
};

// To somebody active, at their address and the one with which they asked for it. Afterwards
// services.mail_waits().
Async<void> mail_about(
    domain::Services& services,
    domain::UnitOfWork& work,
    domain::User person,
    std::optional<std::string> asked_with,
    Notice notice
);

} // namespace gatehouse::data_erasure
