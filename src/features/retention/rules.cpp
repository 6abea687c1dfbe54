// Bounds: what is kept for the lockout, for replays and for auditors is kept for so long at least.
#include "features/retention/rules.h"

#include "core/text.h"
#include "domain/refusal.h"

#include <array>
#include <chrono>

namespace gatehouse::retention {
namespace {
using domain::Ended;
using domain::invalid_field;
using domain::RetentionSettings;

constexpr std::int64_t longest = 3650;
constexpr std::size_t longest_reason = 500;

struct Member {
    char const* name;
    std::optional<std::int64_t> RetentionSettings::* setting;
    http::Given SettingsRequest::* asked;
    std::int64_t shortest;
};
// Sessions and tokens tell of thefts for a while; the ledger of a quarter at least.
constexpr std::array members{
    Member{"attemptDays", &RetentionSettings::attempt_days, &SettingsRequest::attempt_days, 1},
    Member{"sessionDays", &RetentionSettings::session_days, &SettingsRequest::session_days, 7},
    Member{"tokenDays", &RetentionSettings::token_days, &SettingsRequest::token_days, 7},
    Member{"mailDays", &RetentionSettings::mail_days, &SettingsRequest::mail_days, 1},
    Member{
        "ledgerDays",
        &RetentionSettings::ledger_days,
        &SettingsRequest::ledger_days,
        domain::shortest_ledger_days
    },
};

std::int64_t days_of(Ended kind, RetentionSettings const& settings)
{
    return std::chrono::duration_cast<std::chrono::days>(domain::stay_of(kind, settings)).count();
}

} // namespace

SettingsView view_of(RetentionSettings const& settings)
{
    SettingsView view;
    view.attempt_days = days_of(Ended::attempts, settings);
    view.session_days = days_of(Ended::sessions, settings);
    view.token_days = days_of(Ended::one_time_tokens, settings);
    view.mail_days = days_of(Ended::mails, settings);
    view.ledger_days = settings.ledger_days;
    for (auto const& member : members)
        if (settings.*member.setting)
            view.own.emplace_back(member.name);
    return view;
}

HoldView view_of(domain::LegalHold const& hold)
{
    HoldView view;
    if (hold.user_id)
        view.user_id = hold.user_id->text();
    view.reason = hold.reason;
    if (hold.set_by)
        view.set_by = hold.set_by->text();
    view.set_at = hold.set_at;
    return view;
}

RetentionSettings understood(SettingsRequest const& request)
{
    RetentionSettings settings;
    for (auto const& member : members) {
        auto const& given = request.*member.asked;
        if (!given.is_there || given.value.is_null())
            continue;
        auto const* const days = given.value.integer();
        if (!days || *days < member.shortest || *days > longest)
            throw invalid_field(
                member.name,
                "must be days, " + std::to_string(member.shortest) + " to "
                    + std::to_string(longest) + ", or null"
            );
        settings.*member.setting = *days;
    }
    return settings;
}

std::string reason_in(HoldRequest const& request)
{
    std::string reason(trimmed(request.reason));
    if (reason.empty())
        throw invalid_field("reason", "is required");
    if (reason.size() > longest_reason)
        throw invalid_field("reason", "is longer than 500 bytes");
    return reason;
}

std::string to_words(RetentionSettings const& settings)
{
    std::string words;
    for (auto const& member : members)
        if (auto const& days = settings.*member.setting)
            words += (words.empty() ? "" : " ") + std::string(member.name) + "="
                + std::to_string(*days);
    return words;
}

} // namespace gatehouse::retention
