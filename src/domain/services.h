// Everything a request may use, built once by app/.
#pragma once

#include "core/async.h"
#include "core/random.h"
#include "core/secret.h"
#include "core/time.h"
#include "core/workers.h"
#include "crypto/passwords.h"
#include "crypto/seal.h"
#include "domain/places.h"
#include "domain/risk_scores.h"
#include "domain/settings.h"
#include "domain/storage.h"
#include "domain/tokens.h"
#include "policy/holder.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

class Exports;
class SessionUses;
struct Kept;

// The state of one control, for /ready and /ready?verbose.
struct ControlState {
    std::string name; // e.g. `database`, `mail`, `ledger`
    bool works = true;
    bool needed = true; // a broken needed control makes /ready answer 503
    std::string detail; // for operators; never a secret
    std::optional<Instant> checked_at = {}; // nothing: not yet
};

struct CodeMail {
    std::string recipient; // the stored address
    std::string recipient_name;
    SecretString code;
    Instant at;
};

struct SignInMail { // to a person, about a sign-in from a device that is new to us
    std::string recipient; // the stored address
    std::string recipient_name;
    SecretString token; // of the link that says "this was not me"
    std::string device;
    std::string place;
    std::string address;
    Instant at;
};

struct Services {
    Clock const& clock;
    Random& random;
    Storage& storage;
    Kept& kept; // of the storage, in memory
    SessionUses& uses; // of sessions, not written yet
    crypto::PasswordHasher& passwords;
    Workers& workers; // for computations that would hold up an event loop: pictures
    Exports& exports; // the same for files that leave the house, and how many do so at a time
    crypto::KeyEncryptionKey const& key_encryption_key;
    Tokens const& tokens;
    Settings const& settings;
    policy::PolicyHolder const& policies;
    Places const& places;
    RiskScores& risk_scores; // what a score rests on, read a moment ago
    // The payloads of these mails: how mails are written is not known here.
    std::function<SecretString(CodeMail const&)> code_mail;
    std::function<SecretString(SignInMail const&)> sign_in_mail;
    std::function<void()> mail_waits; // after a commit that queued mail: wakes the sender
    std::function<Async<std::vector<ControlState>>()> controls; // asked by /ready
    // Work that waits until the answer left and may be lost (rehash): a failure is
    // logged under `name` and counted, never answered. It must own what it uses, but for Services.
    std::function<void(std::string_view name, Async<void> work)> afterwards;
};

} // namespace gatehouse::domain
