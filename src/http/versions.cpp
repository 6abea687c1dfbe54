// Making and comparing entity tags.
#include "http/versions.h"

#include "core/text.h"
#include "crypto/digest.h"
#include "domain/refusal.h"

#include <algorithm>

namespace gatehouse::http {
namespace {
using domain::Reason;
using domain::Refusal;

constexpr std::size_t kept_digits = 32; // 128 bits: nobody meets a second body with them

[[noreturn]] void refuse()
{
    throw domain::invalid_field("If-Match", "must be * or a list of entity tags in quotes");
}

bool may_be_in_a_tag(char character) // etagc
{
    auto const byte = static_cast<unsigned char>(character);
    return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

// The opaque tag at the front of `list`, with its quotes, taken off it.
std::string take_tag(std::string_view& list)
{
    if (!list.starts_with('"'))
        refuse();
    auto const end = list.find('"', 1);
    if (end == std::string_view::npos)
        refuse();
    auto const tag = list.substr(0, end + 1);
    if (!std::ranges::all_of(tag.substr(1, tag.size() - 2), may_be_in_a_tag))
        refuse();
    list.remove_prefix(tag.size());
    return std::string(tag);
}

} // namespace

std::string entity_tag_of(std::string_view body)
{
    return '"' + crypto::sha256_hex(body).substr(0, kept_digits) + '"';
}

std::optional<IfMatch> IfMatch::of(Request const& request)
{
    auto const lines = request.headers("if-match");
    if (lines.empty())
        return std::nullopt;
    IfMatch condition;
    if (lines.size() == 1 && trimmed(lines.front()) == "*")
        condition.any_ = true;
    else
        for (auto const line : lines)
            condition.read(line);
    return condition;
}

void IfMatch::read(std::string_view list)
{
    bool found = false;
    for (list = trimmed(list); !list.empty(); list = trimmed(list)) {
        if (list.front() == ',') { // an empty element is allowed (5.6.1)
            list.remove_prefix(1);
            continue;
        }
        bool const is_weak = list.starts_with("W/");
        if (is_weak)
            list.remove_prefix(2);
        auto tag = take_tag(list);
        list = trimmed(list);
        if (!list.empty() && list.front() != ',')
            refuse();
        if (!is_weak)
            tags_.push_back(std::move(tag));
        found = true;
    }
    if (!found)
        refuse();
}

void IfMatch::require(std::string_view present) const
{
    if (!any_ && std::ranges::find(tags_, present) == tags_.end())
        throw Refusal{.reason = Reason::precondition_failed};
}

} // namespace gatehouse::http
