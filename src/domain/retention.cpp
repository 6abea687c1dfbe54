// The usual times, and the list of tables.
#include "domain/retention.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace gatehouse::domain {
namespace {

constexpr Duration day = 24h;

struct Stay {
    Ended kind;
    std::string_view table;
    Duration usual;
    std::optional<std::int64_t> RetentionSettings::* setting = nullptr;
    bool of_organizations = true;
};

constexpr std::array stays{
    Stay{Ended::one_time_tokens, "one_time_tokens", day * 30, &RetentionSettings::token_days},
    Stay{Ended::step_up_challenges, "step_up_challenges", day * 30, &RetentionSettings::token_days},
    Stay{Ended::invitations, "invitations", day * 30, &RetentionSettings::token_days},
    Stay{Ended::refresh_tokens, "refresh_tokens", day * 30, &RetentionSettings::token_days},
    Stay{Ended::reused_refresh_tokens, "refresh_tokens", day * 90, &RetentionSettings::token_days},
    Stay{Ended::sessions, "sessions", day * 90, &RetentionSettings::session_days},
    Stay{Ended::mails, "outbox", day * 30, &RetentionSettings::mail_days},
    Stay{Ended::cleared_notifications, "notifications", day * 30},
    Stay{Ended::notifications, "notifications", day * 90},
    Stay{Ended::attempts, "login_attempts", day, &RetentionSettings::attempt_days},
    Stay{Ended::reset_requests, "reset_requests", day, &RetentionSettings::attempt_days},
    Stay{Ended::counters, "rate_counters", day, nullptr, false},
    Stay{Ended::captured_mails, "captured_mails", day * 30, nullptr, false},
};

constexpr auto kinds = [] {
    std::array<Ended, stays.size()> all{};
    std::ranges::transform(stays, all.begin(), &Stay::kind);
    return all;
}();

Stay const& stay_in(Ended kind)
{
    auto const* const found = std::ranges::find(stays, kind, &Stay::kind);
    if (found == stays.end())
        throw std::logic_error("an end without a stay");
    return *found;
}

constexpr std::string_view sweep = "ended rows go (domain/clearing_away.cpp)";
constexpr std::string_view erasing = "erasing (features/data_erasure/erasing.cpp)";
constexpr std::string_view pruning = "pruning (sealing/pruning.cpp)";
constexpr std::string_view deserted = "deserted personal ones go; others by their owners";
constexpr std::string_view by_people = "as large as what people made; goes with them";

constexpr std::array owners{
    TableOwner{"organizations", true, deserted},
    TableOwner{"users", true, erasing},
    TableOwner{"sessions", true, sweep},
    TableOwner{"refresh_tokens", true, sweep},
    TableOwner{"login_attempts", true, sweep},
    TableOwner{"one_time_tokens", true, sweep},
    TableOwner{"reset_requests", true, sweep},
    TableOwner{"step_up_challenges", true, sweep},
    TableOwner{"outbox", true, sweep},
    TableOwner{"notifications", true, sweep},
    TableOwner{"invitations", true, sweep},
    TableOwner{"rate_counters", true, sweep},
    TableOwner{"captured_mails", true, sweep},
    TableOwner{"audit_ledger", true, pruning},
    TableOwner{"audit_seals", true, pruning},
    TableOwner{"audit_checkpoints", true, pruning},
    TableOwner{"audit_prunings", true, "the newest stub takes the place of the others"},
    TableOwner{"audit_unsealed", true, "the sealer (sealing/sealer.cpp)"},
    TableOwner{"audit_unpublished", true, "the publisher (outbound/checkpoint_publisher.cpp)"},
    TableOwner{"audit_erasures", true, erasing},
    TableOwner{"encryption_vaults", false, by_people},
    TableOwner{"user_pictures", false, by_people},
    TableOwner{"user_permissions", false, by_people},
    TableOwner{"custom_roles", false, by_people},
    TableOwner{"custom_role_permissions", false, by_people},
    TableOwner{"resources", false, by_people},
    TableOwner{"assignments", false, by_people},
    TableOwner{"report_files", false, by_people},
    TableOwner{"ip_rules", false, by_people},
    TableOwner{"retention_settings", false, "one row for each organization"},
    TableOwner{"legal_holds", false, by_people},
    TableOwner{"access_reviews", false, by_people},
    TableOwner{"access_review_items", false, by_people},
    TableOwner{"first_link", false, "one row, gone with the first organization"},
    TableOwner{"signing_keys", false, "some rows a year"},
    TableOwner{"audit_keys", false, "a row for each key, needed for as long as what it signed"},
    TableOwner{"schema_migrations", false, "a row for each migration"},
};

} // namespace

std::span<Ended const> everything_that_ends()
{
    return kinds;
}

std::string_view table_of(Ended kind)
{
    return stay_in(kind).table;
}

bool is_of_organizations(Ended kind)
{
    return stay_in(kind).of_organizations;
}

Duration stay_of(Ended kind, RetentionSettings const& settings)
{
    auto const& stay = stay_in(kind);
    if (!stay.setting || !(settings.*stay.setting))
        return stay.usual;
    auto const wanted = day * *(settings.*stay.setting);
    // What tells of a stolen token is never forgotten earlier.
    return kind == Ended::reused_refresh_tokens ? std::max(stay.usual, Duration(wanted)) : wanted;
}

std::span<TableOwner const> table_owners()
{
    return owners;
}

} // namespace gatehouse::domain
