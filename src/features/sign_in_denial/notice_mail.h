// How the notice of a new device is written, for the domain, which asks for one without knowing.
#pragma once

#include "domain/services.h"

namespace gatehouse::sign_in_denial {

// The payload for the outbox.
SecretString notice_mail(domain::SignInMail const& mail);

} // namespace gatehouse::sign_in_denial
