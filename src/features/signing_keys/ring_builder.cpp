// Opening keys and putting rings together.
#include "features/signing_keys/ring_builder.h"

#include "features/signing_keys/sealed_keys.h"

#include <set>
#include <stdexcept>
#include <utility>

namespace gatehouse::signing_keys {
namespace {
using domain::KeyState;
using domain::SigningKey;

// The key that signs, and the one that will, which is opened in advance.
bool is_needed_for_signing(SigningKey const& stored)
{
    return stored.state == KeyState::published || stored.state == KeyState::signing;
}

std::string name_of(SigningKey const& stored)
{
    return stored.kid + (is_needed_for_signing(stored) ? " signs" : " verifies");
}

std::string source_of(std::vector<SigningKey> const& stored)
{
    std::string source;
    for (auto const& one : stored)
        source.append(one.kid).append(1, ' ').append(to_text(one.state)).append(1, '\n');
    return source;
}

} // namespace

RingBuilder::RingBuilder(
    std::string public_url,
    std::optional<SecretString> const& jwt_secret,
    crypto::KeyEncryptionKey const& key
)
    : public_url_(std::move(public_url))
    , jwt_secret_(jwt_secret ? std::optional(jwt_secret->duplicate()) : std::nullopt)
    , key_(key)
{
}

Ring RingBuilder::ring_of(std::vector<SigningKey> const& stored, Ring const& known)
{
    KeyRingParts parts;
    parts.source = source_of(stored);
    if (known && known->source() == parts.source)
        return known;
    parts.public_url = public_url_;
    for (auto const& one : stored) {
        auto opened = opened_once(one);
        if (parts.problem.empty())
            parts.problem = opened.problem;
        if (one.state == KeyState::signing) {
            parts.signing_kid = one.kid;
            parts.signing = std::move(opened.pair);
        }
        parts.shown.push_back(std::move(opened.shown));
    }
    if (parts.signing_kid.empty())
        parts.problem = "signing_keys holds no key in state `signing`; `gatehouse keys rotate` "
                        "makes one sign";
    return std::make_shared<KeyRing const>(std::move(parts), jwt_secret_);
}

void RingBuilder::forget_all_but(std::vector<SigningKey> const& stored)
{
    std::set<std::string> needed;
    for (auto const& one : stored)
        needed.insert(name_of(one));
    std::scoped_lock const lock(mutex_);
    std::erase_if(opened_, [&](auto const& one) { return !needed.contains(one.first); });
}

RingBuilder::Opened RingBuilder::opened_once(SigningKey const& stored)
{
    auto const name = name_of(stored);
    {
        std::scoped_lock const lock(mutex_);
        if (auto const found = opened_.find(name); found != opened_.end())
            return found->second;
    }
    Opened made{.shown = shown(stored), .pair = nullptr, .problem = {}};
    if (is_needed_for_signing(stored)) {
        try {
            made.pair = std::make_shared<jose::KeyPair const>(opened(stored, key_));
        } catch (std::runtime_error const& failure) { // others may still be verified
            made.problem = failure.what();
        }
    }
    std::scoped_lock const lock(mutex_);
    return opened_.insert_or_assign(name, std::move(made)).first->second;
}

} // namespace gatehouse::signing_keys
