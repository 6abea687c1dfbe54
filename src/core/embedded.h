// A file that travels inside the binary: CMakeLists.txt says which (embed).
#pragma once

#include <string_view>

namespace gatehouse {

struct EmbeddedFile {
    std::string_view name; // without its folder
    std::string_view text;
};

} // namespace gatehouse
