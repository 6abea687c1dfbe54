// What people are mailed about their erasure: at the address they have, and at the one that they
// had when they asked for it, since either of them may be somebody else's doing.
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

namespace gatehouse::domain {

struct ErasureNotice {
    mail_text::MailKind kind = mail_text::MailKind::erasure_requested;
    Instant at; // of what it tells
    std::int64_t ledger_row = 0;
};

// To somebody active. `asked_with`: not where somebody else has that address by now. Afterwards
// services.mail_waits().
Async<void> tell_of_erasure(
    Services& services,
    UnitOfWork& work,
    User person,
    std::optional<std::string> asked_with,
    ErasureNotice notice
);

// Who is to be erased and changes their address is told at the new one, too, that it is so.
Async<void> tell_new_address_of_erasure(
    Services& services, UnitOfWork& work, User before, std::string address, std::int64_t ledger_row
);

} // namespace gatehouse::domain
