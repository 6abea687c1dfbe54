// The seals, then the stretch of the ledger that they are of, and one by one what lies outside it:
// a join of the two looks each row up, which takes PostgreSQL longer than all the rest.
#include "storage/sql/sealed_rows.h"

#include "storage/sql/ledger_row.h"
#include "storage/sql/text_list.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::SealedRow;

constexpr Statement
    select_seals("SELECT chain_seq, ledger_id, prev_hash, row_hash FROM audit_seals WHERE "
                 "organization_id = $1 AND chain_seq > $2 AND chain_seq <= $3 "
                 "ORDER BY chain_seq LIMIT $4");
constexpr Text read_ledger = "SELECT ";
constexpr Text of_organization = " FROM audit_ledger l WHERE l.organization_id = $1 AND l.id ";
constexpr Statement select_stretch(joined<
                                   read_ledger,
                                   ledger_columns,
                                   of_organization,
                                   ">= $2 AND l.id <= $3 ORDER BY l.id LIMIT $4">);
constexpr auto select_named = either(
    {.postgres = joined<
         read_ledger,
         ledger_columns,
         of_organization,
         "= ANY (CAST(CAST($2 AS text[]) AS bigint[]))">,
     .sqlite = joined<
         read_ledger,
         ledger_columns,
         of_organization,
         "IN (SELECT CAST(value AS INTEGER) FROM json_each($2))">}
);

// Rows are sealed nearly in the order of their ids: some that were committed later stand between.
std::int64_t stretch_of(std::size_t seals)
{
    return static_cast<std::int64_t>(seals + seals / 8 + 1);
}

SealedRow read_seal(Row const& row)
{
    return {
        .seq = row.integer(0),
        .ledger_id = row.integer(1),
        .prev_hash = row.bytes(2),
        .row_hash = row.bytes(3),
        .row = {}
    };
}

// The seals of a page by the id of their row; whoever writes past the server may name one twice.
class ById {
public:
    explicit ById(std::vector<SealedRow>& sealed)
    {
        seals_.reserve(sealed.size());
        for (auto& each : sealed)
            seals_.push_back(&each);
        std::ranges::sort(seals_, {}, &SealedRow::ledger_id);
    }
    std::int64_t first() const { return seals_.front()->ledger_id; }
    std::int64_t last() const { return seals_.back()->ledger_id; }

    void take(Rows const& rows)
    {
        for (auto const row : rows)
            for (auto* const seal :
                 std::ranges::equal_range(seals_, row.integer(0), {}, &SealedRow::ledger_id))
                seal->row = read_ledger_row(row, 0);
    }
    TextList without_row() const
    {
        std::vector<std::string> ids;
        for (auto const* const seal : seals_)
            if (!seal->row)
                ids.push_back(std::to_string(seal->ledger_id));
        return TextList(std::move(ids));
    }

private:
    std::vector<SealedRow*> seals_;
};

} // namespace

Async<std::vector<SealedRow>> sealed_rows(
    Connection& connection,
    OrganizationId organization,
    std::int64_t after,
    std::int64_t last,
    int limit
)
{
    auto const scope = Scope::organization(organization);
    auto page = values(organization, after, last, limit);
    auto const seals = co_await connection.query(select_seals, scope, std::move(page));
    std::vector<SealedRow> sealed;
    sealed.reserve(seals.size());
    for (auto const seal : seals)
        sealed.push_back(read_seal(seal));
    if (sealed.empty())
        co_return sealed;
    ById by_id(sealed);
    auto stretch = values(organization, by_id.first(), by_id.last(), stretch_of(sealed.size()));
    auto const near = co_await connection.query(select_stretch, scope, std::move(stretch));
    by_id.take(near);
    auto outside = by_id.without_row();
    if (outside.texts().empty())
        co_return sealed;
    auto named = values(organization, outside);
    auto const others = co_await connection.query(select_named, scope, std::move(named));
    by_id.take(others);
    co_return sealed;
}

} // namespace gatehouse::sql
