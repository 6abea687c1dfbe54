// What goes how often.
#include "app/housekeeping.h"

#include "domain/clearing_away.h"
#include "domain/exports.h"
#include "features/data_erasure/erasing.h"

#include <chrono>

namespace gatehouse::app {
namespace {

constexpr std::chrono::milliseconds successors_are_wiped_every{5000};
constexpr std::chrono::milliseconds exports_are_settled_every{1000};
constexpr std::chrono::milliseconds ended_rows_go_every{30'000};
constexpr std::chrono::milliseconds people_are_erased_every{10'000};
constexpr std::chrono::milliseconds tables_are_counted_every{60'000};

} // namespace

void begin_housekeeping(Background& background, domain::Services& services)
{
    background.repeat("refresh-successors", successors_are_wiped_every, [&services] {
        auto const window = services.settings.refresh_retry_window;
        return domain::wipe_successors(services.storage, services.clock.now() - window);
    });
    background.repeat("export-ends", exports_are_settled_every, [&services] {
        return services.exports.settle(services.storage);
    });
    background.repeat("clear-away", ended_rows_go_every, [&services] {
        return domain::clear_away(services.storage, services.clock.now());
    });
    background.repeat("erasures", people_are_erased_every, [&services] {
        return data_erasure::erase_due(services);
    });
    background.repeat("table-sizes", tables_are_counted_every, [&services] {
        return domain::tell_sizes(services.storage);
    });
}

} // namespace gatehouse::app
