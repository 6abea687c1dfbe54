// What is said about invitations.
#pragma once

#include "core/secret.h"
#include "core/time.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::invitations {

struct InviteRequest {
    std::string email;
    std::string role; // exactly owner, admin, manager or staff
};
BOOST_DESCRIBE_STRUCT(InviteRequest, (), (email, role))

struct Invited {
    std::string id;
    std::string email;
    std::string role;
    Instant expires_at;
};
BOOST_DESCRIBE_STRUCT(Invited, (), (id, email, role, expires_at))

struct InvitationView {
    std::string id;
    std::string email;
    std::string role;
    std::optional<std::string> invited_by;
    Instant created_at;
    Instant expires_at;
    std::optional<Instant> accepted_at;
    std::optional<Instant> revoked_at;
};
BOOST_DESCRIBE_STRUCT(
    InvitationView,
    (),
    (id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at)
)

struct Offer { // what the mailed link shows to whoever holds it
    std::string email;
    std::string role;
    std::string organization_name;
};
BOOST_DESCRIBE_STRUCT(Offer, (), (email, role, organization_name))

struct AcceptRequest {
    SecretString password;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
};
BOOST_DESCRIBE_STRUCT(AcceptRequest, (), (password, first_name, last_name))

} // namespace gatehouse::invitations
