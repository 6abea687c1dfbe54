// What is said about invitations.
#pragma once

#include "core/secret.h"
#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
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

struct ListRequest { // of the query
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(ListRequest, (), (page, limit))

struct InvitationPage {
    std::vector<InvitationView> data;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pages = 0;
    std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(InvitationPage, (), (data, total, page, pages, limit))

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
