// Walking through the code points of UTF-8.
#pragma once

#include "core/text.h"

#include <string_view>

namespace gatehouse::password_text {

// Takes the first code point away from the front of `text`, which is not empty. A byte that belongs
// to none is taken alone, as U+FFFD.
inline char32_t take_code_point(std::string_view& text)
{
    auto const length = utf8_sequence_length(text);
    auto const lead = static_cast<unsigned char>(text.front());
    if (length <= 1) {
        text.remove_prefix(1);
        return length == 1 ? lead : char32_t(0xfffd);
    }
    char32_t point = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
    text.remove_prefix(length);
    return point;
}

} // namespace gatehouse::password_text
