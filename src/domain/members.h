// The people of one organization as administrators see and change them.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/users.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct ProfileChange { // what is named changes, the rest stays; an inner nothing empties the column
    std::optional<std::optional<std::string>> first_name = {};
    std::optional<std::optional<std::string>> last_name = {};
    std::optional<std::optional<std::string>> pending_email = {};
    std::optional<std::string> email = {};
    bool forgets_proof = false; // another mailbox: the proof of the old one says nothing about it
};

struct MemberFilter {
    std::optional<Role> role = {};
    std::optional<UserStatus> status = {};
    std::string search = {}; // in address and names, whatever the case of A–Z; empty: everybody
};

enum class MemberSort { created_at, email, first_name, last_name };

struct MemberWindow {
    MemberSort sort = MemberSort::created_at;
    bool descending = false;
    std::int64_t limit = 0;
    std::int64_t offset = 0;
};

// Where a walk through all members stands: after this one.
struct MemberMark {
    std::string key; // what it is sorted by, as the database has it
    std::string created_at;
    std::string id;
};

struct MemberWalk {
    MemberSort sort = MemberSort::created_at;
    bool descending = false;
    std::optional<MemberMark> after = {}; // nothing: from the beginning
    std::int64_t limit = 0;
};

struct MemberBatch {
    std::vector<User> people;
    std::optional<MemberMark> next = {}; // nothing: that was all
};

class Erasures;
class Notifications;
class Retention;

class Members {
public:
    virtual ~Members() = default;

    virtual Notifications& notifications() = 0; // what they are told in the product
    virtual Erasures& erasures() = 0; // who is to be erased
    virtual Retention& retention() = 0; // how long what is about them stays

    // Live people only: each of these answers false where there is nobody any more. One UPDATE of
    // the named columns, so that writers in parallel do not undo each other (decisions D-21).
    virtual Async<bool>
    change(OrganizationId organization, UserId user, ProfileChange change, Instant now) = 0;
    // The person as they are, whom nobody else changes until the unit of work ends.
    virtual Async<std::optional<User>> hold(OrganizationId organization, UserId user) = 0;
    virtual Async<bool>
    change_role(OrganizationId organization, UserId user, Role role, Instant now) = 0;
    virtual Async<bool>
    change_status(OrganizationId organization, UserId user, UserStatus status, Instant now) = 0;
    // Softly: the row stays, the address is free again (decisions D-15).
    virtual Async<bool> remove(OrganizationId organization, UserId user, Instant now) = 0;
    // The address that waited for proof becomes the address; false unless it is this one.
    virtual Async<bool>
    confirm_address(OrganizationId organization, UserId user, std::string email, Instant now) = 0;

    virtual Async<std::optional<User>>
    find_by_address(OrganizationId organization, CanonicalAddress address) = 0;
    virtual Async<std::int64_t> active_owners_beside(OrganizationId organization, UserId user) = 0;
    virtual Async<std::int64_t> count(OrganizationId organization, MemberFilter filter) = 0;
    virtual Async<std::vector<User>>
    list(OrganizationId organization, MemberFilter filter, MemberWindow window) = 0;
    // Live people of these, in the order of their ids; nobody stands for who is not among them.
    virtual Async<std::vector<User>> among(OrganizationId organization, std::vector<UserId> ids)
        = 0;
    // At most `limit` of those after the mark: however many there are, and whoever comes and goes
    // meanwhile, each is met once; but who is sorted by what changes meanwhile may be met twice or
    // not at all.
    virtual Async<MemberBatch>
    walk(OrganizationId organization, MemberFilter filter, MemberWalk walk) = 0;
};

} // namespace gatehouse::domain
