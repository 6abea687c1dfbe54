// Who could do what, and the campaigns that review it, as the store of evidence hands them out.
#pragma once

#include "domain/access_evidence.h"
#include "storage/sql/connection.h"

#include <memory>

namespace gatehouse::sql {

std::unique_ptr<domain::AccessEvidence> make_access_evidence(Connection& connection);
std::unique_ptr<domain::AccessReviews> make_access_reviews(Connection& connection);

} // namespace gatehouse::sql
