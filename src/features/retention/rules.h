// How long an organization may want to keep things, and why somebody is held.
#pragma once

#include "domain/retention.h"
#include "features/retention/messages.h"

#include <string>

namespace gatehouse::retention {

SettingsView view_of(domain::RetentionSettings const& settings);
HoldView view_of(domain::LegalHold const& hold);

// Throw Refusal, 400.
domain::RetentionSettings understood(SettingsRequest const& request);
std::string reason_in(HoldRequest const& request);

// For the ledger: `attemptDays=7 ledgerDays=400`.
std::string to_words(domain::RetentionSettings const& settings);

} // namespace gatehouse::retention
