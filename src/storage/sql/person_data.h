// The stores behind what becomes of a person's data, given out by others (members, the ledger's
// chain).
#pragma once

#include "domain/erasures.h"
#include "domain/prunings.h"
#include "domain/retention.h"
#include "storage/sql/connection.h"

#include <memory>

namespace gatehouse::sql {

std::unique_ptr<domain::Erasures> make_erasures(Connection& connection);
std::unique_ptr<domain::Prunings> make_prunings(Connection& connection);
std::unique_ptr<domain::Retention> make_retention(Connection& connection);

} // namespace gatehouse::sql
