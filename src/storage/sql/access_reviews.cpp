// Campaigns, and the people whose access they froze.
#include "storage/sql/access_evidence.h"

#include "core/json.h"
#include "storage/sql/first_row.h"
#include "storage/sql/join.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::AccessReview;
using domain::AccessReviews;
using domain::OrganizationId;
using domain::ReviewItem;

constexpr Text review_head
    = "SELECT r.id, r.organization_id, r.name, r.created_by, r.created_at, r.signed_off_by, "
      "r.signed_off_at, count(i.user_id), count(CASE WHEN i.decision = 'keep' THEN 1 END), "
      "count(CASE WHEN i.decision = 'revoke' THEN 1 END) FROM access_reviews r "
      "LEFT JOIN access_review_items i ON i.organization_id = r.organization_id "
      "AND i.review_id = r.id WHERE r.organization_id = $1";
constexpr Text review_group = " GROUP BY r.organization_id, r.id";
constexpr Statement find_review(joined<review_head, " AND r.id = $2", review_group>);
constexpr Statement list_reviews(joined<
                                 review_head,
                                 " AND r.id IN (SELECT n.id FROM access_reviews n "
                                 "WHERE n.organization_id = $1 "
                                 "ORDER BY n.created_at DESC, n.id DESC LIMIT $2 OFFSET $3)",
                                 review_group,
                                 " ORDER BY r.created_at DESC, r.id DESC">);
constexpr Statement count_reviews("SELECT count(*) FROM access_reviews WHERE organization_id = $1");
constexpr Statement count_open_reviews(
    "SELECT count(*) FROM access_reviews WHERE organization_id = $1 AND signed_off_at IS NULL"
);
constexpr Statement find_home("SELECT organization_id FROM access_reviews WHERE id = $1");
constexpr Statement
    insert_review("INSERT INTO access_reviews (id, organization_id, name, created_by, created_at) "
                  "VALUES ($1, $2, $3, $4, $5)");
constexpr Text items_head = "INSERT INTO access_review_items (organization_id, review_id, user_id, "
                            "role, status, custom_role_id, custom_role, permissions) SELECT ";
constexpr auto insert_items = either(
    {.postgres = joined<
         items_head,
         "CAST($1 AS text), CAST($2 AS text), e ->> 'user', e ->> 'role', e ->> 'status', "
         "e ->> 'customRoleId', e ->> 'customRole', e ->> 'permissions' "
         "FROM json_array_elements(CAST($3 AS json)) AS e">,
     .sqlite = joined<
         items_head,
         "$1, $2, json_extract(e.value, '$.user'), json_extract(e.value, '$.role'), "
         "json_extract(e.value, '$.status'), json_extract(e.value, '$.customRoleId'), "
         "json_extract(e.value, '$.customRole'), json_extract(e.value, '$.permissions') "
         "FROM json_each($3) AS e">}
);
constexpr Text item_columns
    = "SELECT i.user_id, i.role, i.status, i.custom_role_id, i.custom_role, i.permissions, "
      "u.email, "
      "i.decision, i.reason, i.decided_by, i.decided_at FROM access_review_items i "
      "LEFT JOIN users u ON u.organization_id = i.organization_id AND u.id = i.user_id "
      "WHERE i.organization_id = $1 AND i.review_id = $2";
constexpr Statement
    list_items(joined<item_columns, " AND i.user_id > $3 ORDER BY i.user_id LIMIT $4">);
constexpr Statement find_item(joined<item_columns, " AND i.user_id = $3">);
constexpr Statement decide_item(
    "UPDATE access_review_items SET decision = $4, reason = $5, decided_by = $6, decided_at = $7 "
    "WHERE organization_id = $1 AND review_id = $2 AND user_id = $3 "
    "AND (decision IS NULL OR decision <> 'revoke') AND EXISTS (SELECT 1 FROM access_reviews r "
    "WHERE r.organization_id = $1 AND r.id = $2 AND r.signed_off_at IS NULL) RETURNING user_id"
);
constexpr Statement sign_review(
    "UPDATE access_reviews SET signed_off_by = $3, signed_off_at = $4 WHERE organization_id = $1 "
    "AND id = $2 AND signed_off_at IS NULL AND NOT EXISTS (SELECT 1 FROM access_review_items i "
    "WHERE i.organization_id = $1 AND i.review_id = $2 AND i.decision IS NULL) RETURNING id"
);

AccessReview read_review(Row const& row)
{
    AccessReview read;
    read.id = row.text(0);
    read.organization_id = OrganizationId(row.text(1));
    read.name = row.text(2);
    read.created_by = row.text(3);
    read.created_at = row.instant(4);
    read.signed_off_by = row.optional_text(5);
    read.signed_off_at = row.optional_instant(6);
    read.people = row.integer(7);
    read.kept = row.integer(8);
    read.revoked = row.integer(9);
    return read;
}

