// Reading all tables, and taking out what chance put in.
#include "faults/table_image.h"

#include "core/time.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <set>
#include <string_view>

namespace gatehouse::testing {
namespace {

struct Table {
    std::string_view name;
    std::string_view columns;
};

// Without columns that a sequence fills.
constexpr std::array tables{
    Table{"organizations", "*"},
    Table{"users", "*"},
    Table{"sessions", "*"},
    Table{"refresh_tokens", "*"},
    Table{
        "login_attempts",
        "email, user_id, organization_id, ip_address, successful, throttled, method, attempted_at"
    },
    Table{
        "one_time_tokens", // the payload of a denial names a session
        "id, organization_id, user_id, purpose, token_hash, created_at, expires_at, used_at, "
        "requested_ip, attempts, CASE WHEN purpose = 'deny_sign_in' THEN NULL ELSE payload END"
    },
    Table{"invitations", "*"},
    Table{"first_link", "*"},
    Table{"user_pictures", "*"},
    Table{"reset_requests", "email, user_id, ip_address, throttled, requested_at"},
    Table{"encryption_vaults", "*"},
    Table{"step_up_challenges", "*"},
    Table{
        "outbox",
        "organization_id, topic, dedupe_key, recipient, payload_sealed, ledger_id IS NOT NULL, "
        "status, attempts, next_attempt_at, locked_until, last_error, created_at, sent_at"
    },
    Table{"rate_counters", "*"},
    Table{"captured_mails", "*"},
    Table{"signing_keys", "alg, state, private_sealed"},
    Table{"ip_rules", "*"},
    Table{"custom_roles", "*"},
    Table{"custom_role_permissions", "*"},
    Table{"user_permissions", "*"},
    Table{"access_reviews", "*"},
    Table{"access_review_items", "*"},
    Table{"resources", "*"},
    Table{"report_files", "*"},
    Table{"assignments", "*"},
    Table{"audit_seals", "*"},
    Table{"audit_checkpoints", "*"},
    Table{"audit_unpublished", "*"},
    Table{"audit_keys", "*"},
    Table{"audit_prunings", "*"},
    Table{"audit_erasures", "organization_id, user_id, cause, address"}, // times of the database's
    Table{"retention_settings", "*"},
    Table{"legal_holds", "*"},
    Table{"notifications", "organization_id, user_id, kind, created_at, cleared_at"}, // data: ids
};
constexpr std::string_view ledger_head = "audit_ledger ";
constexpr std::string_view ledger_columns
    = "event_type, status, outcome, organization_id, v, created_at, actor_id, user_id, session_id, "
      "resource, resource_id, correlation_id, details, ip_address, user_agent, email, personal";

bool is_minted_id(std::string_view text)
{
    return text.size() == 36 && text[8] == '-' && text[13] == '-' && text[14] == '7'
        && text[18] == '-' && text[23] == '-';
}

bool is_all(std::string_view text, std::string_view others)
{
    return std::ranges::all_of(text, [&](char letter) {
        return std::isalnum(static_cast<unsigned char>(letter)) != 0
            || others.find(letter) != std::string_view::npos;
    });
}

// A token that waits, in the context of a challenge.
std::string without_sealed(std::string text)
{
    if (auto const at = text.find("\"k1:"); at != std::string::npos)
        text.replace(at + 1, text.find('"', at + 1) - at - 1, "<sealed>");
    return text;
}

// Backup codes, one or a JSON array of them.
std::string without_digests(std::string text)
{
    constexpr std::size_t hex_digits = 64;
    for (auto at = text.find("h1:"); at != std::string::npos; at = text.find("h1:", at + 3))
        text.replace(at + 3, hex_digits, "<digest>");
    return text;
}

constexpr std::size_t thumbprint_letters = 43; // of SHA-256 in base64url: the name of a key

// Names of keys inside the details of a row.
std::string without_kids(std::string text)
{
    for (auto at = text.find('"'); at != std::string::npos; at = text.find('"', at + 1)) {
        auto const inside = text.substr(at + 1, thumbprint_letters);
        if (text.find('"', at + 1) == at + 1 + thumbprint_letters && is_all(inside, "-_"))
            text.replace(at + 1, thumbprint_letters, "<kid>");
    }
    return text;
}

std::string
without_chance(std::string const& text, std::string_view table, std::string const& usual_hash)
{
    if (is_minted_id(text))
        return "<id>";
    if (auto const version = text.find("/profile-picture?v="); version != std::string::npos)
        return text.substr(0, version + 19) + "<id>";
    if (text.size() == thumbprint_letters && is_all(text, "-_"))
        return "<kid>";
    if (table == "audit_ledger" && text.starts_with('{'))
        return without_kids(text);
    if (text.starts_with("$2b$"))
        return text == usual_hash ? "<usual password>" : "<new password>";
    if (text.starts_with("k1:"))
        return "<sealed>";
    bool const keeps_codes = table == "users" || table == "step_up_challenges";
    if (table == "step_up_challenges" && text.starts_with("{"))
        return without_sealed(text);
    if (keeps_codes && text.find("h1:") != std::string::npos)
        return without_digests(text);
    if (table == "encryption_vaults" && text.size() >= 16 && is_all(text, "+/="))
        return "<wrapped>";
    if (text.size() == 64 && is_all(text, "-_"))
        return "<digest or token>";
    auto const colon = text.rfind(':'); // a counter's name and the digest of an address
    if (table == "rate_counters" && text.size() > 64 && colon == text.size() - 65)
        return text.substr(0, colon) + ":<digest>";
    return text;
}

std::string shown(sql::Value const& value, std::string_view table, std::string const& usual_hash)
{
    struct Shower {
        std::string_view table;
        std::string const& usual_hash;
        std::string operator()(sql::Null) const { return "null"; }
        std::string operator()(bool truth) const { return truth ? "true" : "false"; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(double number) const { return std::to_string(number); }
        std::string operator()(std::string const& text) const
        {
            return without_chance(text, table, usual_hash);
        }
        std::string operator()(sql::Bytes const&) const { return "<bytes>"; }
        std::string operator()(sql::TextList const& list) const
        {
            std::string all;
            for (auto const& text : list.texts())
                all += without_chance(text, table, usual_hash) + ",";
            return all;
        }
        std::string operator()(Instant at) const { return to_text(at); }
    };
    return std::visit(Shower{table, usual_hash}, value);
}

void append_rows(
    TableImage& image, ServiceWorld& world, std::string_view table, sql::Rows const& rows
)
{
    for (auto const row : rows) {
        std::string line(table);
        for (std::size_t column = 0; column < row.width(); ++column)
            line += " " + shown(row.at(column), table, world.usual_hash());
        image.push_back(std::move(line));
    }
}

// Those with rows, in one question: most have none.
std::set<std::string, std::less<>> filled_tables(ServiceWorld& world)
{
    static std::string const which = [] {
        std::string text;
        for (auto const& table : tables) {
            std::string const name(table.name);
            text += (text.empty() ? "SELECT '" : " UNION ALL SELECT '") + name
                + "' WHERE EXISTS (SELECT 1 FROM " + name + ")";
        }
        return text;
    }();
    std::set<std::string, std::less<>> filled;
    for (auto const row : world.outside().query(which))
        filled.insert(row.text(0));
    return filled;
}

} // namespace

std::vector<std::string> tables_in_images()
{
    // What waits to be sealed is written by a trigger, a row for each of the ledger: told with it.
    std::vector<std::string> names{"audit_ledger", "audit_unsealed"};
    for (auto const& table : tables)
        names.emplace_back(table.name);
    std::ranges::sort(names);
    return names;
}

TableImage image_of(ServiceWorld& world, std::int64_t ledger_mark)
{
    TableImage image;
    auto const filled = filled_tables(world);
    for (auto const& table : tables) {
        if (!filled.contains(table.name))
            continue;
        auto const select
            = "SELECT " + std::string(table.columns) + " FROM " + std::string(table.name);
        append_rows(image, world, table.name, world.outside().query(select));
    }
    auto const ledger = world.outside().query(
        "SELECT " + std::string(ledger_columns) + " FROM audit_ledger WHERE id > $1",
        sql::values(ledger_mark)
    );
    append_rows(image, world, "audit_ledger", ledger);
    std::ranges::sort(image);
    return image;
}

std::vector<std::string> events_in(TableImage const& image)
{
    std::vector<std::string> events;
    for (auto const& line : image) {
        if (!line.starts_with(ledger_head))
            continue;
        auto end = ledger_head.size() - 1;
        for (int words = 0; words < 3; ++words)
            end = line.find(' ', end + 1);
        events.push_back(line.substr(ledger_head.size(), end - ledger_head.size()));
    }
    return events;
}

std::int64_t empty_tables(ServiceWorld& world)
{
    world.outside().run(
        "BEGIN; DELETE FROM organizations; DELETE FROM login_attempts; DELETE FROM reset_requests; "
        "DELETE FROM rate_counters; DELETE FROM captured_mails; DELETE FROM audit_erasures; COMMIT"
    );
    auto const rows = world.outside().query("SELECT COALESCE(max(id), 0) FROM audit_ledger");
    return rows.front().integer(0);
}

std::string difference(TableImage const& wanted, TableImage const& found)
{
    TableImage missing;
    TableImage extra;
    std::ranges::set_difference(wanted, found, std::back_inserter(missing));
    std::ranges::set_difference(found, wanted, std::back_inserter(extra));
    std::string text;
    for (auto const& line : missing)
        text += "  missing: " + line + "\n";
    for (auto const& line : extra)
        text += "  extra:   " + line + "\n";
    return text;
}

} // namespace gatehouse::testing
