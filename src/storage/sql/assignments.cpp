// Who is assigned to what.
#include "domain/resources.h"

#include "domain/changed.h"
#include "storage/sql/errors.h"
#include "storage/sql/first_row.h"
#include "storage/sql/resource_row.h"
#include "storage/sql/stores.h"

#include <array>
#include <utility>
#include <vector>

namespace gatehouse::sql {
namespace {
using domain::AssignedRow;
using domain::Assignment;
using domain::AssignmentFilter;
using domain::AssignmentId;
using domain::Assignments;
using domain::OrganizationId;
using domain::ResourceId;
using domain::UserId;

constexpr Statement
    select_assigned("SELECT id FROM assignments WHERE organization_id = $1 AND resource_id = $2 "
                    "AND user_id = $3");
constexpr Statement
    insert_assignment(joined<
                      "INSERT INTO assignments (id, organization_id, resource_type, resource_id, "
                      "user_id, "
                      "assigned_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                      "ON CONFLICT (organization_id, resource_id, user_id) DO NOTHING RETURNING ",
                      assignment_columns>);
constexpr Statement select_same(joined<
                                "SELECT ",
                                assignment_columns,
                                " FROM assignments WHERE organization_id = $1 AND resource_id = $2 "
                                "AND user_id = $3">);
constexpr Statement
    delete_assignment(joined<
                      "DELETE FROM assignments WHERE organization_id = $1 AND id = $2 RETURNING ",
                      assignment_columns>);
constexpr Statement
    delete_of_person("DELETE FROM assignments WHERE organization_id = $1 AND user_id = $2");
constexpr Statement select_of_person(
    "SELECT resource_type, resource_id FROM assignments WHERE organization_id = $1 "
    "AND user_id = $2 ORDER BY resource_type, resource_id LIMIT $3"
);

// One statement for each filter, so that every plan may begin at the index that fits it.
constexpr Text of_organization = " FROM assignments WHERE organization_id = $1";
template <Text filter>
inline constexpr Statement count_where{joined<"SELECT count(*)", of_organization, filter>};
template <Text filter, Text window>
inline constexpr Statement list_where{joined<
    "SELECT ",
    assignment_columns,
    of_organization,
    filter,
    " ORDER BY created_at, id",
    window>};

struct Filtered {
    Statement const* count;
    Statement const* list;
};
template <Text filter, Text window>
inline constexpr Filtered filtered{&count_where<filter>, &list_where<filter, window>};
constexpr Text third = " LIMIT $3 OFFSET $4";
constexpr Text fourth = " LIMIT $4 OFFSET $5";
constexpr std::array every_filter{
    filtered<"", " LIMIT $2 OFFSET $3">,
    filtered<" AND user_id = $2", third>,
    filtered<" AND resource_id = $2", third>,
    filtered<" AND resource_id = $2 AND user_id = $3", fourth>,
    filtered<" AND resource_type = $2", third>,
    filtered<" AND resource_type = $2 AND user_id = $3", fourth>,
    filtered<" AND resource_type = $2 AND resource_id = $3", fourth>,
    filtered<
        " AND resource_type = $2 AND resource_id = $3 AND user_id = $4",
        " LIMIT $5 OFFSET $6">,
};

Filtered const& statements_for(AssignmentFilter const& filter)
{
    std::size_t const type = filter.resource_type ? 4 : 0;
    std::size_t const resource = filter.resource_id ? 2 : 0;
    std::size_t const user = filter.user_id ? 1 : 0;
    return every_filter.at(type + resource + user);
}

// What the filter names, in the order of its statements.
std::vector<Value> bound_for(OrganizationId const& organization, AssignmentFilter const& filter)
{
    std::vector<Value> bound{organization.text()};
    if (filter.resource_type)
        bound.emplace_back(*filter.resource_type);
    if (filter.resource_id)
        bound.emplace_back(filter.resource_id->text());
    if (filter.user_id)
        bound.emplace_back(filter.user_id->text());
    return bound;
}

class SqlAssignments final : public Assignments {
public:
    explicit SqlAssignments(Connection& connection)
        : connection_(connection)
    {
    }