ReviewItem read_item(Row const& row)
{
    ReviewItem read;
    read.user_id = row.text(0);
    read.role = row.text(1);
    read.status = row.text(2);
    read.custom_role_id = row.optional_text(3);
    read.custom_role = row.optional_text(4);
    read.permissions = row.text(5);
    read.email = row.optional_text(6);
    read.decision = row.optional_text(7);
    read.reason = row.optional_text(8);
    read.decided_by = row.optional_text(9);
    read.decided_at = row.optional_instant(10);
    return read;
}

std::string as_json(std::vector<ReviewItem> const& items)
{
    json::Array all;
    for (auto const& item : items) {
        json::Object one{{"user", json::Value(item.user_id)}, {"role", json::Value(item.role)}};
        one.push_back({"status", json::Value(item.status)});
        one.push_back({"permissions", json::Value(item.permissions)});
        if (item.custom_role_id)
            one.push_back({"customRoleId", json::Value(*item.custom_role_id)});
        if (item.custom_role)
            one.push_back({"customRole", json::Value(*item.custom_role)});
        all.emplace_back(std::move(one));
    }
    return json::to_text(json::Value(std::move(all)));
}

class SqlAccessReviews final : public AccessReviews {
public:
    explicit SqlAccessReviews(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::int64_t> count_open(OrganizationId organization) override
    {
        auto const rows = co_await ask(count_open_reviews, organization, values(organization));
        co_return rows.front().integer(0);
    }
    Async<std::int64_t> count(OrganizationId organization) override
    {
        auto const rows = co_await ask(count_reviews, organization, values(organization));
        co_return rows.front().integer(0);
    }

    Async<void> insert(AccessReview review) override
    {
        auto bound = values(
            review.id, review.organization_id, review.name, review.created_by, review.created_at
        );
        co_await ask(insert_review, review.organization_id, std::move(bound));
    }

    Async<void>
    add(OrganizationId organization, std::string review, std::vector<ReviewItem> items) override
    {
        auto bound = values(organization, review, as_json(items));
        co_await ask(insert_items, organization, std::move(bound));
    }

    Async<std::optional<OrganizationId>> home_of(std::string review) override
    {
        auto const rows
            = co_await connection_.query(find_home, Scope::directory(), values(std::move(review)));
        co_return first_of(rows, [](Row const& row) { return OrganizationId(row.text(0)); });
    }

    Async<std::optional<AccessReview>>
    find(OrganizationId organization, std::string review) override
    {
        auto const rows = co_await ask(find_review, organization, values(organization, review));
        co_return first_of(rows, read_review);
    }

    Async<std::vector<AccessReview>>
    list(OrganizationId organization, std::int64_t limit, std::int64_t offset) override
    {
        auto const rows
            = co_await ask(list_reviews, organization, values(organization, limit, offset));
        std::vector<AccessReview> reviews;
        for (auto const row : rows)
            reviews.push_back(read_review(row));
        co_return reviews;
    }

    Async<std::vector<ReviewItem>> items(
        OrganizationId organization, std::string review, std::string after, std::int64_t limit
    ) override
    {
        auto bound = values(organization, review, after, limit);
        auto const rows = co_await ask(list_items, organization, std::move(bound));
        std::vector<ReviewItem> items;
        for (auto const row : rows)
            items.push_back(read_item(row));
        co_return items;
    }

    Async<std::optional<ReviewItem>>
    item(OrganizationId organization, std::string review, std::string user) override
    {
        auto bound = values(organization, review, user);
        auto const rows = co_await ask(find_item, organization, std::move(bound));
        co_return first_of(rows, read_item);
    }

    Async<bool> decide(OrganizationId organization, std::string review, ReviewItem decided) override
    {
        auto bound = values(
            organization,
            review,
            decided.user_id,
            decided.decision,
            decided.reason,
            decided.decided_by,
            decided.decided_at
        );
        auto const rows = co_await ask(decide_item, organization, std::move(bound));
        co_return !rows.empty();
    }

    Async<bool>
    sign_off(OrganizationId organization, std::string review, std::string by, Instant now) override
    {
        auto bound = values(organization, review, by, now);
        auto const rows = co_await ask(sign_review, organization, std::move(bound));
        co_return !rows.empty();
    }

private:
    Async<Rows> ask(Statement const& statement, OrganizationId const& organization, Values bound)
    {
        return connection_.query(statement, Scope::organization(organization), std::move(bound));
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<AccessReviews> make_access_reviews(Connection& connection)
{
    return std::make_unique<SqlAccessReviews>(connection);
}

} // namespace gatehouse::sql
