// How mail leaves, as it is configured.
#pragma once

#include "app/config.h"
#include "core/time.h"
#include "domain/storage.h"
#include "outbound/mail_transport.h"
#include "outbound/outbox_sender.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace gatehouse::app {

// Each throws BadConfiguration.
std::unique_ptr<outbound::MailTransport>
make_transport(Configuration const& configuration, domain::Storage& storage, Clock const& clock);
outbound::SenderOptions sender_options(Configuration const& configuration);

// `capture:PORT` gives the read API a port of its own (api §11).
std::optional<std::uint16_t> capture_port(Configuration const& configuration);

} // namespace gatehouse::app
