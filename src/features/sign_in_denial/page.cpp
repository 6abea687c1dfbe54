// Filling in the page.
#include "features/sign_in_denial/page.h"

#include "features/sign_in_denial/page_embedded.h"

#include <stdexcept>

namespace gatehouse::sign_in_denial {
namespace {

std::string_view written()
{
    for (auto const& file : embedded_page())
        if (file.name == "page.html")
            return file.text;
    throw std::logic_error("the page is not in the binary");
}

} // namespace

std::string page(std::string_view nonce)
{
    constexpr std::string_view place = "{{nonce}}";
    std::string text;
    auto rest = written();
    for (;;) {
        auto const at = rest.find(place);
        text += rest.substr(0, at);
        if (at == rest.npos)
            return text;
        text += nonce;
        rest.remove_prefix(at + place.size());
    }
}

std::string page_policy(std::string_view nonce)
{
    std::string const own = "'nonce-" + std::string(nonce) + "'";
    return "default-src 'none'; script-src " + own + "; style-src " + own
        + "; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

} // namespace gatehouse::sign_in_denial
