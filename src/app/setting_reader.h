// Gathered values as checked types: what cannot be used is refused with its name and the mend.
#pragma once

#include "app/config.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::app {

// Everything here throws BadConfiguration.
class SettingReader {
public:
    explicit SettingReader(Values const& values)
        : values_(values)
    {
    }

    std::string const& text(std::string_view name) const { return given(name).value; }
    bool is_default(std::string_view name) const { return given(name).place == "default"; }
    [[noreturn]] void refuse(std::string_view name, std::string const& mend) const;
    int number(std::string_view name, int least, int most) const;
    std::vector<std::string> list(std::string_view name) const; // separated by commas
    // The index of the value among `words`.
    std::size_t one_of(std::string_view name, std::vector<std::string_view> const& words) const;
    Address address(std::string_view name) const;

private:
    Given const& given(std::string_view name) const { return values_.find(name)->second; }
    Values const& values_;
};

} // namespace gatehouse::app
