// Choosing how mail leaves by what is configured.
#include "app/mail_parts.h"

#include "outbound/capture_transport.h"
#include "outbound/mail_setting.h"
#include "outbound/smtp_transport.h"
#include "outbound/spool_transport.h"

#include <utility>
#include <variant>

namespace gatehouse::app {
namespace {

outbound::MailSetting mail_setting(Configuration const& configuration)
{
    auto setting = outbound::parse_mail_setting(configuration.mail);
    if (!setting)
        throw BadConfiguration("GATEHOUSE_MAIL: " + setting.error());
    return std::move(*setting);
}

} // namespace

std::unique_ptr<outbound::MailTransport>
make_transport(Configuration const& configuration, domain::Storage& storage, Clock const& clock)
{
    auto setting = mail_setting(configuration);
    if (auto* server = std::get_if<outbound::SmtpServer>(&setting)) {
        outbound::SmtpOptions options;
        options.ca_file = configuration.mail_ca_file;
        return outbound::make_smtp_transport(std::move(*server), std::move(options));
    }
    if (auto* folder = std::get_if<outbound::SpoolFolder>(&setting))
        return outbound::make_spool_transport(folder->path);
    return outbound::make_capture_transport(storage, clock);
}

outbound::SenderOptions sender_options(Configuration const& configuration)
{
    outbound::SenderOptions options;
    options.courier.public_url = configuration.domain.public_url;
    options.courier.from = outbound::default_sender(configuration.domain.public_url);
    if (!configuration.mail_from.empty()) {
        auto from = outbound::parse_mailbox(configuration.mail_from);
        if (!from)
            throw BadConfiguration("GATEHOUSE_MAIL_FROM: " + from.error());
        options.courier.from = std::move(*from);
    }
    return options;
}

std::optional<std::uint16_t> capture_port(Configuration const& configuration)
{
    auto const setting = mail_setting(configuration);
    auto const* const here = std::get_if<outbound::CaptureHere>(&setting);
    return here ? here->port : std::nullopt;
}

} // namespace gatehouse::app
