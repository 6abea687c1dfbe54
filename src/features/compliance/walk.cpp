// The three kinds of walk: through the ledger, sessions, refresh tokens.
#include "features/compliance/walk.h"

#include "domain/refusal.h"
#include "features/compliance/rows.h"
#include "http/query.h"

#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::EvidenceMark;
using domain::EvidenceRow;
using domain::EvidenceScope;
using domain::invalid_field;
using domain::SessionEvidence;
using domain::Storage;
using domain::TokenEvidence;

json::Value texts(std::vector<std::string> const& all)
{
    json::Array array;
    for (auto const& one : all)
        array.emplace_back(one);
    return json::Value(std::move(array));
}

// Copies share the rows: a portion travels to another thread.
template <class Rows> Portion portion_of(Rows rows, std::string organization)
{
    auto const held = std::make_shared<Rows const>(std::move(rows));
    Portion portion{.rows = std::ssize(*held)};
    portion.write = [held, organization = std::move(organization)](Sheet& into) {
        for (auto const& row : *held)
            append_row(into, row, organization);
    };
    return portion;
}

EvidenceMark mark_in(std::optional<std::string> const& cursor)
{
    if (!cursor)
        return {};
    auto const point = cursor->find('.');
    auto const at = http::parse_whole_number(cursor->substr(0, point));
    auto const id = point == std::string::npos
        ? std::nullopt
        : http::parse_whole_number(cursor->substr(point + 1));
    if (!at || !id || *at < 0 || *id < 0)
        throw invalid_field("cursor", "is none that an answer gave");
    return {Instant::from_milliseconds(*at), *id};
}

class LedgerWalk final : public Walk {
public:
    LedgerWalk(
        Storage& storage, EvidenceScope scope, std::vector<std::string> events, EvidenceMark mark
    )
        : storage_(storage)
        , scope_(std::move(scope))
        , events_(std::move(events))
        , mark_(mark)
    {
    }

    Async<Portion> next(std::int64_t at_most) override
    {
        auto work = co_await storage_.read();
        auto rows = co_await work->evidence().ledger(scope_, events_, mark_, at_most);
        if (!rows.empty())
            mark_ = {rows.back().at, rows.back().id};
        co_return portion_of(std::move(rows), scope_.organization.text());
    }
    std::string cursor() const override
    {
        return std::to_string(mark_.at.milliseconds()) + "." + std::to_string(mark_.id);
    }
    std::vector<std::string> const& columns() const override { return ledger_columns(); }
    json::Value query() const override
    {
        json::Object query{{"of", "ledger"}, {"orderedBy", "occurred_at, seq"}};
        query.push_back({"events", events_.empty() ? json::Value("all") : texts(events_)});
        return json::Value(std::move(query));
    }

private:
    Storage& storage_;
    EvidenceScope const scope_;
    std::vector<std::string> const events_;
    EvidenceMark mark_;
};

// Of rows that have an id, in the order of ids.
template <class Row>
using Read
    = Async<std::vector<Row>> (domain::Evidence::*)(EvidenceScope, std::string, std::int64_t);

template <class Row> class IdWalk final : public Walk {
public:
    struct Kind {
        Read<Row> read;
        std::vector<std::string> const& columns;
        std::string_view rows; // what they are
        std::string_view begun; // the column that says whether one belongs to the period
    };
    IdWalk(Storage& storage, EvidenceScope scope, Kind kind, std::string after)
        : storage_(storage)
        , scope_(std::move(scope))
        , kind_(kind)
        , after_(std::move(after))
    {
    }

    Async<Portion> next(std::int64_t at_most) override
    {
        auto work = co_await storage_.read();
        auto rows = co_await (work->evidence().*kind_.read)(scope_, after_, at_most);
        if (!rows.empty())
            after_ = rows.back().id;
        co_return portion_of(std::move(rows), scope_.organization.text());
    }
    std::string cursor() const override { return after_; }
    std::vector<std::string> const& columns() const override { return kind_.columns; }
    json::Value query() const override
    {
        return json::Value(
            json::Object{{"of", kind_.rows}, {"orderedBy", "id"}, {"withinPeriod", kind_.begun}}
        );
    }

private:
    Storage& storage_;
    EvidenceScope const scope_;
    Kind const kind_;
    std::string after_;
};

} // namespace

Source ledger_source(std::string name, std::string criterion, std::vector<std::string> events)
{
    Source source{.name = std::move(name), .criterion = std::move(criterion)};
    source.begin = [events = std::move(events)](
                       Storage& storage, EvidenceScope scope, std::optional<std::string> cursor
                   ) -> std::unique_ptr<Walk> {
        return std::make_unique<LedgerWalk>(storage, std::move(scope), events, mark_in(cursor));
    };
    return source;
}

Source session_source()
{
    Source source{.name = "sessions"};
    source.begin = [](Storage& storage, EvidenceScope scope, std::optional<std::string> cursor
                   ) -> std::unique_ptr<Walk> {
        IdWalk<SessionEvidence>::Kind const kind{
            &domain::Evidence::sessions, session_columns(), "sessions", "created_at"
        };
        return std::make_unique<IdWalk<SessionEvidence>>(
            storage, std::move(scope), kind, cursor.value_or("")
        );
    };
    return source;
}

Source token_source()
{
    Source source{.name = "refresh_tokens"};
    source.begin = [](Storage& storage, EvidenceScope scope, std::optional<std::string> cursor
                   ) -> std::unique_ptr<Walk> {
        IdWalk<TokenEvidence>::Kind const kind{
            &domain::Evidence::refresh_tokens, token_columns(), "refresh_tokens", "issued_at"
        };
        return std::make_unique<IdWalk<TokenEvidence>>(
            storage, std::move(scope), kind, cursor.value_or("")
        );
    };
    return source;
}

} // namespace gatehouse::compliance
