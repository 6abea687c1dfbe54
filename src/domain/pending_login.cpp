// A sign-in that waits, as JSON.
#include "domain/pending_login.h"

namespace gatehouse::domain {
namespace {

void put(json::Object& object, char const* name, std::optional<std::string> const& text)
{
    if (text)
        object.push_back({name, json::Value(*text)});
}

std::optional<std::string> text_of(json::Value const& object, char const* name)
{
    auto const* const member = object.find(name);
    auto const* const text = member ? member->text() : nullptr;
    if (!text)
        return std::nullopt;
    return *text;
}

std::optional<Surface> surface_named(std::optional<std::string> const& text)
{
    for (auto const surface : {Surface::account, Surface::organization})
        if (text == to_text(surface))
            return surface;
    return std::nullopt;
}

} // namespace

json::Value to_json(PendingLogin const& pending)
{
    json::Object object;
    object.push_back({"surface", json::Value(to_text(pending.surface))});
    if (pending.named)
        object.push_back({"named", json::Value(pending.named->text())});
    object.push_back({"rememberMe", json::Value(pending.remember_me)});
    object.push_back({"sessionVersion", json::Value(pending.session_version)});
    object.push_back({"passwordState", json::Value(pending.password_state)});
    put(object, "fingerprint", pending.device.fingerprint);
    put(object, "deviceId", pending.device.id);
    put(object, "deviceName", pending.device.name);
    put(object, "country", pending.device.country);
    put(object, "city", pending.device.city);
    return object;
}

std::optional<PendingLogin> parse_pending(json::Value const& object)
{
    auto const surface = surface_named(text_of(object, "surface"));
    auto const* const remember = object.find("rememberMe");
    auto const* const version = object.find("sessionVersion");
    auto const state = text_of(object, "passwordState");
    if (!surface || !state || !remember || !remember->boolean() || !version || !version->integer())
        return std::nullopt;
    PendingLogin pending;
    pending.surface = *surface;
    if (auto named = text_of(object, "named"))
        pending.named = OrganizationId(std::move(*named));
    pending.remember_me = *remember->boolean();
    pending.session_version = static_cast<int>(*version->integer());
    pending.password_state = *state;
    pending.device
        = {.fingerprint = text_of(object, "fingerprint"),
           .id = text_of(object, "deviceId"),
           .name = text_of(object, "deviceName"),
           .country = text_of(object, "country"),
           .city = text_of(object, "city")};
    return pending;
}

std::string to_payload(PendingLogin const& pending)
{
    return json::canonical(to_json(pending));
}

std::optional<PendingLogin> parse_payload(std::string_view payload)
{
    auto const object = json::parse(payload);
    if (!object)
        return std::nullopt;
    return parse_pending(*object);
}

} // namespace gatehouse::domain
