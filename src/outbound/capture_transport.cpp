// Keeps mails in the database.
#include "outbound/capture_transport.h"

#include "core/event_loop.h"
#include "domain/captured_mails.h"

#include <fmt/core.h>

#include <exception>

namespace gatehouse::outbound {
namespace {

Async<void> keep(domain::Storage& storage, domain::CapturedMail mail)
{
    auto work = co_await storage.begin();
    co_await work->captured_mails().insert(std::move(mail));
    co_await work->commit();
}

class CaptureTransport final : public MailTransport {
public:
    CaptureTransport(domain::Storage& storage, Clock const& clock)
        : storage_(storage)
        , clock_(clock)
    {
    }

    MailResult send(OutgoingMail const& mail) override
    {
        domain::CapturedMail kept{
            .id = mail.id,
            .message_id = mail.message.message_id,
            .from_name = mail.message.from.name,
            .from_address = mail.message.from.address,
            .to_name = mail.message.to.name,
            .to_address = mail.message.to.address,
            .subject = mail.message.subject,
            .text = mail.message.text,
            .html = mail.message.html,
            .raw = mail.raw,
            .created_at = clock_.now(),
        };
        return done(keep(storage_, std::move(kept)));
    }

    MailResult probe() override { return done(storage_.probe()); }

    Duration longest_send() const override { return 5s; }
    std::string_view name() const override { return "capture"; }

private:
    MailResult done(Async<void> work)
    {
        try {
            wait_for(loop_, std::move(work));
            return {};
        } catch (std::exception const& error) {
            return std::unexpected(
                MailFailure{Failing::storage, fmt::format("capture: {}", error.what()), false}
            );
        }
    }

    domain::Storage& storage_;
    Clock const& clock_;
    EventLoop loop_;
};

} // namespace

std::unique_ptr<MailTransport> make_capture_transport(domain::Storage& storage, Clock const& clock)
{
    return std::make_unique<CaptureTransport>(storage, clock);
}

} // namespace gatehouse::outbound
