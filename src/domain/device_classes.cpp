// A token that wanders to another kind of device may be a stolen one: told once, never refused.
#include "domain/device_classes.h"

#include "domain/ledger.h"
#include "domain/storage.h"

#include <algorithm>
#include <array>

namespace gatehouse::domain {

DeviceClass device_class_of(std::optional<std::string> const& user_agent)
{
    constexpr std::array<std::string_view, 4> mobile{"Mobile", "Android", "iPhone", "iPad"};
    if (!user_agent)
        return DeviceClass::program;
    auto const names = [&](std::string_view word) {
        return user_agent->contains(word);
    };
    if (std::ranges::any_of(mobile, names))
        return DeviceClass::mobile;
    return user_agent->starts_with("Mozilla/") ? DeviceClass::browser : DeviceClass::program;
}

bool is_new_class(Session const& session, std::optional<std::string> const& user_agent)
{
    auto const used = device_class_of(user_agent);
    if (used == device_class_of(session.user_agent))
        return false;
    return std::ranges::find(session.device_classes, to_text(used)) == session.device_classes.end();
}

Async<void> note_device(Services& services, RequestFacts facts, Caller const& caller)
{
    auto const& session = caller.session;
    if (!is_new_class(session, facts.user_agent))
        co_return;
    auto const used = device_class_of(facts.user_agent);
    auto work = co_await services.storage.begin();
    // The write decides who tells it, where several requests ask at once.
    bool const is_first
        = co_await work->sessions().note_class(session.organization_id, session.id, used);
    if (!is_first)
        co_return;
    auto entry = ledger_entry(facts, Event::suspicious_login_detected, Outcome::success, 200);
    entry.status.reset(); // what will be answered is not known yet
    entry.organization_id = session.organization_id;
    entry.user_id = session.user_id;
    entry.actor_id = session.user_id;
    entry.session_id = session.id;
    entry.details["deviceClass"] = std::string(to_text(used));
    entry.details["sessionClass"] = std::string(to_text(device_class_of(session.user_agent)));
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

} // namespace gatehouse::domain
