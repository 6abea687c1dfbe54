// Out of the one table of the domain.
#include "features/compliance/sources.h"

#include "domain/export_files.h"

namespace gatehouse::compliance {
namespace {
using domain::ExportFile;

Source source_of(ExportFile const& file)
{
    return ledger_source(std::string(file.name), std::string(file.criterion), file.events);
}

} // namespace

Source bundle_source(std::string_view name)
{
    return source_of(domain::export_file(name));
}

std::vector<BundleFile> bundle_files(Format format)
{
    std::vector<BundleFile> files;
    for (auto const& file : domain::export_files()) {
        auto const path = std::string(file.folder) + "/" + std::string(file.name) + "."
            + std::string(to_text(format));
        files.push_back({path, source_of(file)});
    }
    return files;
}

Source audit_log_source()
{
    return ledger_source("audit_logs", "", {});
}

Source login_history_source()
{
    return ledger_source("login_history", "", domain::login_events());
}

Source security_event_source()
{
    return ledger_source("security_events", "", domain::security_events());
}

} // namespace gatehouse::compliance