    Async<bool> is_assigned(OrganizationId organization, ResourceId resource, UserId user) override
    {
        auto const rows = co_await connection_.query(
            select_assigned, Scope::organization(organization), values(organization, resource, user)
        );
        co_return !rows.empty();
    }

    Async<Assigned> assign(Assignment assignment) override
    {
        connection_.note(domain::changed(assignment.user_id));
        auto const scope = Scope::organization(assignment.organization_id);
        auto bound = values(
            assignment.id,
            assignment.organization_id,
            assignment.resource_type,
            assignment.resource_id,
            assignment.user_id,
            assignment.assigned_by,
            assignment.created_at
        );
        auto const once_more = bound;
        auto made = co_await connection_.query(insert_assignment, scope, std::move(bound));
        if (!made.empty())
            co_return Assigned{.assignment = read_assignment(made.front()), .is_new = true};
        auto same = values(assignment.organization_id, assignment.resource_id, assignment.user_id);
        auto const rows = co_await connection_.query(select_same, scope, std::move(same));
        if (!rows.empty())
            co_return Assigned{.assignment = read_assignment(rows.front())};
        // Taken away between the two: the place is free again.
        made = co_await connection_.query(insert_assignment, scope, once_more);
        if (made.empty())
            throw StorageError(StorageError::Kind::unavailable, "assignments come and go too fast");
        co_return Assigned{.assignment = read_assignment(made.front()), .is_new = true};
    }

    Async<std::optional<Assignment>>
    remove(OrganizationId organization, AssignmentId assignment) override
    {
        auto const rows = co_await connection_.query(
            delete_assignment, Scope::organization(organization), values(organization, assignment)
        );
        auto gone = first_of(rows, read_assignment);
        if (gone)
            connection_.note(domain::changed(gone->user_id));
        co_return gone;
    }

    Async<void> remove_of(OrganizationId organization, UserId user) override
    {
        connection_.note(domain::changed(user));
        auto const scope = Scope::organization(organization);
        connection_.later(delete_of_person, scope, values(organization, user));
        co_return;
    }

    Async<std::vector<AssignedRow>>
    rows_of(OrganizationId organization, UserId user, std::int64_t limit) override
    {
        auto const rows = co_await connection_.query(
            select_of_person, Scope::organization(organization), values(organization, user, limit)
        );
        std::vector<AssignedRow> all;
        all.reserve(rows.size());
        for (auto const row : rows)
            all.push_back({.type = row.text(0), .id = ResourceId(row.text(1))});
        co_return all;
    }

    Async<std::int64_t> count(OrganizationId organization, AssignmentFilter filter) override
    {
        Values bound(bound_for(organization, filter));
        auto const& count = *statements_for(filter).count;
        auto const rows = co_await connection_.query(
            count, Scope::organization(organization), std::move(bound)
        );
        co_return rows.front().integer(0);
    }

    Async<std::vector<Assignment>> list(
        OrganizationId organization,
        AssignmentFilter filter,
        std::int64_t limit,
        std::int64_t offset
    ) override
    {
        auto bound = bound_for(organization, filter);
        bound.emplace_back(limit);
        bound.emplace_back(offset);
        auto const& list = *statements_for(filter).list;
        auto const rows = co_await connection_.query(
            list, Scope::organization(organization), Values(std::move(bound))
        );
        std::vector<Assignment> found;
        for (auto const row : rows)
            found.push_back(read_assignment(row));
        co_return found;
    }

private:
    Connection& connection_;
};

} // namespace

Assignment read_assignment(Row const& row)
{
    Assignment assignment{
        .id = AssignmentId(row.text(0)),
        .organization_id = OrganizationId(row.text(1)),
        .resource_type = row.text(2),
        .resource_id = ResourceId(row.text(3)),
        .user_id = UserId(row.text(4)),
        .created_at = row.instant(6),
    };
    if (auto by = row.optional_text(5))
        assignment.assigned_by = UserId(std::move(*by));
    return assignment;
}

std::unique_ptr<domain::Assignments> make_assignments(Connection& connection)
{
    return std::make_unique<SqlAssignments>(connection);
}

} // namespace gatehouse::sql
