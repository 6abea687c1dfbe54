// Cells, column by column.
#include "features/compliance/rows.h"

#include "core/json.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::EvidenceRow;
using domain::SessionEvidence;
using domain::TokenEvidence;

json::Object object_in(std::string const& text)
{
    auto parsed = json::parse(text);
    auto* const object = parsed ? parsed->object() : nullptr;
    if (!object)
        throw std::runtime_error("a row of the ledger whose facts are no object");
    return std::move(*object);
}

json::Value* member(json::Object& object, std::string_view name)
{
    auto const found = std::ranges::find(object, name, &json::Member::name);
    return found == object.end() ? nullptr : &found->value;
}

void set(json::Object& object, std::string name, json::Value value)
{
    if (auto* const there = member(object, name))
        *there = std::move(value);
    else
        object.push_back({std::move(name), std::move(value)});
}

void lay_over(json::Object& below, json::Object above)
{
    for (auto& [name, value] : above) {
        auto* const there = name == "risk" ? member(below, name) : nullptr;
        if (there && there->object() && value.object())
            lay_over(*there->object(), std::move(*value.object()));
        else
            set(below, std::move(name), std::move(value));
    }
}

// Most rows have no such member; those are not read. `quoted` is its name as it stands in the text.
json::Value fact_in(std::string const& facts, std::string_view name, std::string_view quoted)
{
    if (facts.find(quoted) == std::string::npos)
        return {};
    auto object = object_in(facts);
    auto* const found = member(object, name);
    return found ? std::move(*found) : json::Value();
}

void append_fact(
    Sheet& into, EvidenceRow const& row, std::string_view name, std::string_view quoted
)
{
    json::Value fact;
    if (row.personal)
        fact = fact_in(*row.personal, name, quoted);
    if (fact.is_null())
        fact = fact_in(row.details, name, quoted);
    if (fact.is_null())
        into.nothing();
    else if (auto const* const text = fact.text())
        into.text(std::string_view(*text));
    else
        into.raw_json(json::canonical(fact));
}

} // namespace

std::vector<std::string> const& ledger_columns()
{
    static std::vector<std::string> const columns{
        "seq",
        "occurred_at",
        "event_type",
        "outcome",
        "user_id",
        "actor_id",
        "organization_id",
        "session_id",
        "ip_address",
        "user_agent",
        "resource",
        "resource_id",
        "old_value",
        "new_value",
        "correlation_id",
        "metadata"
    };
    return columns;
}

std::vector<std::string> const& session_columns()
{
    static std::vector<std::string> const columns{
        "id",
        "user_id",
        "email",
        "organization_id",
        "surface",
        "ip_address",
        "user_agent",
        "device_name",
        "country",
        "city",
        "risk_score",
        "degraded",
        "created_at",
        "last_seen_at",
        "expires_at",
        "absolute_expires_at",
        "logged_out_at",
        "revoked_at",
        "revoke_reason",
        "revoked_by"
    };
    return columns;
}

std::vector<std::string> const& token_columns()
{
    static std::vector<std::string> const columns{
        "id",
        "user_id",
        "organization_id",
        "session_id",
        "family_id",
        "parent_id",
        "replaced_by_token_id",
        "issued_at",
        "expires_at",
        "is_revoked",
        "revoked_at",
        "revoke_reason",
        "suspicious_reuse_at"
    };
    return columns;
}

std::string metadata_of(EvidenceRow const& row)
{
    if (!row.personal && !row.email)
        return row.details;
    auto all = object_in(row.details);
    if (row.personal)
        lay_over(all, object_in(*row.personal));
    if (row.email)
        set(all, "email", *row.email);
    return json::canonical(json::Value(std::move(all)));
}

void append_row(Sheet& into, EvidenceRow const& row, std::string const& organization)
{
    into.number(row.id);
    into.moment(row.at);
    into.text(std::string_view(row.event));
    into.text(std::string_view(row.outcome));
    into.text(row.user_id);
    into.text(row.actor_id);
    into.text(std::string_view(organization));
    into.text(row.session_id);
    into.text(row.ip_address);
    into.text(row.user_agent);
    into.text(row.resource);
    into.text(row.resource_id);
    append_fact(into, row, "oldValue", "\"oldValue\":");
    append_fact(into, row, "newValue", "\"newValue\":");
    into.text(row.correlation_id);
    into.raw_json(metadata_of(row));
    into.end_row();
}

void append_row(Sheet& into, SessionEvidence const& row, std::string const& organization)
{
    into.text(std::string_view(row.id));
    into.text(std::string_view(row.user_id));
    into.text(std::string_view(row.email));
    into.text(std::string_view(organization));
    into.text(std::string_view(row.surface));
    into.text(row.ip_address);
    into.text(row.user_agent);
    into.text(row.device_name);
    into.text(row.country);
    into.text(row.city);
    into.number(row.risk_score);
    into.truth(row.degraded);
    into.moment(row.created_at);
    into.moment(row.last_seen_at);
    into.moment(row.expires_at);
    into.moment(row.absolute_expires_at);
    into.moment(row.logged_out_at);
    into.moment(row.revoked_at);
    into.text(row.revoke_reason);
    into.text(row.revoked_by);
    into.end_row();
}

void append_row(Sheet& into, TokenEvidence const& row, std::string const& organization)
{
    into.text(std::string_view(row.id));
    into.text(std::string_view(row.user_id));
    into.text(std::string_view(organization));
    into.text(std::string_view(row.session_id));
    into.text(std::string_view(row.family_id));
    into.text(row.parent_id);
    into.text(row.replaced_by);
    into.moment(row.issued_at);
    into.moment(row.expires_at);
    into.truth(row.is_revoked);
    into.moment(row.revoked_at);
    into.text(row.revoke_reason);
    into.moment(row.suspicious_reuse_at);
    into.end_row();
}

} // namespace gatehouse::compliance
