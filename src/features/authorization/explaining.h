// Saying why: the satisfied path, or the first link that is missing.
#pragma once

#include "features/authorization/decided.h"
#include "features/authorization/messages.h"

#include <string>
#include <vector>

namespace gatehouse::authorization {

// The same for a row that is not assigned, for another organization's and for none: for those who
// may not know which it is. What is allowed stays as it is.
Decided wherever_it_is(Decided decided);

std::string sentence_of(Decided const& decided);

// In the order in which they were judged; the last one is the first that does not hold, if any.
std::vector<TermView> terms_of(Decided const& decided);

Explanation explanation_of(Decided const& decided, std::string decision_id);

} // namespace gatehouse::authorization
