// The append-only ledger: one row for each outcome, its personal part behind a salted commitment.
#include "domain/ledger.h"

#include "core/json.h"
#include "domain/ledger_chain.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::Facts;
using domain::Ledger;
using domain::LedgerEntry;
using domain::OrganizationId;
using domain::to_text;

constexpr Statement insert_row(
    "INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, status, actor_id, "
    "user_id, session_id, resource, resource_id, correlation_id, details, ip_address, user_agent, "
    "email, personal, pii_salt, pii_commitment) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
    "$11, $12, $13, $14, $15, $16, $17, $18) RETURNING id"
);

struct Written {
    json::Value operator()(domain::NestedFacts const& nested) const { return nested.value; }
    json::Value operator()(auto const& held) const { return json::Value(held); }
};

std::string canonical_facts(Facts const& facts)
{
    json::Object members;
    for (auto const& [name, fact] : facts)
        members.push_back({name, std::visit(Written(), fact)});
    return json::canonical(json::Value(std::move(members)));
}

class SqlLedger final : public Ledger {
public:
    SqlLedger(Connection& connection, Random& random)
        : connection_(connection)
        , random_(random)
    {
    }

    Async<std::int64_t> append(LedgerEntry entry) override
    {
        auto const chain = chain_of(entry);
        auto bound = bind(std::move(entry), chain);
        auto const rows
            = co_await connection_.query(insert_row, Scope::organization(chain), std::move(bound));
        co_return rows.front().integer(0);
    }

    Async<void> record(LedgerEntry entry) override
    {
        auto const chain = chain_of(entry);
        connection_.later(insert_row, Scope::organization(chain), bind(std::move(entry), chain));
        co_return;
    }

private:
    static OrganizationId chain_of(LedgerEntry const& entry)
    {
        return entry.organization_id.value_or(OrganizationId(std::string(domain::system_chain)));
    }

    Values bind(LedgerEntry entry, OrganizationId const& chain)
    {
        if (entry.impersonator_id)
            entry.details["impersonatorId"] = entry.impersonator_id->text();
        std::optional<std::string> personal;
        if (!entry.personal.empty())
            personal = canonical_facts(entry.personal);
        auto const salt = random_.bytes(16);
        auto const commitment = domain::pii_commitment(
            salt, entry.ip_address, entry.user_agent, entry.email, personal
        );
        return values(
            chain,
            entry.created_at,
            to_text(entry.event),
            to_text(entry.outcome),
            entry.status,
            entry.actor_id,
            entry.user_id,
            entry.session_id,
            entry.resource,
            entry.resource_id,
            entry.correlation_id,
            canonical_facts(entry.details),
            entry.ip_address,
            entry.user_agent,
            entry.email,
            personal,
            Bytes(salt),
            Bytes(commitment)
        );
    }

    Connection& connection_;
    Random& random_;
};

} // namespace

std::unique_ptr<domain::Ledger> make_ledger(Connection& connection, Random& random)
{
    return std::make_unique<SqlLedger>(connection, random);
}

} // namespace gatehouse::sql
