// Requests that send mail to an address, counted for known and unknown ones alike.
#include "domain/reset_requests.h"

#include "domain/first_link.h"
#include "storage/sql/join.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::CanonicalAddress;
using domain::ResetRequest;
using domain::ResetRequests;

constexpr Text recent_head
    = "SELECT count(*), min(a.requested_at) FROM reset_requests a "
      "WHERE a.email = $1 AND a.throttled = false AND a.requested_at > $2 AND "
      "CASE WHEN EXISTS (SELECT 1 FROM users WHERE ";
constexpr Text recent_tail
    = " = $1 AND deleted_at IS NULL) "
      "THEN EXISTS (SELECT 1 FROM users o WHERE o.id = a.user_id AND o.deleted_at IS NULL) "
      "ELSE a.user_id IS NULL END";
constexpr auto select_recent = either(
    {.postgres = joined<recent_head, postgres_user_canonical, recent_tail>,
     .sqlite = joined<recent_head, sqlite_canonical, recent_tail>}
);
constexpr Statement insert_request(
    "INSERT INTO reset_requests (email, user_id, ip_address, throttled, requested_at) "
    "VALUES ($1, $2, $3, $4, $5)"
);

class SqlResetRequests final : public ResetRequests {
public:
    explicit SqlResetRequests(Connection& connection)
        : connection_(connection)
    {
    }

    Async<Recent> since(CanonicalAddress address, Instant from) override
    {
        auto const rows
            = co_await connection_.query(select_recent, Scope::directory(), values(address, from));
        auto const row = rows.front();
        co_return Recent{.count = row.integer(0), .oldest = row.optional_instant(1)};
    }

    Async<void> record(ResetRequest request) override
    {
        auto bound = values(
            request.address,
            request.user_id,
            request.ip_address,
            request.throttled,
            request.requested_at
        );
        connection_.later(insert_request, Scope::global(), std::move(bound));
        co_return;
    }

    domain::FirstLinkStore& first_link() override
    {
        if (!first_link_)
            first_link_ = make_first_link(connection_);
        return *first_link_;
    }

private:
    Connection& connection_;
    std::unique_ptr<domain::FirstLinkStore> first_link_; // made at its first use
};

} // namespace

std::unique_ptr<domain::ResetRequests> make_reset_requests(Connection& connection)
{
    return std::make_unique<SqlResetRequests>(connection);
}

} // namespace gatehouse::sql
