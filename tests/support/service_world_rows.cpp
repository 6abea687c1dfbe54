// What tests write into the house by SQL, and read out of it.
#include "domain/mail.h"
#include "support/service_world.h"

#include <stdexcept>

namespace gatehouse::testing {

std::int64_t ServiceWorld::count(std::string const& from_where, sql::Values values)
{
    auto const rows = outside().query("SELECT count(*) FROM " + from_where, std::move(values));
    return rows.front().integer(0);
}

std::string ServiceWorld::text(std::string const& select, sql::Values values)
{
    auto const rows = outside().query("SELECT " + select, std::move(values));
    return rows.empty() ? "" : rows.front().optional_text(0).value_or("");
}

std::vector<std::string> ServiceWorld::events(std::string const& where, sql::Values values)
{
    auto const rows = outside().query(
        "SELECT event_type, status, outcome FROM audit_ledger WHERE " + where + " ORDER BY id",
        std::move(values)
    );
    std::vector<std::string> found;
    for (auto const row : rows)
        found.push_back(
            row.text(0) + " " + std::to_string(row.optional_integer(1).value_or(0)) + " "
            + row.text(2)
        );
    return found;
}

std::string const& ServiceWorld::usual_password()
{
    static std::string const password = "Correct-Horse-7";
    return password;
}

void ServiceWorld::add_organization(std::string const& id)
{
    outside().query(
        "INSERT INTO organizations (id, name, created_at, updated_at) VALUES ($1, $2, $3, $3)",
        sql::values(id, "Organization " + id, clock.now())
    );
}

Person ServiceWorld::add_person(std::string email, std::string organization)
{
    auto const number = std::to_string(++people_);
    Person person{
        .id = "person-" + number,
        .organization_id = std::move(organization),
        .email = std::move(email),
        .password = usual_password()
    };
    if (person.organization_id.empty())
        person.organization_id = "organization-" + number;
    if (count("organizations WHERE id = $1", sql::values(person.organization_id)) == 0)
        add_organization(person.organization_id);
    // A second between them, so that "the oldest" is one of them.
    outside().query(
        "INSERT INTO users (id, organization_id, email, password_hash, password_scheme, role, "
        "created_at, updated_at) VALUES ($1, $2, $3, $4, 'bcrypt', 'owner', $5, $5)",
        sql::values(
            person.id,
            person.organization_id,
            person.email,
            usual_hash_,
            clock.now() + std::chrono::seconds(people_.load())
        )
    );
    return person;
}

Person ServiceWorld::registered(std::string email)
{
    auto const answer
        = call(post("/api/v1/auth/register", {{"email", email}, {"password", usual_password()}}));
    if (answer.status != 200)
        throw std::runtime_error("registering failed: " + answer.body);
    return {
        .id = answer.text("user.id"),
        .organization_id = answer.text("user.organizationId"),
        .email = std::move(email),
        .password = usual_password()
    };
}

Answer ServiceWorld::signed_in(Person const& person)
{
    auto answer
        = call(post("/api/v1/auth/login", {{"email", person.email}, {"password", person.password}})
        );
    if (answer.status != 200)
        throw std::runtime_error("signing in failed: " + answer.body);
    return answer;
}

std::vector<ReadMail> ServiceWorld::mails(std::string const& address)
{
    auto const rows = outside().query(
        "SELECT id, payload_sealed FROM outbox WHERE recipient = $1 ORDER BY created_at, "
        "ledger_id, id",
        sql::values(address)
    );
    std::vector<ReadMail> found;
    for (auto const row : rows) {
        auto const place = domain::outbox_binding(domain::OutboxId(row.text(0)));
        auto const opened = crypto::open(key.subkey("outbox"), row.bytes(1), place);
        auto const order = opened ? mail_text::parse_payload(*opened) : std::nullopt;
        if (!order)
            throw std::runtime_error("a mail in the outbox does not open");
        ReadMail mail{.kind = order->kind, .recipient = order->recipient};
        for (auto const& link : order->links) {
            mail.tokens.emplace_back(link.token.reveal());
            mail.organizations.push_back(link.organization);
        }
        mail.code = order->code.reveal();
        found.push_back(std::move(mail));
    }
    return found;
}

} // namespace gatehouse::testing
