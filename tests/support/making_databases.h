// What the two kinds of test database share in the making.
#pragma once

#include "support/test_database.h"

#include <memory>
#include <string>

namespace gatehouse::testing {

std::string fresh_name(); // of a database or folder; never used before, in no other process
void bring_up(sql::SchemaConnection& connection); // migrates, and prepares the role

std::unique_ptr<TestDatabase> make_on_postgres(TestDatabase::Schema schema);

} // namespace gatehouse::testing
