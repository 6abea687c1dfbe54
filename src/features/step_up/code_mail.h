// How a mail with a code is written, for the domain, which asks for one without knowing.
#pragma once

#include "domain/services.h"

namespace gatehouse::step_up {

// The payload for the outbox.
SecretString code_mail(domain::CodeMail const& mail);

} // namespace gatehouse::step_up
