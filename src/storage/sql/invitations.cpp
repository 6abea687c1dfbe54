// Invitations.
#include "domain/invitations.h"

#include "storage/sql/errors.h"
#include "storage/sql/invitation_row.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::CanonicalAddress;
using domain::Invitation;
using domain::InvitationId;
using domain::Invitations;
using domain::OrganizationId;
using domain::parse_role;
using domain::to_text;
using domain::TokenDigest;
using domain::UserId;

constexpr Statement
    insert_invitation("INSERT INTO invitations (id, organization_id, email, role, token_hash, "
                      "invited_by, created_at, expires_at) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
constexpr Statement find_invitation(joined<
                                    "SELECT ",
                                    invitation_columns,
                                    " FROM invitations WHERE organization_id = $1 AND id = $2">);
constexpr Statement list_invitations(joined<
                                     "SELECT ",
                                     invitation_columns,
                                     " FROM invitations WHERE organization_id = $1 ORDER BY "
                                     "created_at DESC, id DESC LIMIT $2 OFFSET $3">);
constexpr Statement count_invitations(
    "SELECT count(*) FROM invitations WHERE organization_id = $1 AND created_at > $2"
);
constexpr Statement claim_invitation(
    "UPDATE invitations SET accepted_at = $3 WHERE organization_id = $1 AND id = $2 "
    "AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3 RETURNING id"
);
constexpr Text supersede_head
    = "UPDATE invitations SET revoked_at = $3 WHERE organization_id = $1 AND ";
constexpr Text supersede_tail
    = " = $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
constexpr auto supersede_invitations = either(
    {.postgres = joined<supersede_head, postgres_canonical, supersede_tail>,
     .sqlite = joined<supersede_head, sqlite_canonical, supersede_tail>}
);
constexpr Statement revoke_invitation(
    "UPDATE invitations SET revoked_at = $3 WHERE organization_id = $1 AND id = $2 "
    "AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3 RETURNING id"
);

class SqlInvitations final : public Invitations {
public:
    explicit SqlInvitations(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> insert(Invitation invitation) override
    {
        auto bound = values(
            invitation.id,
            invitation.organization_id,
            invitation.email,
            to_text(invitation.role),
            invitation.digest,
            invitation.invited_by,
            invitation.created_at,
            invitation.expires_at
        );
        connection_.later(
            insert_invitation, Scope::organization(invitation.organization_id), std::move(bound)
        );
        co_return;
    }

    Async<std::optional<Invitation>>
    find(OrganizationId organization, InvitationId invitation) override
    {
        auto const rows = co_await connection_.query(
            find_invitation, Scope::organization(organization), values(organization, invitation)
        );
        if (rows.empty())
            co_return std::nullopt;
        co_return read_invitation(rows.front());
    }

    Async<std::vector<Invitation>>
    list(OrganizationId organization, std::int64_t limit, std::int64_t offset) override
    {
        auto const rows = co_await connection_.query(
            list_invitations, Scope::organization(organization), values(organization, limit, offset)
        );
        std::vector<Invitation> all;
        all.reserve(rows.size());
        for (auto const row : rows)
            all.push_back(read_invitation(row));
        co_return all;
    }

    Async<std::int64_t> count_since(OrganizationId organization, Instant since) override
    {
        auto const rows = co_await connection_.query(
            count_invitations, Scope::organization(organization), values(organization, since)
        );
        co_return rows.front().integer(0);
    }

    Async<bool> accept(OrganizationId organization, InvitationId invitation, Instant now) override
    {
        auto const rows = co_await connection_.query(
            claim_invitation,
            Scope::organization(organization),
            values(organization, invitation, now)
        );
        co_return !rows.empty();
    }

    Async<std::int64_t>
    supersede(OrganizationId organization, CanonicalAddress address, Instant now) override
    {
        auto const rows = co_await connection_.query(
            supersede_invitations,
            Scope::organization(organization),
            values(organization, address, now)
        );
        co_return rows.changed();
    }

    Async<bool> revoke(OrganizationId organization, InvitationId invitation, Instant now) override
    {
        auto const rows = co_await connection_.query(
            revoke_invitation,
            Scope::organization(organization),
            values(organization, invitation, now)
        );
        co_return !rows.empty();
    }

private:
    Connection& connection_;
};

} // namespace

Invitation read_invitation(Row const& row)
{
    Invitation read;
    read.id = InvitationId(row.text(0));
    read.organization_id = OrganizationId(row.text(1));
    read.email = row.text(2);
    auto const role = parse_role(row.text(3));
    if (!role)
        throw StorageError(StorageError::Kind::broken, "invitations.role holds no role");
    read.role = *role;
    read.digest = TokenDigest(row.text(4));
    if (auto inviter = row.optional_text(5))
        read.invited_by = UserId(std::move(*inviter));
    read.created_at = row.instant(6);
    read.expires_at = row.instant(7);
    read.accepted_at = row.optional_instant(8);
    read.revoked_at = row.optional_instant(9);
    return read;
}

std::unique_ptr<domain::Invitations> make_invitations(Connection& connection)
{
    return std::make_unique<SqlInvitations>(connection);
}

} // namespace gatehouse::sql
