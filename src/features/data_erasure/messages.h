// What is said about erasing one's own data.
#pragma once

#include "core/secret.h"
#include "core/time.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::data_erasure {

struct EraseRequest {
    SecretString password;
};
BOOST_DESCRIBE_STRUCT(EraseRequest, (), (password))

struct ErasureView {
    bool success = true;
    std::string state = "none"; // none, scheduled, held
    std::optional<Instant> requested_at;
    std::optional<Instant> due_at; // until then it can be taken back
};
BOOST_DESCRIBE_STRUCT(ErasureView, (), (success, state, requested_at, due_at))

} // namespace gatehouse::data_erasure
