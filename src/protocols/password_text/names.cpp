// Bringing names into the form in which they are stored.
#include "protocols/password_text/names.h"

#include "core/text.h"
#include "protocols/password_text/code_points.h"

#include <stdexcept>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

namespace gatehouse::password_text {
namespace {

void require_icu(UErrorCode status)
{
    if (U_FAILURE(status))
        throw std::runtime_error(std::string("ICU does not normalise: ") + u_errorName(status));
}

std::string composed(std::string_view text)
{
    auto status = U_ZERO_ERROR;
    auto const* const nfc = icu::Normalizer2::getNFCInstance(status);
    require_icu(status);
    std::string result;
    icu::StringByteSink<std::string> sink(&result);
    icu::StringPiece const piece(text.data(), static_cast<std::int32_t>(text.size()));
    nfc->normalizeUTF8(0, piece, sink, nullptr, status);
    require_icu(status);
    return result;
}

// Without white space of any script at both ends.
std::string_view trimmed_of_any_space(std::string_view text)
{
    auto const* begin = text.data();
    auto const* end = begin;
    for (auto rest = text; !rest.empty();) {
        bool const is_space = u_isUWhiteSpace(static_cast<UChar32>(take_code_point(rest)));
        if (!is_space)
            end = rest.data();
        else if (end == begin)
            begin = end = rest.data();
    }
    return {begin, static_cast<std::size_t>(end - begin)};
}

bool holds_control(std::string_view text)
{
    while (!text.empty())
        if (u_charType(static_cast<UChar32>(take_code_point(text))) == U_CONTROL_CHAR)
            return true;
    return false;
}

} // namespace

std::optional<std::string> normalised_name(std::string_view name)
{
    // Bytes. Composing shortens a text at most to a third of its code points, and costs more than
    // its length for long runs of marks: what cannot be a name any more is not composed at all.
    constexpr std::size_t longest_sensible = 4 * 3 * longest_name;
    if (name.size() > longest_sensible || !is_valid_utf8(name))
        return std::nullopt;
    auto const normal = composed(name);
    auto const text = trimmed_of_any_space(normal);
    if (code_points(text) > longest_name || holds_control(text))
        return std::nullopt;
    return std::string(text);
}

std::optional<std::string> normalised_organization_name(std::string_view name)
{
    auto normal = normalised_name(name);
    if (!normal || code_points(*normal) < 2)
        return std::nullopt;
    return normal;
}

} // namespace gatehouse::password_text
