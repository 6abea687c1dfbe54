// Walking through people, and through the items of a campaign.
#include "features/compliance/access_sources.h"

#include "domain/access_evidence.h"
#include "domain/custom_roles.h"
#include "features/compliance/access_rows.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::AccessThen;
using domain::EvidenceScope;
using domain::OrganizationId;
using domain::ReviewItem;
using domain::Storage;
using domain::UnitOfWork;

constexpr std::int64_t most_roles = 10'000; // a hundred times what the interface lets there be

// What rests on a part of them would say wrong things about people.
Async<std::vector<domain::CustomRole>> all_roles(UnitOfWork& work, OrganizationId organization)
{
    auto roles = co_await work.custom_roles().list(organization, most_roles + 1);
    if (std::ssize(roles) > most_roles)
        throw std::runtime_error("an organization has more roles than can be compared");
    co_return roles;
}

std::vector<std::string> ids_of(std::vector<domain::Standing> const& people)
{
    std::vector<std::string> ids;
    ids.reserve(people.size());
    for (auto const& person : people)
        ids.push_back(person.user_id);
    return ids;
}

std::vector<AccessThen> standing(
    std::vector<domain::Standing> const& people,
    std::vector<domain::NearChange> const& changes,
    domain::RolesThen const& roles,
    policy::Policy const& policy
)
{
    std::vector<AccessThen> found;
    found.reserve(people.size());
    for (auto const& person : people)
        found.push_back(domain::access_then(person, changes, roles, policy));
    return found;
}

// Those alone who are let in and may, and those of whom nobody can say that they might not.
bool is_asked_for(AccessThen const& person, MatrixAsked const& asked)
{
    if (!asked.permission)
        return true;
    bool const may = person.role == domain::unknown_role || person.grants.holds(*asked.permission);
    return person.status == "active" && may;
}

class MatrixWalk final : public Walk {
public:
    MatrixWalk(Storage& storage, EvidenceScope scope, MatrixAsked asked, std::string after)
        : storage_(storage)
        , scope_(std::move(scope))
        , asked_(std::move(asked))
        , after_(std::move(after))
    {
    }

    Async<Portion> next(std::int64_t at_most) override
    {
        auto const rows = std::make_shared<std::vector<AccessThen>>();
        bool is_over = false;
        while (!is_over && std::ssize(*rows) < at_most)
            is_over = co_await look_at_some(*rows, at_most - std::ssize(*rows));
        Portion portion{.rows = std::ssize(*rows), .write = {}};
        portion.write = [rows, asked = asked_](Sheet& into) {
            for (auto const& row : *rows)
                append_row(into, row, *asked.policy, asked.permission);
        };
        co_return portion;
    }
    std::string cursor() const override { return after_; }
    std::vector<std::string> const& columns() const override { return access_columns(); }
    json::Value query() const override
    {
        json::Object query{{"of", "access"}, {"orderedBy", "user_id"}};
        query.push_back({"at", json::Value(gatehouse::to_text(asked_.at))});
        query.push_back({"policy", json::Value(asked_.policy->version())});
        if (asked_.permission)
            query.push_back({"permission", json::Value(asked_.policy->id_of(*asked_.permission))});
        return json::Value(std::move(query));
    }

private:
    // Whether those were the last. A unit of work of its own.
    Async<bool> look_at_some(std::vector<AccessThen>& into, std::int64_t limit)
    {
        auto work = co_await storage_.read();
        if (!roles_)
            roles_ = co_await roles_at(*work, scope_.organization, asked_.at);
        auto people
            = co_await access_at(*work, scope_.organization, *roles_, asked_, after_, limit);
        if (!people.empty())
            after_ = people.back().user_id;
        bool const is_over = std::ssize(people) < limit;
        for (auto& person : people)
            if (is_asked_for(person, asked_))
                into.push_back(std::move(person));
        co_return is_over;
    }

    Storage& storage_;
    EvidenceScope const scope_;
    MatrixAsked const asked_;
    std::optional<domain::RolesThen> roles_;
    std::string after_;
};

class ReviewWalk final : public Walk {
public:
    ReviewWalk(Storage& storage, EvidenceScope scope, std::string review, std::string after)
        : storage_(storage)
        , scope_(std::move(scope))
        , review_(std::move(review))
        , after_(std::move(after))
    {
    }

    Async<Portion> next(std::int64_t at_most) override
    {
        auto work = co_await storage_.read();
        auto& reviews = work->evidence().access().reviews();
        auto found = co_await reviews.items(scope_.organization, review_, after_, at_most);
        auto const items = std::make_shared<std::vector<ReviewItem> const>(std::move(found));
        if (!items->empty())
            after_ = items->back().user_id;
        Portion portion{.rows = std::ssize(*items), .write = {}};
        portion.write = [items](Sheet& into) {
            for (auto const& item : *items)
                append_row(into, item);
        };
        co_return portion;
    }
    std::string cursor() const override { return after_; }
    std::vector<std::string> const& columns() const override { return review_columns(); }
    json::Value query() const override
    {
        json::Object query{{"of", "access_review"}, {"orderedBy", "user_id"}};
        query.push_back({"review", json::Value(review_)});
        return json::Value(std::move(query));
    }

private:
    Storage& storage_;
    EvidenceScope const scope_;
    std::string const review_;
    std::string after_;
};

} // namespace

Async<domain::RolesThen> roles_at(UnitOfWork& work, OrganizationId organization, Instant at)
{
    auto const now = co_await all_roles(work, organization);
    auto const changes = co_await work.evidence().access().changes_of_roles(organization, at);
    co_return domain::RolesThen(now, changes, at);
}

Async<std::vector<AccessThen>> access_at(
    UnitOfWork& work,
    OrganizationId organization,
    domain::RolesThen const& roles,
    MatrixAsked asked,
    std::string after,
    std::int64_t limit
)
{
    auto& access = work.evidence().access();
    auto const people = co_await access.people(organization, asked.at, std::move(after), limit);
    auto const changes = co_await access.changes_of_people(organization, asked.at, ids_of(people));
    co_return standing(people, changes, roles, *asked.policy);
}

Async<std::vector<AccessThen>> access_now(
    UnitOfWork& work,
    OrganizationId organization,
    MatrixAsked asked,
    std::string after,
    std::int64_t limit
)
{
    auto const defined = co_await all_roles(work, organization);
    domain::RolesThen const roles(defined, {}, asked.at);
    auto const people
        = co_await work.evidence().access().people(organization, asked.at, std::move(after), limit);
    co_return standing(people, {}, roles, *asked.policy);
}

Source access_matrix_source(MatrixAsked asked)
{
    Source source{.name = "access_matrix", .criterion = "CC6", .begin = {}};
    source.begin = [asked = std::move(asked)](
                       Storage& storage, EvidenceScope scope, std::optional<std::string> cursor
                   ) -> std::unique_ptr<Walk> {
        return std::make_unique<MatrixWalk>(storage, std::move(scope), asked, cursor.value_or(""));
    };
    return source;
}

Source review_source(std::string review)
{
    Source source{.name = "access_review", .criterion = "CC6", .begin = {}};
    source.begin = [review = std::move(review)](
                       Storage& storage, EvidenceScope scope, std::optional<std::string> cursor
                   ) -> std::unique_ptr<Walk> {
        return std::make_unique<ReviewWalk>(storage, std::move(scope), review, cursor.value_or(""));
    };
    return source;
}

} // namespace gatehouse::compliance
