// Seals a mail and adds it to the outbox.
#include "domain/mail.h"

#include "core/uuid.h"

#include <utility>

namespace gatehouse::domain {

std::string outbox_binding(OutboxId const& id)
{
    return crypto::place_of("outbox.payload_sealed", id.text());
}

Async<bool> queue_mail(Services& services, UnitOfWork& work, MailToQueue mail, Instant now)
{
    return queue_mail(work, services.key_encryption_key, services.random, std::move(mail), now);
}

Async<bool> queue_mail(
    UnitOfWork& work,
    crypto::KeyEncryptionKey const& key,
    Random& random,
    MailToQueue mail,
    Instant now
)
{
    OutboxId const id(mint_uuid(now, random));
    auto const place = outbox_binding(id);
    auto sealed = crypto::seal(key.subkey("outbox"), mail.payload.reveal(), place, random);
    QueuedMessage message{
        .id = id,
        .organization_id = std::move(mail.organization_id),
        .dedupe_key = std::move(mail.dedupe_key),
        .recipient = std::move(mail.recipient),
        .payload_sealed = std::move(sealed),
        .ledger_id = mail.ledger_id,
        .created_at = now,
    };
    co_return co_await work.outbox().enqueue(std::move(message));
}

} // namespace gatehouse::domain
