// The images of the fail-Nth loop hold every table that the migrations make.
#include "faults/table_image.h"
#include "support/world_fixture.h"

#include <algorithm>

namespace gatehouse::testing {
namespace {

class TableImages : public InAWorld { };
INSTANTIATE_ON_BOTH_DATABASES(TableImages);

TEST_P(TableImages, hold_every_table_of_the_catalogue)
{
    auto const* const catalogue = GetParam() == sql::Dialect::postgres
        ? "SELECT table_name FROM information_schema.tables "
          "WHERE table_schema = 'auth' AND table_type = 'BASE TABLE'"
        : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    std::vector<std::string> found;
    for (auto const row : world.outside().query(catalogue))
        if (row.text(0) != "schema_migrations")
            found.push_back(row.text(0));
    std::ranges::sort(found);
    EXPECT_EQ(found, tables_in_images());
}

} // namespace
} // namespace gatehouse::testing
