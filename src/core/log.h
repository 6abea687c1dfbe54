// Logs as JSON lines on standard error, never with a secret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::log {

enum class Level { trace, debug, info, warning, error };

void set_level(Level lowest);
bool is_on(Level level) noexcept;
std::optional<Level> parse_level(std::string_view name);

// One line; written when it goes out of scope. Names of events are `room.what_happened`.
//   log::Line(log::Level::error, "ledger.append_failed").with("cause", error.what());
class Line {
public:
    Line(Level level, std::string_view event);
    Line(Line const&) = delete;
    Line& operator=(Line const&) = delete;
    ~Line();

    Line& with(std::string_view name, std::string_view value);
    Line& with(std::string_view name, char const* value) { return with(name, std::string_view(value)); }
    Line& with(std::string_view name, std::string const& value) { return with(name, std::string_view(value)); }
    Line& with(std::string_view name, std::int64_t value);
    Line& with(std::string_view name, int value) { return with(name, static_cast<std::int64_t>(value)); }
    Line& with(std::string_view name, bool value);

private:
    bool on_;
    std::string text_;
};

// Writes out what is still held back. Lines at warning and above are never held back.
void flush();

} // namespace gatehouse::log
