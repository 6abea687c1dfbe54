// Who could do what, now and at a past moment, and the campaigns that review it (spec/api §9,
// decisions 0029).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"
#include "policy/policy.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

// Somebody who was of the organization at a moment, with what is stored about them now. Of who is
// gone, row and all, the ledger alone tells: no role stands here, and the address only while it is
// not erased.
struct Standing {
    std::string user_id;
    std::string email;
    std::string role; // empty: their row is gone
    std::string status;
    std::optional<std::string> custom_role; // its id
    std::vector<policy::Granted> alone = {}; // granted by that moment, beside every role
    Instant since;
};

// A row of the ledger: of its kind and about this one the last until a moment, or the first behind
// it.
struct NearChange {
    std::string about; // the id of a person or of a custom role
    std::string kind; // role, status, custom_role, joined, left; `definition` of a custom role
    std::int64_t seq = 0;
    std::string details; // JSON, an object
    bool earlier = false; // not behind the moment
    std::string event = {}; // what it is called in the ledger
};

struct AccessReview {
    std::string id;
    OrganizationId organization_id;
    std::string name;
    std::string created_by;
    Instant created_at; // its population is that of this moment
    std::optional<std::string> signed_off_by = {};
    std::optional<Instant> signed_off_at = {};
    std::int64_t people = 0;
    std::int64_t kept = 0;
    std::int64_t revoked = 0;
};

struct ReviewItem { // somebody's access as it was when the campaign began
    std::string user_id;
    std::string role;
    std::string status;
    std::optional<std::string> custom_role_id = {};
    std::optional<std::string> custom_role = {}; // its name
    std::string permissions; // `clients.view=1 …`
    std::optional<std::string> email = {}; // as it is now; erased with the person
    std::optional<std::string> decision = {}; // keep, revoke
    std::optional<std::string> reason = {};
    std::optional<std::string> decided_by = {};
    std::optional<Instant> decided_at = {};
};

class AccessReviews {
public:
    virtual ~AccessReviews() = default;
    virtual Async<std::int64_t> count_open(OrganizationId organization) = 0;
    virtual Async<std::int64_t> count(OrganizationId organization) = 0;
    virtual Async<void> insert(AccessReview review) = 0;
    virtual Async<void>
    add(OrganizationId organization, std::string review, std::vector<ReviewItem> items) = 0;
    virtual Async<std::optional<OrganizationId>> home_of(std::string review) = 0;
    virtual Async<std::optional<AccessReview>> find(OrganizationId organization, std::string review)
        = 0;
    // The newest first.
    virtual Async<std::vector<AccessReview>>
    list(OrganizationId organization, std::int64_t limit, std::int64_t offset) = 0;
    // Behind an id of a person, in the order of ids.
    virtual Async<std::vector<ReviewItem>>
    items(OrganizationId organization, std::string review, std::string after, std::int64_t limit)
        = 0;
    virtual Async<std::optional<ReviewItem>>
    item(OrganizationId organization, std::string review, std::string user) = 0;
    // False where the campaign was signed off, access was revoked by then, or there is no such
    // item.
    virtual Async<bool> decide(OrganizationId organization, std::string review, ReviewItem decided)
        = 0;
    // False where it was signed off before, or somebody is undecided.
    virtual Async<bool>
    sign_off(OrganizationId organization, std::string review, std::string by, Instant now) = 0;
};

class AccessEvidence {
public:
    virtual ~AccessEvidence() = default;
    virtual AccessReviews& reviews() = 0;
    // Behind an id, in the order of ids; those too whose row is gone by now.
    virtual Async<std::vector<Standing>>
    people(OrganizationId organization, Instant at, std::string after, std::int64_t limit) = 0;
    virtual Async<std::vector<NearChange>>
    changes_of_people(OrganizationId organization, Instant at, std::vector<std::string> people) = 0;
    virtual Async<std::vector<NearChange>> changes_of_roles(OrganizationId organization, Instant at)
        = 0;
};

} // namespace gatehouse::domain
