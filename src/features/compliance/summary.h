// Counts by criterion, and the controls with what their last self-check found.
#pragma once

#include "domain/evidence.h"
#include "domain/services.h"
#include "features/compliance/messages.h"

#include <vector>

namespace gatehouse::compliance {

// Of what the ledger tallied: pure.
SummaryView summary_of(std::vector<domain::EventTally> const& tallies);

// Pure too. What is wrong with a control is for operators; here it is only said that something is.
ControlsView controls_of(std::vector<domain::ControlState> const& states, Instant now);

} // namespace gatehouse::compliance
