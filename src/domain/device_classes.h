// Which kind of device a user agent names, and the row where a session is used by another kind.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/sessions.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::domain {

// By behaviours §8: an absent user agent is a program's.
DeviceClass device_class_of(std::optional<std::string> const& user_agent);

// Whether a request by this user agent comes from a class that the session is not yet known by.
bool is_new_class(Session const& session, std::optional<std::string> const& user_agent);

// One SUSPICIOUS_LOGIN_DETECTED row per session and class, however many requests ask at once; the
// request itself goes on. Asks no database where the class is known.
Async<void> note_device(Services& services, RequestFacts facts, Caller const& caller);

} // namespace gatehouse::domain
