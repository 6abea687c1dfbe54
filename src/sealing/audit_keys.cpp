// Minting, sealing and opening the keys of the chain.
#include "sealing/audit_keys.h"

#include "core/text.h"
#include "domain/seals.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

namespace gatehouse::sealing {
namespace {
using crypto::Ed25519KeyPair;
using crypto::Ed25519PublicKey;
using domain::AuditKey;
using domain::KeyChange;

constexpr std::string_view column = "audit_keys.private_sealed";
constexpr std::string_view use = "audit";

using Held = std::shared_ptr<Signer const>;

std::optional<Ed25519KeyPair> opened(AuditKey const& stored, crypto::KeyEncryptionKey const& key)
{
    auto const seed = crypto::open(
        key.subkey(use), stored.private_sealed, crypto::place_of(column, stored.kid)
    );
    auto pair = seed ? Ed25519KeyPair::from_seed(*seed) : std::nullopt;
    if (!pair || domain::kid_of(pair->public_key().bytes()) != stored.kid
        || pair->public_key().bytes() != stored.public_key)
        return std::nullopt;
    return pair;
}

// Null where no key signs yet.
Held signer_among(std::vector<AuditKey> const& keys, crypto::KeyEncryptionKey const& key)
{
    auto const stored = std::ranges::find(keys, true, &AuditKey::signs);
    if (stored == keys.end())
        return nullptr;
    auto pair = opened(*stored, key);
    if (!pair)
        throw std::runtime_error(
            "the audit key " + stored->kid
            + " does not open under this GATEHOUSE_KEK; start with the key it was made under"
        );
    return std::make_shared<Signer const>(Signer{stored->kid, std::move(*pair)});
}

AuditKey
sealed(Ed25519KeyPair const& pair, crypto::KeyEncryptionKey const& key, Random& random, Instant now)
{
    AuditKey made;
    made.public_key = pair.public_key().bytes();
    made.kid = domain::kid_of(made.public_key);
    auto const place = crypto::place_of(column, made.kid);
    made.private_sealed = crypto::seal(key.subkey(use), pair.seed(), place, random);
    made.signs = true;
    made.created_at = now;
    return made;
}

ShownKey shown_of(AuditKey const& stored)
{
    return {stored.kid, stored.public_key, stored.change};
}

Async<std::vector<AuditKey>> stored_keys(domain::Storage& storage)
{
    auto work = co_await storage.read();
    auto keys = co_await work->audit_keys().all();
    co_return keys;
}

} // namespace

Async<Held> signer_of(domain::Storage& storage, crypto::KeyEncryptionKey const& key)
{
    auto const keys = co_await stored_keys(storage);
    auto found = signer_among(keys, key);
    if (!found)
        throw std::runtime_error("no audit key signs yet");
    co_return found;
}

Async<Held> take_up_signer(
    domain::Storage& storage, crypto::KeyEncryptionKey const& key, Random& random, Instant now
)
{
    auto const keys = co_await stored_keys(storage);
    auto found = signer_among(keys, key);
    if (found)
        co_return found;
    auto const pair = Ed25519KeyPair::mint(random);
    auto made = sealed(pair, key, random, now);
    auto work = co_await storage.begin();
    bool const is_ours = co_await work->audit_keys().insert(std::move(made));
    if (is_ours)
        co_await work->commit();
    work.reset();
    // Ours, or that of the node that was faster.
    found = co_await signer_of(storage, key);
    co_return found;
}

Async<Held> signer_now(domain::UnitOfWork& work, crypto::KeyEncryptionKey const& key, Held known)
{
    auto const keys = co_await work.audit_keys().all();
    auto const signing = std::ranges::find(keys, true, &AuditKey::signs);
    if (known && signing != keys.end() && signing->kid == known->kid)
        co_return known;
    auto found = signer_among(keys, key);
    if (!found)
        throw std::runtime_error("no audit key signs any more");
    co_return found;
}

Async<std::string> rotate_signer(
    domain::Storage& storage,
    crypto::KeyEncryptionKey const& key,
    Random& random,
    Instant now,
    domain::LedgerEntry entry
)
{
    auto const old = co_await signer_of(storage, key);
    auto const pair = Ed25519KeyPair::mint(random);
    auto made = sealed(pair, key, random, now);
    KeyChange change{
        .previous_kid = old->kid, .previous_signature = "", .own_signature = "", .changed_at = now
    };
    auto const text = domain::signed_text(change, made.kid);
    change.previous_signature = old->pair.sign(text);
    change.own_signature = pair.sign(text);
    made.change = change;
    auto const kid = made.kid;
    entry.resource = "audit_key";
    entry.resource_id = kid;
    entry.details["step"] = std::string("signing");
    entry.details["retired"] = old->kid;
    entry.details["publicKey"] = to_hex(made.public_key);
    entry.details["changedAt"] = to_text(now);
    entry.details["previousSignature"] = to_hex(change.previous_signature);
    entry.details["ownSignature"] = to_hex(change.own_signature);
    auto work = co_await storage.begin();
    bool const is_ours = co_await work->audit_keys().rotate(std::move(made));
    if (!is_ours)
        throw std::runtime_error("another key signs by now: nothing was changed");
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return kid;
}

std::set<std::string> joined_to(std::string const& kid, ShownKeys const& keys)
{
    KnownKeys all;
    std::vector<std::pair<std::string, std::string>> joints;
    for (auto const& shown : keys)
        if (!all.add(shown.kid, shown.public_key))
            return {kid}; // among keys of which one is none, nothing is joined
    for (auto const& shown : keys) {
        auto const* const before = shown.change ? all.find(shown.change->previous_kid) : nullptr;
        if (!before)
            continue;
        auto const text = domain::signed_text(*shown.change, shown.kid);
        if (before->verify(text, shown.change->previous_signature)
            && all.find(shown.kid)->verify(text, shown.change->own_signature))
            joints.emplace_back(shown.change->previous_kid, shown.kid);
    }
    std::set<std::string> joined{kid};
    for (std::size_t size = 0; size != joined.size();) {
        size = joined.size();
        for (auto const& [one, other] : joints)
            if (joined.contains(one) || joined.contains(other))
                joined.insert({one, other});
    }
    return joined;
}

Async<ShownKeys> shown_keys(domain::Storage& storage, crypto::KeyEncryptionKey const& key)
{
    auto const keys = co_await stored_keys(storage);
    ShownKeys shown;
    for (auto const& stored : keys)
        if (opened(stored, key))
            shown.push_back(shown_of(stored));
    co_return shown;
}

bool KnownKeys::add(std::string const& kid, std::string public_key)
{
    if (domain::kid_of(public_key) != kid)
        return false;
    auto made = Ed25519PublicKey::from_bytes(std::move(public_key));
    if (made)
        keys_.insert_or_assign(kid, std::move(*made));
    return made.has_value();
}

Ed25519PublicKey const* KnownKeys::find(std::string const& kid) const
{
    auto const found = keys_.find(kid);
    return found == keys_.end() ? nullptr : &found->second;
}

Async<KnownKeys> keys_of(
    domain::Storage& storage, crypto::KeyEncryptionKey const* key, std::optional<std::string> kid
)
{
    auto const keys = co_await stored_keys(storage);
    std::set<std::string> meant;
    if (kid) {
        ShownKeys shown;
        std::ranges::transform(keys, std::back_inserter(shown), shown_of);
        meant = joined_to(*kid, shown);
    }
    KnownKeys known;
    for (auto const& stored : keys) {
        bool const believed
            = (!key || opened(stored, *key)) && (!kid || meant.contains(stored.kid));
        if (believed && !known.add(stored.kid, stored.public_key))
            throw std::runtime_error("the audit key " + stored.kid + " is not what its name says");
    }
    co_return known;
}

} // namespace gatehouse::sealing
