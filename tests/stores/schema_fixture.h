// A person with a row in every table, for tests of what outsiders rely on.
#pragma once

#include "support/database_fixture.h"

#include <cstdint>
#include <string>

namespace gatehouse::testing {

class SchemaFixture : public OnBothDatabases {
protected:
    void SetUp() override
    {
        OnBothDatabases::SetUp();
        outside().run(
            "INSERT INTO organizations (id, name) VALUES ('o', 'One'), ('p', 'Two');"
            "INSERT INTO users (id, organization_id, email) VALUES ('u', 'o', 'Ann@Example.org')"
        );
    }

    struct Refused {
        sql::StorageError::Violation violation;
        std::string constraint;
    };
    Refused refused(std::string const& statement)
    {
        try {
            outside().run(statement);
        } catch (sql::StorageError const& error) {
            return {error.violation(), error.constraint()};
        }
        ADD_FAILURE() << "not refused: " << statement;
        return {sql::StorageError::Violation::none, {}};
    }
    std::int64_t count(std::string const& table)
    {
        return outside().query("SELECT count(*) FROM " + table).front().integer(0);
    }
    // Instants as each database takes them from outside.
    std::string moment(std::string const& offset) const
    {
        return on_postgres() ? "now() + interval '" + offset + "'"
                             : "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '" + offset + "')";
    }
    void give_everything_to_the_user()
    {
        outside().run(
            "INSERT INTO sessions (id, organization_id, user_id) VALUES ('s', 'o', 'u');"
            "INSERT INTO refresh_tokens (organization_id, user_id, session_id, token_hash, "
            "family_id, expires_at) "
            "VALUES ('o', 'u', 's', 'h', 'f', "
            + moment("1 day")
            + ");"
              "INSERT INTO login_attempts (email, user_id, successful) VALUES ('ann@example.org', "
              "'u', false);"
              "INSERT INTO reset_requests (email, user_id) VALUES ('ann@example.org', 'u');"
              "INSERT INTO one_time_tokens (organization_id, user_id, purpose, token_hash, "
              "expires_at) "
              "VALUES ('o', 'u', 'verify_email', 'h', "
            + moment("1 day")
            + ");"
              "INSERT INTO encryption_vaults (organization_id, user_id, wrapped_mk, wrap_iv) "
              "VALUES ('o', 'u', 'x', 'y');"
              "INSERT INTO step_up_challenges (organization_id, user_id, session_id, purpose, "
              "method, expires_at) "
              "VALUES ('o', 'u', 's', 'export', 'totp', "
            + moment("1 day")
            + ");"
              "UPDATE organizations SET owner_id = 'u' WHERE id = 'o'"
        );
    }
};

} // namespace gatehouse::testing
