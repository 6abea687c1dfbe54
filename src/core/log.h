// Logs as JSON lines on standard error, never with a secret.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::log {

enum class Level { trace, debug, info, warning, error };

void set_level(Level lowest);
bool is_on(Level level) noexcept;
std::optional<Level> parse_level(std::string_view name);

// One line; written when it goes out of scope. Names of events are `room.what_happened`.
//   log::Line(log::Level::error, "ledger.append_failed").with("cause", error.what());
// Bytes that are not UTF-8 come out as U+FFFD, so that every line is valid JSON.
class Line {
public:
    Line(Level level, std::string_view event);
    Line(Line const&) = delete;
    Line& operator=(Line const&) = delete;
    ~Line();

    Line& with(std::string_view name, std::string_view value);
    Line& with(std::string_view name, char const* value)
    {
        return with(name, std::string_view(value));
    }
    Line& with(std::string_view name, std::string const& value)
    {
        return with(name, std::string_view(value));
    }
    Line& with(std::string_view name, std::int64_t value);
    Line& with(std::string_view name, bool value);
    template <std::integral Number> Line& with(std::string_view name, Number value)
    {
        return with(name, static_cast<std::int64_t>(value));
    }

private:
    void begin_member(std::string_view name);

    bool on_;
    Level level_;
    std::string text_;
};

// Writes out what is still held back. Lines at warning and above are never held back.
void flush();

} // namespace gatehouse::log
