// What a row of evidence looks like in a file.
#pragma once

#include "domain/evidence.h"
#include "features/compliance/sheet.h"

#include <string>
#include <vector>

namespace gatehouse::compliance {

std::vector<std::string> const& ledger_columns(); // api §9
std::vector<std::string> const& session_columns();
std::vector<std::string> const& token_columns();

void append_row(Sheet& into, domain::EvidenceRow const& row, std::string const& organization);
void append_row(Sheet& into, domain::SessionEvidence const& row, std::string const& organization);
void append_row(Sheet& into, domain::TokenEvidence const& row, std::string const& organization);

// details, personal and email as one object, as the view `security_events` shows them: `risk` has a
// part in both. Throws std::runtime_error for what is no object.
std::string metadata_of(domain::EvidenceRow const& row);

} // namespace gatehouse::compliance
