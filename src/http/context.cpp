// One request's context.
#include "http/context.h"

#include "core/text.h"

#include <stdexcept>

namespace gatehouse::http {

namespace {
constexpr std::size_t longest_user_agent = 1024; // bytes

// Bytes that are not UTF-8 would be an error in the database and must not be one here.
std::optional<std::string> readable(std::optional<std::string_view> text)
{
    if (!text)
        return std::nullopt;
    // No program needs more to say who it is, and every session and ledger row keeps it.
    std::string kept(text->substr(0, longest_user_agent));
    if (!is_valid_utf8(kept))
        for (char& letter : kept)
            if (static_cast<unsigned char>(letter) >= 0x80)
                letter = '?';
    return kept;
}
} // namespace

Context::Context(
    Request const& request_,
    domain::Services& services_,
    Instant now_,
    std::string const& request_id_,
    std::string const& client_address_,
    Surface surface_,
    Origins const& origins,
    Response& response
)
    : request(request_)
    , services(services_)
    , now(now_)
    , request_id(request_id_)
    , surface(surface_)
    , client_address(client_address_)
    , user_agent(readable(request_.header("user-agent")))
    , origins_(origins)
    , response_(response)
{
}

void Context::admit(domain::Caller caller)
{
    caller_ = std::make_unique<domain::Caller>(std::move(caller));
}

domain::Caller const& Context::caller() const
{
    if (!caller_)
        throw std::logic_error("caller() on a route without Access::session()");
    return *caller_;
}

domain::Actor Context::actor() const
{
    if (is_provisioner_)
        return domain::Actor::provisioner();
    return domain::Actor::person(caller());
}

std::optional<SecretString> Context::cookie_credential(std::string_view name) const
{
    auto const cookie = find_cookie(request, name);
    if (!cookie || cookie->ambiguous || cookie->value.empty())
        return std::nullopt;
    if (!is_safe(request.method) && !origins_.proves_same_site(request))
        throw domain::Refusal{.reason = domain::Reason::cross_site};
    return SecretString(std::string(cookie->value));
}

std::optional<std::string> Context::word_of_proxy(std::string_view name) const
{
    if (!is_from_proxy_ || name.empty())
        return std::nullopt;
    auto word = readable(request.header(name));
    if (word && trimmed(*word).empty())
        return std::nullopt;
    return word;
}

std::string const& Context::parameter(std::string_view name) const
{
    for (auto const& [known, value] : parameters_)
        if (known == name)
            return value;
    throw std::logic_error("no :" + std::string(name) + " in the path of this route");
}

bool Context::may_see_operations() const
{
    return request.on_operator_listener
        || services.settings.environment != domain::Environment::production;
}

void Context::redirect(std::string_view url)
{
    response_.set_header("Location", url);
    response_.status = 302;
}

} // namespace gatehouse::http
