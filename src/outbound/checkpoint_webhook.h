// Checkpoints as the body of a POST.
#pragma once

#include "outbound/checkpoint_target.h"

namespace gatehouse::outbound {

std::expected<std::unique_ptr<CheckpointTarget>, std::string>
make_checkpoint_webhook(std::string url);

} // namespace gatehouse::outbound
