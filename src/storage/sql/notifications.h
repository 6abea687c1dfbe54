// The notifications of the people, as their store hands them out.
#pragma once

#include "domain/notifications.h"
#include "storage/sql/connection.h"

#include <memory>

namespace gatehouse::sql {

std::unique_ptr<domain::Notifications> make_notifications(Connection& connection);

} // namespace gatehouse::sql
