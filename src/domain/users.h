// People: the row of one person in one organization, and its store.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "crypto/passwords.h"
#include "domain/email_address.h"
#include "domain/ids.h"
#include "policy/roles.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::domain {

using policy::parse_role;
using policy::Role;
using policy::to_text;

enum class UserStatus { active, suspended };

std::string_view to_text(UserStatus status);

struct User {
    UserId id;
    OrganizationId organization_id;
    std::string email;
    bool email_verified = true; // false only while a self-registered person must still prove it
    std::optional<Instant> mailbox_proven_at;
    bool self_registered = false;
    std::optional<std::string> pending_email;
    std::optional<std::string> name;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
    std::optional<std::string> profile_picture;
    Role role = Role::staff;
    std::optional<CustomRoleId> custom_role_id; // beside the built-in one
    UserStatus status = UserStatus::active;
    std::optional<crypto::StoredPassword> password;
    int session_version = 1;
    bool two_factor_enabled = false;
    std::optional<Instant> last_login_at;
    Instant created_at;
    Instant updated_at;
    std::optional<Instant> deleted_at;
};

// The people of one organization; to look across organizations there is Directory.
class Users {
public:
    virtual ~Users() = default;

    // False if a live user already holds the address here, or registered it anywhere.
    virtual Async<bool> insert(User user) = 0;
    virtual Async<std::optional<User>> find(OrganizationId organization, UserId user) = 0;
    // Sets email_verified and, if not yet set, mailbox_proven_at. False: it was verified before.
    virtual Async<bool> prove_mailbox(OrganizationId organization, UserId user, Instant now) = 0;
    virtual Async<void> note_login(OrganizationId organization, UserId user, Instant now) = 0;
    virtual Async<void> replace_password(
        OrganizationId organization, UserId user, crypto::StoredPassword password, Instant now
    ) = 0;
    // No password opens anything until a reset sets one.
    virtual Async<void> forget_password(OrganizationId organization, UserId user, Instant now) = 0;
    // The URL that answers show, or none. False: there is no such live person.
    virtual Async<bool> show_picture(
        OrganizationId organization, UserId user, std::optional<std::string> url, Instant now
    ) = 0;
    // A person's own change: only while the hash is still the one that was proven.
    virtual Async<bool> change_password(
        OrganizationId organization,
        UserId user,
        std::string old_hash,
        crypto::StoredPassword password,
        Instant now
    ) = 0;
    // Replaces a hash only while it is still the one that was verified: a rehash after the answer
    // must not undo a change made meanwhile.
    virtual Async<bool> upgrade_password(
        OrganizationId organization,
        UserId user,
        std::string old_hash,
        crypto::StoredPassword password
    ) = 0;
    virtual Async<void> raise_session_version(OrganizationId organization, UserId user, Instant now)
        = 0;
    // `users.reset_token` mirrors the newest reset; null, null empties it.
    virtual Async<void> mirror_reset(
        OrganizationId organization,
        UserId user,
        std::optional<std::string> token,
        std::optional<Instant> expires
    ) = 0;
};

} // namespace gatehouse::domain
