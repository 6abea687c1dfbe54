// Mail as files in a folder, for another program to take from there.
#pragma once

#include "outbound/mail_transport.h"

#include <memory>
#include <string>

namespace gatehouse::outbound {

// Each mail becomes `ID.eml`, whole or not at all, and on disk before it counts as sent. The folder
// is made if it is missing; files can be read by the owner alone, since they hold live links.
std::unique_ptr<MailTransport> make_spool_transport(std::string folder);

} // namespace gatehouse::outbound
