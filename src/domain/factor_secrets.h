// What the second factor stands on, as the database keeps it (behaviours §7): the secret sealed,
// the backup codes as digests.
#pragma once

#include "core/random.h"
#include "core/secret.h"
#include "crypto/seal.h"
#include "domain/users.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

inline constexpr std::size_t backup_code_count = 10;

std::string seal_totp_secret(
    crypto::KeyEncryptionKey const& key,
    Random& random,
    UserId const& user,
    SecretString const& base32
);

// The base32 of a stored secret, sealed or plain. Throws std::runtime_error when a sealed one does
// not open: it was sealed under another key, or for another person's row.
SecretString
open_totp_secret(crypto::KeyEncryptionKey const& key, UserId const& user, std::string_view stored);

// Ten codes of 50 bits, shown as `XXXXX-XXXXX`. `alphabet` has 32 characters.
std::vector<SecretString> mint_backup_codes(Random& random, std::string_view alphabet);

// `h1:…`. Blanks, dashes and case do not count: people type these from paper.
std::string backup_code_digest(
    crypto::KeyEncryptionKey const& key, UserId const& user, SecretString const& code
);

// What stays in the column once the presented code is spent, all of it digested; nothing if no
// stored code is the presented one. Compares with each of them, wherever the right one stands.
std::optional<std::vector<std::string>> without_backup_code(
    crypto::KeyEncryptionKey const& key,
    UserId const& user,
    std::vector<std::string> const& stored,
    SecretString const& presented
);

// Six digits, for a mail.
SecretString mint_mailed_code(Random& random);

// `h1:…` of a mailed code, which opens one challenge alone (behaviours §7).
std::string mailed_code_digest(
    crypto::KeyEncryptionKey const& key, StepUpId const& challenge, SecretString const& code
);

// The refresh token that a 428 handed out, while its challenge is open: who holds the database
// alone cannot open it.
std::string seal_waiting_token(
    crypto::KeyEncryptionKey const& key,
    Random& random,
    StepUpId const& challenge,
    SecretString const& token
);
// Throws std::runtime_error when it does not open: it was sealed for another challenge, or by
// another key.
SecretString open_waiting_token(
    crypto::KeyEncryptionKey const& key, StepUpId const& challenge, std::string_view sealed
);

// What an authenticator shows; backup codes look otherwise.
bool is_six_digits(SecretString const& code);

// Changes with the address, and tells nothing about it: a code that was mailed to the old one opens
// nothing.
std::string address_state(crypto::KeyEncryptionKey const& key, User const& user);

// Changes with the password, and tells nothing about it: a sign-in that waits for its second factor
// ends when the password that began it is replaced.
std::string password_state(crypto::KeyEncryptionKey const& key, User const& user);

} // namespace gatehouse::domain
