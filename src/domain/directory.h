// The look-ups that may cross organizations, and no others (spec/database §2 rule 3).
#pragma once

#include "core/async.h"
#include "domain/invitations.h"
#include "domain/one_time_tokens.h"
#include "domain/organizations.h"
#include "domain/refresh_tokens.h"
#include "domain/resources.h"
#include "domain/session_facts.h"
#include "domain/subject.h"
#include "domain/users.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace gatehouse::domain {

// A refresh token with the session that it prolongs, as both are at one moment.
struct Refreshing {
    RefreshToken token;
    SessionFacts owner;
};

struct Candidate { // who may be meant by an address
    User user;
    std::string organization_name;
};

class Directory {
public:
    virtual ~Directory() = default;
    // Live users with the address, oldest first, at most `limit`.
    virtual Async<std::vector<Candidate>> live_users(CanonicalAddress address, int limit) = 0;
    // A live user that has proven the mailbox, or registered it since `recent` (decisions D-99).
    virtual Async<bool> address_is_taken(CanonicalAddress address, Instant recent) = 0;
    // Whether a live user of any organization but `but` has the address (decisions D-10).
    virtual Async<bool> address_is_in_use(CanonicalAddress address, UserId but) = 0;
    // By bare id, to tell 403 from 404 (decisions D-79).
    virtual Async<std::optional<Organization>> organization(OrganizationId organization) = 0;
    virtual Async<std::optional<User>> live_user(UserId user) = 0;
    virtual Async<bool> invitation_exists(InvitationId invitation) = 0;
    virtual Async<std::optional<Resource>> resource(ResourceId resource) = 0;
    virtual Async<std::optional<Assignment>> assignment(AssignmentId assignment) = 0;
    virtual Async<std::optional<OrganizationId>> home_of(CustomRoleId role) = 0;
    // For questions of other applications: a live person with what they hold.
    virtual Async<std::optional<Subject>> subject(UserId user) = 0;
    // For operators, who look at everything: in the order of their ids, those behind `after`.
    virtual Async<std::vector<Organization>>
    organizations_behind(OrganizationId after, std::int64_t limit) = 0;
    virtual Async<std::vector<User>>
    people_behind(std::optional<OrganizationId> in, UserId after, std::int64_t limit) = 0;
    virtual Async<std::optional<SessionFacts>> session(SessionId session) = 0;
    virtual Async<std::optional<RefreshToken>> refresh_token(TokenDigest digest) = 0;
    virtual Async<std::optional<Refreshing>> refreshing(TokenDigest digest) = 0;
    virtual Async<std::optional<Invitation>> invitation(TokenDigest digest) = 0;
    virtual Async<std::optional<OneTimeToken>> one_time_token(TokenDigest digest) = 0;
    // Deletes live registrations of the address that were never proven and are older than `before`;
    // how many. The 7 days of decisions D-99 hold even where no janitor has come by.
    virtual Async<std::int64_t> purge_unproven(CanonicalAddress address, Instant before) = 0;
    // Whose `users.reset_token` holds this text, with its expiry (spec/database 3.6).
    struct ResetMirror {
        User user;
        std::optional<Instant> expires;
    };
    virtual Async<std::optional<ResetMirror>> reset_mirror(std::string stored_text) = 0;
};

} // namespace gatehouse::domain
