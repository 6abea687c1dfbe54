// The version of this build.
#pragma once

namespace gatehouse::app {

inline constexpr char const* version = "0.1.0";

} // namespace gatehouse::app
