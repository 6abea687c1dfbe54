// The web console as it travels inside the binary: web/scripts/embed.ts writes the list at build
// time.
#pragma once

#include <span>
#include <string_view>

namespace gatehouse::console {

// One file in the forms in which it is sent; a form that saves nothing is empty.
struct File {
    std::string_view path; // `/assets/index-Cx3f9a.js`
    std::string_view content_type;
    std::string_view tag; // of its content, without quotes
    std::string_view plain;
    std::string_view brotli;
    std::string_view gzip;
};
using Files = std::span<File const>;

// Sorted by path; empty in a build without the console. Defined in the executable, so that the
// API's description can be printed before the console that is typed by it is built.
Files embedded_files();

} // namespace gatehouse::console
