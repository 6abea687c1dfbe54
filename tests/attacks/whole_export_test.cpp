// The own data are complete: whatever table tells of a person is shown to them, or stands here with
// the reason why it is not. A new column fails here until somebody has decided.
#include "storage/sql/personal_sections.h"
#include "support/schema_columns.h"
#include "support/world_fixture.h"

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>

namespace gatehouse::testing {
namespace {

struct KeptBack {
    std::string_view table;
    std::string_view columns; // separated by blanks; empty: the whole table
    std::string_view why;
};

constexpr std::string_view secret = "opens something, or would help to";
constexpr std::string_view inside = "how the server keeps house; says nothing of a person";
constexpr std::string_view of_another = "about somebody else";
constexpr std::string_view of_the_house
    = "what somebody did for the organization; the ledger tells";

constexpr std::array kept_back{
    KeptBack{"access_review_items", "decided_by", of_another},
    KeptBack{"access_reviews", "", of_the_house},
    KeptBack{"audit_erasures", "", "an erasure that goes on; the ledger tells"},
    KeptBack{"audit_ledger", "v correlation_id pii_salt pii_commitment", inside},
    KeptBack{"custom_roles", "", of_the_house},
    KeptBack{
        "encryption_vaults",
        "wrapped_mk wrap_iv wrap_version kek_id mk_check recovery_wrapped_mk recovery_iv",
        secret
    },
    KeptBack{"invitations", "token_hash", secret},
    KeptBack{"invitations", "email", of_another},
    KeptBack{"ip_rules", "", of_the_house},
    KeptBack{"legal_holds", "", "a court may forbid to tell"},
    KeptBack{"one_time_tokens", "token_hash payload", secret},
    KeptBack{"one_time_tokens", "attempts", inside},
    KeptBack{"organizations", "plan settings updated_at", of_the_house},
    KeptBack{"outbox", "payload_sealed", secret},
    KeptBack{
        "outbox", "dedupe_key ledger_id attempts next_attempt_at locked_until last_error", inside
    },
    KeptBack{"refresh_tokens", "token_hash successor_sealed", secret},
    KeptBack{"refresh_tokens", "parent_id replaced_by_token_id", inside},
    KeptBack{"resources", "name data updated_at", of_another},
    KeptBack{"sessions", "session_version", inside},
    KeptBack{"sessions", "revoked_by impersonated_from impersonation_reason", of_another},
    KeptBack{"step_up_challenges", "code_hash", secret},
    KeptBack{"step_up_challenges", "context", inside},
    KeptBack{
        "users",
        "password_hash two_factor_secret two_factor_last_step backup_codes reset_token "
        "reset_token_expires",
        secret
    },
    KeptBack{"users", "email_canonical", "the address again, in small letters"},
    KeptBack{"users", "password_scheme session_version deleted_at", inside},
};

using Columns = std::map<std::string, std::set<std::string>>; // by table

bool names_a_person(std::string const& column)
{
    static std::set<std::string> const names{
        "user_id", "actor_id", "owner_id", "email", "recipient"
    };
    return names.contains(column) || column.ends_with("_by");
}

bool has_word(std::string const& text, std::string const& word)
{
    return std::regex_search(text, std::regex("\\b" + word + "\\b"));
}

bool is_read(std::string const& table)
{
    return std::ranges::any_of(sql::personal_sections, [&](auto const& section) {
        std::string const text = section.statement.text(sql::Dialect::sqlite);
        return has_word(text, "(FROM|JOIN) " + table);
    });
}

// Among what is selected, or what it is selected by; under the table's own name where there are
// several tables.
bool shows(std::string const& text, std::string const& table, std::string const& column)
{
    std::smatch from;
    if (!std::regex_search(
            text, from, std::regex("(?:FROM|JOIN) " + table + "\\b(?: ([a-z])\\b)?")
        ))
        return false;
    auto const selected = text.substr(0, text.rfind(" FROM "));
    bool const is_alone = text.find(" JOIN ") == std::string::npos;
    auto const name = (is_alone ? std::string() : from[1].str() + "\\.") + column;
    bool const is_the_person = std::regex_search(text, std::regex("\\b" + name + " = \\$[12]\\b"));
    return is_the_person || has_word(selected, name);
}

bool is_shown(std::string const& table, std::string const& column)
{
    return std::ranges::any_of(sql::personal_sections, [&](auto const& section) {
        return shows(section.statement.text(sql::Dialect::sqlite), table, column);
    });
}

bool is_kept_back(std::string const& table, std::string const& column)
{
    return std::ranges::any_of(kept_back, [&](KeptBack const& one) {
        return one.table == table
            && (one.columns.empty() || has_word(std::string(one.columns), column));
    });
}

class WholeExport : public InAWorld {
protected:
    Columns of_people()
    {
        Columns all;
        for (auto const& column : columns_of_all_tables(world.outside(), GetParam()))
            all[column.table].insert(column.name);
        std::erase_if(all, [](auto const& table) {
            return table.first != "users" && std::ranges::none_of(table.second, names_a_person);
        });
        return all;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(WholeExport);

TEST_P(WholeExport, EveryColumnAboutAPersonIsShownOrKeptBackForAReason)
{
    auto const tables = of_people();
    EXPECT_GE(tables.size(), 20U);
    for (auto const& [table, columns] : tables)
        for (auto const& column : columns)
            EXPECT_TRUE(
                column == "organization_id" || is_shown(table, column)
                || is_kept_back(table, column)
            ) << table
              << "." << column << " is neither in the own data nor kept back for a reason";
}

TEST_P(WholeExport, AColumnOfAnotherTableOrOfAConditionIsNotShown)
{
    for (auto const* const other : {"ip_address", "method", "recipient", "requested_at", "kind"})
        EXPECT_FALSE(is_shown("users", other)) << other;
    EXPECT_TRUE(is_shown("login_attempts", "ip_address"));
    EXPECT_FALSE(is_shown("invitations", "token_hash"));
}

TEST_P(WholeExport, WhatIsKeptBackIsThereAndIsNotShown)
{
    auto const tables = of_people();
    for (auto const& one : kept_back) {
        std::string const table(one.table);
        ASSERT_TRUE(tables.contains(table)) << table;
        EXPECT_NE(one.why, "") << table;
        if (one.columns.empty()) {
            EXPECT_FALSE(is_read(table)) << table;
        }
        for (auto const& column : tables.at(table))
            if (has_word(std::string(one.columns), column)) {
                EXPECT_FALSE(is_shown(table, column)) << table << "." << column;
            }
    }
}

} // namespace
} // namespace gatehouse::testing
