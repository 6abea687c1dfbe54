// Resources.
#include "domain/resources.h"

#include "core/text.h"
#include "domain/changed.h"
#include "storage/sql/errors.h"
#include "storage/sql/first_row.h"
#include "storage/sql/questions.h"
#include "storage/sql/resource_row.h"
#include "storage/sql/stores.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::Resource;
using domain::ResourceChange;
using domain::ResourceFacts;
using domain::ResourceFilter;
using domain::ResourceId;
using domain::Resources;
using domain::ResourceSort;
using domain::ResourceWindow;
using domain::UserId;

constexpr Statement
    insert_resource("INSERT INTO resources (id, organization_id, type, name, data, created_by, "
                    "created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)");
constexpr Text one_resource
    = " FROM resources WHERE organization_id = $1 AND type = $2 AND id = $3";
constexpr Statement find_resource(joined<"SELECT ", resource_columns, one_resource>);
constexpr auto hold_resource = either(
    {.postgres = joined<"SELECT id", one_resource, " FOR KEY SHARE">,
     .sqlite = joined<"SELECT id", one_resource>}
);
constexpr auto lock_resource = either(
    {.postgres = joined<"SELECT ", resource_columns, one_resource, " FOR NO KEY UPDATE">,
     .sqlite = joined<"SELECT ", resource_columns, one_resource>}
);
// A null takes an attribute away (RFC 7396); attributes hold no objects, so that one level is all.
constexpr Text change_head = "UPDATE resources SET name = COALESCE($4, name), data = ";
constexpr Text change_tail = ", updated_at = $6 WHERE organization_id = $1 AND type = $2 "
                             "AND id = $3 RETURNING ";
constexpr auto change_resource = either(
    {.postgres = joined<
         change_head,
         "jsonb_strip_nulls(data || CAST($5 AS jsonb))",
         change_tail,
         resource_columns>,
     .sqlite = joined<change_head, "json_patch(data, $5)", change_tail, resource_columns>}
);
constexpr Statement delete_resource(
    "DELETE FROM resources WHERE organization_id = $1 AND type = $2 AND id = $3 RETURNING id"
);

constexpr Text postgres_search = " AND ($3 = '' OR strpos(lower(r.name COLLATE \"C\"), $3) > 0)";
constexpr Text sqlite_search = " AND ($3 = '' OR instr(lower(r.name), $3) > 0)";
constexpr Text of_all = " FROM resources r WHERE r.organization_id = $1 AND r.type = $2";
// Begins at the assignments: few of many rows.
constexpr Text of_assigned
    = " FROM resources r WHERE r.organization_id = $1 AND r.type = $2 AND r.id IN (SELECT "
      "a.resource_id FROM assignments a WHERE a.organization_id = $1 AND a.user_id = $4 "
      "AND a.resource_type = $2)";

template <Text from>
inline constexpr Twins
    count_twins{.postgres = joined<"SELECT count(*)", from, postgres_search>, .sqlite = joined<"SELECT count(*)", from, sqlite_search>};
constexpr auto count_all = either(count_twins<of_all>);
constexpr auto count_assigned = either(count_twins<of_assigned>);

constexpr Text by_age = " ORDER BY r.created_at, r.id";
constexpr Text by_age_down = " ORDER BY r.created_at DESC, r.id DESC";
constexpr Text by_name = " ORDER BY r.name, r.id";
constexpr Text by_name_down = " ORDER BY r.name DESC, r.id DESC";

template <Text from, Text search, Text order, Text window>
inline constexpr char const* list_text
    = joined<"SELECT ", resource_columns, from, search, order, window>;
template <Text from, Text order, Text window>
inline constexpr Twins
    list_twins{.postgres = list_text<from, postgres_search, order, window>, .sqlite = list_text<from, sqlite_search, order, window>};
template <Text order>
inline constexpr auto list_all = either(list_twins<of_all, order, " LIMIT $4 OFFSET $5">);
template <Text order>
inline constexpr auto list_assigned = either(list_twins<of_assigned, order, " LIMIT $5 OFFSET $6">);

template <Text order> Statement const& in_order(ResourceFilter const& filter)
{
    return filter.assigned_to ? list_assigned<order> : list_all<order>;
}
Statement const& list_of(ResourceFilter const& filter, ResourceWindow const& window)
{
    if (window.sort == ResourceSort::name)
        return window.descending ? in_order<by_name_down>(filter) : in_order<by_name>(filter);
    return window.descending ? in_order<by_age_down>(filter) : in_order<by_age>(filter);
}

