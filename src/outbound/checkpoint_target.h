// Where the ledger's checkpoints are kept outside the database: a file, a directory or a webhook.
#pragma once

#include "core/time.h"

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::outbound {

class CheckpointTarget {
public:
    virtual ~CheckpointTarget() = default;
    // Returns once they are kept there; throws std::runtime_error. Repeating is safe.
    virtual void write(std::string const& lines, Instant now) = 0;
    virtual std::string_view name() const = 0; // `file`, `directory` or `webhook`
};

// `file:PATH` is appended to, `dir:PATH` gets a new file each time (for storage that is written
// once), `https://…` is sent them as the body of a POST; `http://` to loopback alone. Redirections
// are not followed, and no proxy of the environment is used. The error never repeats the setting.
std::expected<std::unique_ptr<CheckpointTarget>, std::string>
make_checkpoint_target(std::string_view setting);

} // namespace gatehouse::outbound
