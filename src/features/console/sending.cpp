// Choosing a form, and entity tags.
#include "features/console/sending.h"

#include "core/text.h"

#include <optional>
#include <string>

namespace gatehouse::console {
namespace {

// Names with a digest in them stand for their content for ever; all others are asked about anew.
bool is_hashed(File const& file)
{
    return file.path.starts_with("/assets/");
}

// The weight of one coding in thousandths; nothing where it is not named.
std::optional<int> weight_of(std::string_view coding, std::string_view accepted)
{
    while (!accepted.empty()) {
        auto const comma = accepted.find(',');
        auto const item = accepted.substr(0, comma);
        accepted
            = comma == std::string_view::npos ? std::string_view() : accepted.substr(comma + 1);
        auto const semicolon = item.find(';');
        if (ascii_lower(trimmed(item.substr(0, semicolon))) != coding)
            continue;
        auto const weight = semicolon == std::string_view::npos
            ? std::string_view()
            : trimmed(item.substr(semicolon + 1));
        if (weight.empty())
            return 1000;
        if (!weight.starts_with("q=") && !weight.starts_with("Q="))
            return 0; // what is malformed takes nothing
        return weight.find_first_of("123456789") == std::string_view::npos ? 0 : 1000;
    }
    return std::nullopt;
}

bool takes(std::string_view coding, std::string_view accepted)
{
    auto const named = weight_of(coding, accepted);
    return named.value_or(weight_of("*", accepted).value_or(0)) > 0;
}

std::string_view form_of(File const& file, Coding coding)
{
    switch (coding) {
    case Coding::plain:
        return file.plain;
    case Coding::brotli:
        return file.brotli;
    case Coding::gzip:
        return file.gzip;
    }
    return file.plain;
}

// Each form has a tag of its own, since a strong tag stands for bytes.
std::string tag_of(File const& file, Coding coding)
{
    std::string_view const ending = coding == Coding::brotli ? "-br"
        : coding == Coding::gzip                             ? "-gz"
                                                             : "";
    return '"' + std::string(file.tag) + std::string(ending) + '"';
}

bool is_known_already(http::Request const& request, std::string_view tag)
{
    auto known = request.header("if-none-match").value_or(std::string_view());
    while (!known.empty()) {
        auto const comma = known.find(',');
        auto one = trimmed(known.substr(0, comma));
        known = comma == std::string_view::npos ? std::string_view() : known.substr(comma + 1);
        if (one.starts_with("W/")) // compared weakly (RFC 9110 13.1.2)
            one.remove_prefix(2);
        if (one == tag || one == "*")
            return true;
    }
    return false;
}

} // namespace

Coding best_coding(std::string_view accepted, File const& file)
{
    if (!file.brotli.empty() && takes("br", accepted))
        return Coding::brotli;
    if (!file.gzip.empty() && takes("gzip", accepted))
        return Coding::gzip;
    return Coding::plain;
}

void send(File const& file, http::Request const& request, http::Response& response)
{
    auto const coding
        = best_coding(request.header("accept-encoding").value_or(std::string_view()), file);
    auto const tag = tag_of(file, coding);
    response.set_header("ETag", tag);
    response.set_header("Vary", "Accept-Encoding");
    response.set_header(
        "Cache-Control", is_hashed(file) ? "public, max-age=31536000, immutable" : "no-cache"
    );
    if (response.status == 200 && is_known_already(request, tag)) {
        response.status = 304;
        return;
    }
    response.set_header("Content-Type", file.content_type);
    if (coding == Coding::brotli)
        response.set_header("Content-Encoding", "br");
    if (coding == Coding::gzip)
        response.set_header("Content-Encoding", "gzip");
    response.body = form_of(file, coding);
}

} // namespace gatehouse::console
