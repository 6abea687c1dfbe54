// Decided on what is true under the lock, written by conditional statements, recorded in one row.
#include "features/signing_keys/rotating.h"

#include "domain/ledger.h"
#include "features/signing_keys/sealed_keys.h"

#include <utility>

namespace gatehouse::signing_keys {
namespace {
using domain::Event;
using domain::KeyState;
using domain::LedgerEntry;
using domain::Outcome;
using domain::SigningKey;
using domain::Storage;
using domain::UnitOfWork;
using Kind = NextStep::Kind;

void require_claimed(bool claimed)
{
    if (!claimed)
        throw somebody_was_faster();
}

LedgerEntry row_of(Turning const& turning, std::string const& kid, std::string step)
{
    auto entry = ledger_entry(turning.facts, Event::settings_updated, Outcome::success, 200);
    entry.status.reset(); // a command has neither a status nor an address that it came from
    entry.ip_address.reset();
    entry.resource = "signing_key";
    entry.resource_id = kid;
    entry.details["by"] = std::string("operator command");
    entry.details["step"] = std::move(step);
    return entry;
}

// Made before the unit of work begins: an RSA key takes its time.
std::optional<SigningKey>
made_for(Turning const& turning, std::optional<NextStep> const& step, Instant now)
{
    if (!step || (step->next && step->kind != Kind::publish))
        return std::nullopt;
    auto const state = step->kind == Kind::publish ? KeyState::published : KeyState::signing;
    return minted(turning.key, turning.random, turning.algorithm, state, now);
}

// What is about to sign must open for the nodes, and so must what they sign with now.
void require_same_key(Turning const& turning, std::optional<NextStep> const& step)
{
    if (!step)
        return;
    if (step->signing)
        (void)opened(*step->signing, turning.key);
    if (step->next)
        (void)opened(*step->next, turning.key);
}

// Lets `step` happen in `work`; the kid of the key that took it.
Async<std::string>
take(UnitOfWork& work, NextStep step, std::optional<SigningKey> made, Instant now)
{
    auto& keys = work.signing_keys();
    bool claimed = false;
    if (step.kind == Kind::take_over) {
        claimed = co_await keys.retire(step.signing->kid, may_go_from(now));
        require_claimed(claimed);
    }
    std::string kid;
    if (step.kind != Kind::publish && step.next) {
        kid = step.next->kid;
        claimed = co_await keys.begin_signing(kid, now, step.kind == Kind::mend);
    } else {
        if (!made) // between looking and the lock the published key went
            throw somebody_was_faster();
        kid = made->kid;
        claimed = co_await keys.insert(std::move(*made));
    }
    require_claimed(claimed);
    co_return kid;
}

Async<Taken> finished(UnitOfWork& work, std::string step, std::string kid)
{
    Taken taken;
    taken.step = std::move(step);
    taken.kid = std::move(kid);
    taken.keys = co_await work.signing_keys().all();
    co_await work.commit();
    co_return taken;
}

} // namespace

Async<std::vector<SigningKey>> keys_of(Storage& storage)
{
    auto look = co_await storage.read();
    auto keys = co_await look->signing_keys().all();
    co_return keys;
}

Async<Taken> rotate(Turning turning)
{
    auto const now = co_await turning.storage.database_time();
    auto const seen = co_await keys_of(turning.storage);
    std::optional<NextStep> const expected = domain::require(next_of_rotation(seen, now));
    require_same_key(turning, expected);
    auto made = made_for(turning, expected, now);

    auto work = co_await turning.storage.begin();
    co_await work->signing_keys().lock();
    auto const keys = co_await work->signing_keys().all();
    auto const step = domain::require(next_of_rotation(keys, now));
    if (step.kind != expected->kind)
        throw somebody_was_faster();
    auto const kid = co_await take(*work, step, std::move(made), now);
    std::string const name = step.kind == Kind::publish ? "published" : "signing";
    auto entry = row_of(turning, kid, name);
    if (step.kind == Kind::take_over)
        entry.details["retired"] = step.signing->kid;
    co_await work->ledger().append(std::move(entry));
    auto taken = co_await finished(*work, name, kid);
    co_return taken;
}

Async<Taken> remove(Turning turning, std::string kid)
{
    auto const now = co_await turning.storage.database_time();
    auto work = co_await turning.storage.begin();
    co_await work->signing_keys().lock();
    auto const keys = co_await work->signing_keys().all();
    auto const key = domain::require(removable(keys, kid, now));
    bool const claimed = co_await work->signing_keys().remove(key.kid, now);
    require_claimed(claimed);
    auto entry = row_of(turning, key.kid, "removed");
    co_await work->ledger().append(std::move(entry));
    auto taken = co_await finished(*work, "removed", key.kid);
    co_return taken;
}

Async<Taken> remove_compromised(Turning turning, std::string kid)
{
    auto const now = co_await turning.storage.database_time();
    auto const seen = co_await keys_of(turning.storage);
    auto const expected = domain::require(emergency(seen, kid));
    require_same_key(turning, expected.then);
    auto made = made_for(turning, expected.then, now);

    auto work = co_await turning.storage.begin();
    co_await work->signing_keys().lock();
    auto const keys = co_await work->signing_keys().all();
    auto const meant = domain::require(emergency(keys, kid));
    bool const claimed
        = co_await work->signing_keys().remove_at_once(kid, meant.removed.state, now);
    require_claimed(claimed);
    auto entry = row_of(turning, kid, "removed");
    entry.details["compromised"] = true;
    if (meant.then) {
        auto successor = co_await take(*work, *meant.then, std::move(made), now);
        entry.details["successor"] = std::move(successor);
    }
    co_await work->ledger().append(std::move(entry));
    auto taken = co_await finished(*work, "removed", kid);
    co_return taken;
}

} // namespace gatehouse::signing_keys
