// Reads a search in captured mail.
#include "features/mail_capture/rules.h"

#include "core/text.h"

#include <string>

namespace gatehouse::mail_capture {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// Takes one term off the front: up to a blank that is not inside quotes; the quotes go.
std::string take_term(std::string_view& text)
{
    std::string term;
    bool quoted = false;
    std::size_t taken = 0;
    for (; taken < text.size(); ++taken) {
        if (text[taken] == '"')
            quoted = !quoted;
        else if (!quoted && blanks.find(text[taken]) != blanks.npos)
            break;
        else
            term += text[taken];
    }
    text.remove_prefix(taken);
    return term;
}

} // namespace

domain::CapturedMailQuery parse_query(std::string_view text)
{
    domain::CapturedMailQuery query;
    while (!(text = trimmed(text)).empty()) {
        auto const term = take_term(text);
        auto const colon = term.find(':');
        auto const field = ascii_lower(term.substr(0, colon == term.npos ? 0 : colon));
        auto* const parts = field == "to" ? &query.to
            : field == "from"             ? &query.from
            : field == "subject"          ? &query.subject
                                          : nullptr;
        auto const value = parts ? term.substr(colon + 1) : term;
        if (!value.empty())
            (parts ? *parts : query.anywhere).push_back(value);
    }
    return query;
}

} // namespace gatehouse::mail_capture
