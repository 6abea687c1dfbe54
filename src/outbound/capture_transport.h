// Mail kept in the database for reading (development and test).
#pragma once

#include "core/time.h"
#include "domain/storage.h"
#include "outbound/mail_transport.h"

#include <memory>

namespace gatehouse::outbound {

std::unique_ptr<MailTransport> make_capture_transport(domain::Storage& storage, Clock const& clock);

} // namespace gatehouse::outbound