std::string search_in(ResourceFilter const& filter)
{
    return ascii_lower(filter.search);
}
std::vector<Resource> read_all(Rows const& rows)
{
    std::vector<Resource> found;
    for (auto const row : rows)
        found.push_back(read_resource(row));
    return found;
}

class SqlResources final : public Resources {
public:
    explicit SqlResources(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> insert(Resource resource) override
    {
        auto bound = values(
            resource.id,
            resource.organization_id,
            resource.type,
            resource.name,
            json::to_text(json::Value(std::move(resource.attributes))),
            resource.created_by,
            resource.created_at
        );
        connection_.later(
            insert_resource, Scope::organization(resource.organization_id), std::move(bound)
        );
        co_return;
    }

    Async<std::optional<Resource>>
    find(OrganizationId organization, std::string type, ResourceId resource) override
    {
        auto const rows = co_await connection_.query(
            find_resource, Scope::organization(organization), values(organization, type, resource)
        );
        co_return first_of(rows, read_resource);
    }

    Async<std::optional<ResourceFacts>>
    facts(OrganizationId organization, ResourceId resource, UserId user) override
    {
        return find_resource_facts(
            connection_, std::move(organization), std::move(resource), std::move(user)
        );
    }

    Async<bool> hold(OrganizationId organization, std::string type, ResourceId resource) override
    {
        auto const rows = co_await connection_.query(
            hold_resource, Scope::organization(organization), values(organization, type, resource)
        );
        co_return !rows.empty();
    }

    Async<std::optional<Resource>>
    lock(OrganizationId organization, std::string type, ResourceId resource) override
    {
        auto const rows = co_await connection_.query(
            lock_resource, Scope::organization(organization), values(organization, type, resource)
        );
        co_return first_of(rows, read_resource);
    }

    Async<std::optional<Resource>> change(
        OrganizationId organization,
        std::string type,
        ResourceId resource,
        ResourceChange change,
        Instant now
    ) override
    {
        auto const patch = json::to_text(json::Value(std::move(change.attributes)));
        auto bound = values(organization, type, resource, change.name, patch, now);
        auto const rows = co_await connection_.query(
            change_resource, Scope::organization(organization), std::move(bound)
        );
        co_return first_of(rows, read_resource);
    }

    // Its assignments go with it, whoever has them.
    Async<bool> remove(OrganizationId organization, std::string type, ResourceId resource) override
    {
        connection_.note(domain::changed(organization));
        auto const rows = co_await connection_.query(
            delete_resource, Scope::organization(organization), values(organization, type, resource)
        );
        co_return !rows.empty();
    }

    Async<std::int64_t> count(OrganizationId organization, ResourceFilter filter) override
    {
        auto const& count = filter.assigned_to ? count_assigned : count_all;
        auto bound = filter.assigned_to
            ? values(organization, filter.type, search_in(filter), *filter.assigned_to)
            : values(organization, filter.type, search_in(filter));
        auto const rows = co_await connection_.query(
            count, Scope::organization(organization), std::move(bound)
        );
        co_return rows.front().integer(0);
    }

    Async<std::vector<Resource>>
    list(OrganizationId organization, ResourceFilter filter, ResourceWindow window) override
    {
        auto const search = search_in(filter);
        auto const limit = window.limit;
        auto bound = filter.assigned_to
            ? values(organization, filter.type, search, *filter.assigned_to, limit, window.offset)
            : values(organization, filter.type, search, limit, window.offset);
        auto const rows = co_await connection_.query(
            list_of(filter, window), Scope::organization(organization), std::move(bound)
        );
        co_return read_all(rows);
    }

private:
    Connection& connection_;
};

} // namespace

Resource read_resource(Row const& row)
{
    auto data = json::parse(row.text(4));
    auto* const attributes = data ? data->object() : nullptr;
    if (!attributes)
        throw StorageError(StorageError::Kind::broken, "resources.data holds no object");
    Resource resource{
        .id = ResourceId(row.text(0)),
        .organization_id = OrganizationId(row.text(1)),
        .type = row.text(2),
        .name = row.text(3),
        .attributes = std::move(*attributes),
        .created_at = row.instant(6),
        .updated_at = row.instant(7),
    };
    if (auto creator = row.optional_text(5))
        resource.created_by = UserId(std::move(*creator));
    return resource;
}

std::unique_ptr<domain::Resources> make_resources(Connection& connection)
{
    return std::make_unique<SqlResources>(connection);
}

} // namespace gatehouse::sql
