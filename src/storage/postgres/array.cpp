// PostgreSQL's array texts.
#include "storage/postgres/codec.h"

namespace gatehouse::postgres {

std::string to_array(std::vector<std::string> const& texts)
{
    std::string array = "{";
    for (auto const& text : texts) {
        if (array.size() > 1)
            array += ',';
        array += '"';
        for (char const each : text) {
            if (each == '"' || each == '\\')
                array += '\\';
            array += each;
        }
        array += '"';
    }
    array += '}';
    return array;
}

std::optional<std::vector<std::string>> parse_array(std::string_view text)
{
    if (text.size() < 2 || text.front() != '{' || text.back() != '}')
        return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::vector<std::string> texts;
    while (!text.empty()) {
        bool const quoted = text.front() == '"';
        std::size_t at = quoted ? 1 : 0;
        std::string one;
        for (; at < text.size() && text[at] != (quoted ? '"' : ','); ++at) {
            if (text[at] == '\\' && ++at == text.size())
                return std::nullopt;
            if (!quoted && (text[at] == '{' || text[at] == '}' || text[at] == '"'))
                return std::nullopt; // more than one dimension, or no array at all
            one += text[at];
        }
        if (quoted && at++ >= text.size())
            return std::nullopt;
        if (!quoted && (one == "NULL" || one.empty()))
            return std::nullopt;
        texts.push_back(std::move(one));
        if (at == text.size())
            return texts;
        if (text[at] != ',' || at + 1 == text.size())
            return std::nullopt;
        text.remove_prefix(at + 1);
    }
    return texts;
}

} // namespace gatehouse::postgres
