// The pictures of people.
#include "domain/pictures.h"

#include "storage/sql/stores.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::Picture;
using domain::Pictures;
using domain::UserId;

constexpr Statement insert_picture(
    "INSERT INTO user_pictures (organization_id, user_id, variant, content_type, bytes, created_at)"
    " VALUES ($1, $2, $3, $4, $5, $6)"
);
constexpr Statement find_picture("SELECT variant, content_type, bytes FROM user_pictures "
                                 "WHERE organization_id = $1 AND user_id = $2 AND variant = $3");
constexpr Statement
    delete_pictures("DELETE FROM user_pictures WHERE organization_id = $1 AND user_id = $2");

class SqlPictures final : public Pictures {
public:
    explicit SqlPictures(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> replace(
        OrganizationId organization, UserId user, std::vector<Picture> variants, Instant now
    ) override
    {
        auto const scope = Scope::organization(organization);
        connection_.later(delete_pictures, scope, values(organization, user));
        for (auto& picture : variants) {
            Bytes const bytes(std::move(picture.bytes));
            auto bound
                = values(organization, user, picture.variant, picture.content_type, bytes, now);
            connection_.later(insert_picture, scope, std::move(bound));
        }
        co_return;
    }

    Async<std::optional<Picture>>
    find(OrganizationId organization, UserId user, std::string variant) override
    {
        auto const rows = co_await connection_.query(
            find_picture, Scope::organization(organization), values(organization, user, variant)
        );
        if (rows.empty())
            co_return std::nullopt;
        auto const row = rows.front();
        Picture picture;
        picture.variant = row.text(0);
        picture.content_type = row.text(1);
        picture.bytes = row.bytes(2);
        co_return picture;
    }

    Async<void> remove(OrganizationId organization, UserId user) override
    {
        connection_.later(
            delete_pictures, Scope::organization(organization), values(organization, user)
        );
        co_return;
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Pictures> make_pictures(Connection& connection)
{
    return std::make_unique<SqlPictures>(connection);
}

} // namespace gatehouse::sql
