// Steps of a key's life, judged by times alone.
#include "features/signing_keys/rules.h"

#include "domain/opening_session.h"

#include <algorithm>
#include <utility>

namespace gatehouse::signing_keys {
namespace {
using domain::KeyState;
using domain::Reason;
using domain::Refusal;
using domain::Result;
using domain::SigningKey;

constexpr Duration longest_token_life
    = std::max(domain::remembered_token_life, domain::session_absolute_life);

std::optional<SigningKey> one_in(std::vector<SigningKey> const& keys, KeyState state)
{
    auto const found = std::ranges::find(keys, state, &SigningKey::state);
    if (found == keys.end())
        return std::nullopt;
    return *found;
}

Refusal refused(std::string why)
{
    return Refusal{.reason = Reason::conflict, .error = std::move(why)};
}

Result<SigningKey> named(std::vector<SigningKey> const& keys, std::string const& kid)
{
    auto const found = std::ranges::find(keys, kid, &SigningKey::kid);
    if (found == keys.end())
        return std::unexpected(refused("no key has the id " + kid));
    return *found;
}

} // namespace

Instant may_sign_from(Instant published)
{
    return published + key_set_max_age + margin;
}

Instant may_go_from(Instant retired)
{
    return retired + longest_token_life + margin;
}

Result<NextStep> next_of_rotation(std::vector<SigningKey> const& keys, Instant now)
{
    NextStep step{
        .kind = NextStep::Kind::publish,
        .next = one_in(keys, KeyState::published),
        .signing = one_in(keys, KeyState::signing)
    };
    if (!step.signing)
        step.kind = NextStep::Kind::mend;
    else if (step.next)
        step.kind = NextStep::Kind::take_over;
    // By both: what is stored may have been written by an earlier version, or by hand.
    bool const is_due = !step.next
        || (step.next->not_before <= now && may_sign_from(step.next->published_at) <= now);
    if (step.kind == NextStep::Kind::take_over && !is_due) {
        auto const from = std::max(step.next->not_before, may_sign_from(step.next->published_at));
        return std::unexpected(refused(
            "the key " + step.next->kid + " was published at " + to_text(step.next->published_at)
            + "; it may sign from " + to_text(from) + " on, when everybody has seen it"
        ));
    }
    return step;
}

Result<SigningKey>
removable(std::vector<SigningKey> const& keys, std::string const& kid, Instant now)
{
    auto key = named(keys, kid);
    if (!key)
        return key;
    if (key->state != KeyState::retiring || !key->not_after)
        return std::unexpected(refused(
            "the key " + kid + " is " + std::string(to_text(key->state))
            + "; only a retiring one is removed, or one that is --compromised, at once"
        ));
    if (now < *key->not_after)
        return std::unexpected(refused(
            "tokens of the key " + kid + " may be good until then: it may be removed from "
            + to_text(*key->not_after) + " on, or at once if it is --compromised"
        ));
    return key;
}

Result<Emergency> emergency(std::vector<SigningKey> const& keys, std::string const& kid)
{
    auto key = named(keys, kid);
    if (!key)
        return std::unexpected(key.error());
    Emergency made{.removed = std::move(*key), .then = std::nullopt};
    if (made.removed.state == KeyState::signing)
        made.then = NextStep{
            .kind = NextStep::Kind::mend,
            .next = one_in(keys, KeyState::published),
            .signing = std::nullopt
        };
    return made;
}

std::string outlook(SigningKey const& key)
{
    switch (key.state) {
    case KeyState::published:
        return "may sign from "
            + to_text(std::max(key.not_before, may_sign_from(key.published_at)));
    case KeyState::signing:
        return "signs since " + to_text(key.not_before);
    case KeyState::retiring:
        return key.not_after ? "may be removed from " + to_text(*key.not_after) : "retires";
    case KeyState::removed:
        return "removed";
    }
    return {};
}

Refusal somebody_was_faster()
{
    return refused("somebody else took this step at the same time; see gatehouse keys list");
}

} // namespace gatehouse::signing_keys
