// The verdict on a sign-in.
#include "features/login/rules.h"

#include <algorithm>

namespace gatehouse::login {
using domain::Candidate;
using domain::OrganizationId;
using domain::UserId;
using domain::UserStatus;

std::vector<Candidate>
narrowed(std::vector<Candidate> candidates, std::optional<OrganizationId> const& named)
{
    if (named)
        std::erase_if(candidates, [&](Candidate const& candidate) {
            return candidate.user.organization_id != *named;
        });
    return candidates;
}

std::optional<UserId>
concerned(std::vector<Candidate> const& all, std::optional<OrganizationId> const& named)
{
    for (auto const& candidate : all)
        if (named && candidate.user.organization_id == *named)
            return candidate.user.id;
    if (all.empty())
        return std::nullopt;
    return all.front().user.id;
}

std::optional<Candidate> ledger_owner(std::vector<Candidate> const& narrowed)
{
    if (narrowed.size() != 1)
        return std::nullopt;
    return narrowed.front();
}

Verdict judge(std::vector<Candidate> proven)
{
    if (proven.empty())
        return WrongCredentials{};
    auto const suspended = [](Candidate const& candidate) {
        return candidate.user.status != UserStatus::active;
    };
    std::vector<Candidate> usable;
    std::ranges::remove_copy_if(proven, std::back_inserter(usable), suspended);
    if (usable.empty())
        return Suspended{std::move(proven.front())};
    if (usable.size() > 1)
        return SeveralOrganizations{std::move(usable)};
    auto who = std::move(usable.front());
    if (!who.user.email_verified)
        return Unverified{std::move(who)};
    if (who.user.two_factor_enabled)
        return SecondFactor{std::move(who)};
    return Admitted{std::move(who)};
}

} // namespace gatehouse::login
