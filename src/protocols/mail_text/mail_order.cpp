// Mail orders as JSON and back.
#include "protocols/mail_text/mail_order.h"

#include "core/json.h"

#include <array>
#include <stdexcept>
#include <utility>

namespace gatehouse::mail_text {
namespace {

constexpr std::array kinds{
    std::pair(MailKind::verify_email, std::string_view("verify_email")),
    std::pair(MailKind::password_reset, std::string_view("password_reset")),
    std::pair(MailKind::password_changed, std::string_view("password_changed")),
    std::pair(MailKind::sessions_ended, std::string_view("sessions_ended")),
    std::pair(MailKind::address_changed, std::string_view("address_changed")),
    std::pair(MailKind::invitation, std::string_view("invitation")),
    std::pair(MailKind::step_up_code, std::string_view("step_up_code")),
    std::pair(MailKind::new_sign_in, std::string_view("new_sign_in")),
    std::pair(MailKind::erasure_requested, std::string_view("erasure_requested")),
    std::pair(MailKind::account_erased, std::string_view("account_erased")),
    std::pair(MailKind::erasure_taken_back, std::string_view("erasure_taken_back")),
};

std::string name_of(MailKind kind)
{
    for (auto const& [known, name] : kinds)
        if (known == kind)
            return std::string(name);
    throw std::logic_error("a kind of mail without a name");
}

std::optional<MailKind> parse_kind(std::string const& text)
{
    for (auto const& [kind, name] : kinds)
        if (name == text)
            return kind;
    return {};
}

std::optional<std::string> text_of(json::Value const& from, std::string_view name)
{
    auto const* const value = from.find(name);
    auto const* const text = value ? value->text() : nullptr;
    return text ? std::optional(*text) : std::nullopt;
}

std::optional<std::vector<MailLink>> parse_links(json::Value const& from)
{
    auto const* const value = from.find("links");
    auto const* const array = value ? value->array() : nullptr;
    if (!array)
        return {};
    std::vector<MailLink> links;
    for (auto const& each : *array) {
        auto token = text_of(each, "token");
        auto organization = text_of(each, "organization");
        if (!token || !organization)
            return {};
        links.push_back({SecretString(std::move(*token)), std::move(*organization)});
    }
    return links;
}

std::array<std::pair<std::string_view, std::string>, 3> facts_of(MailOrder const& order)
{
    return {{{"device", order.device}, {"place", order.place}, {"address", order.address}}};
}

} // namespace

SecretString to_payload(MailOrder const& order)
{
    json::Array links;
    for (auto const& link : order.links)
        links.push_back(json::Object{
            {"token", link.token.reveal()},
            {"organization", link.organization},
        });
    json::Object members{
        {"kind", name_of(order.kind)},
        {"recipient", order.recipient},
        {"recipientName", order.recipient_name},
        {"links", std::move(links)},
        {"callbackUrl", order.callback_url},
        {"newAddress", order.new_address},
    };
    for (auto const& [name, value] : facts_of(order))
        if (!value.empty())
            members.push_back({std::string(name), value});
    if (!order.code.empty())
        members.push_back({"code", order.code.reveal()});
    if (order.happened_at)
        members.push_back({"happenedAt", order.happened_at->milliseconds()});
    return SecretString(json::to_text(std::move(members)));
}

std::optional<MailOrder> parse_payload(SecretString const& payload)
{
    auto const value = json::parse(payload.reveal());
    if (!value)
        return {};
    auto const kind_text = text_of(*value, "kind");
    auto const kind = kind_text ? parse_kind(*kind_text) : std::nullopt;
    auto recipient = text_of(*value, "recipient");
    auto recipient_name = text_of(*value, "recipientName");
    auto links = parse_links(*value);
    auto callback_url = text_of(*value, "callbackUrl");
    auto new_address = text_of(*value, "newAddress");
    if (!kind || !recipient || !recipient_name || !links || !callback_url || !new_address)
        return {};
    MailOrder order{
        .kind = *kind,
        .recipient = std::move(*recipient),
        .recipient_name = std::move(*recipient_name),
        .links = std::move(*links),
        .callback_url = std::move(*callback_url),
        .new_address = std::move(*new_address),
    };
    order.device = text_of(*value, "device").value_or("");
    order.place = text_of(*value, "place").value_or("");
    order.address = text_of(*value, "address").value_or("");
    if (auto code = text_of(*value, "code"))
        order.code = SecretString(std::move(*code));
    if (auto const* const at = value->find("happenedAt")) {
        if (!at->integer())
            return {};
        order.happened_at = Instant::from_milliseconds(*at->integer());
    }
    return order;
}

} // namespace gatehouse::mail_text
