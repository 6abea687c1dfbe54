// Reading and writing JSON arrays of strings.
#include "storage/sql/text_list.h"

#include "core/json.h"

namespace gatehouse::sql {

std::string to_json(std::vector<std::string> const& texts)
{
    json::Array array;
    for (auto const& text : texts)
        array.emplace_back(text);
    return json::canonical(json::Value(std::move(array)));
}

std::optional<std::vector<std::string>> texts_from_json(std::string_view text)
{
    auto const parsed = json::parse(text);
    auto const* const array = parsed ? parsed->array() : nullptr;
    if (!array)
        return std::nullopt;
    std::vector<std::string> texts;
    for (auto const& member : *array) {
        auto const* const one = member.text();
        if (!one)
            return std::nullopt;
        texts.push_back(*one);
    }
    return texts;
}

} // namespace gatehouse::sql
