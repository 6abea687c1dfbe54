// A walk through all members, one batch for each piece of the answer.
#include "features/members/streaming.h"

#include "features/members/csv.h"

#include <utility>

namespace gatehouse::members {
namespace {
using domain::MemberFilter;
using domain::MemberWalk;
using domain::OrganizationId;
using domain::Storage;

class MembersAsCsv final : public http::BodyStream {
public:
    MembersAsCsv(Storage& storage, OrganizationId organization, Wanted const& wanted)
        : storage_(storage)
        , organization_(std::move(organization))
        , filter_(wanted.filter)
        , walk_{.sort = wanted.window.sort, .descending = wanted.window.descending, .limit = csv_batch}
        , ready_(csv_head)
    {
    }

    // Each batch in a unit of its own: no connection is held for as long as the client takes.
    Async<void> read_batch()
    {
        auto work = co_await storage_.read();
        auto const batch = co_await work->members().walk(organization_, filter_, walk_);
        append_csv(ready_, batch.people);
        walk_.after = batch.next;
        is_whole_ = !batch.next;
    }

    Async<bool> next(std::string& into) override
    {
        if (ready_.empty())
            co_await read_batch();
        into.append(ready_);
        ready_.clear();
        co_return !is_whole_;
    }

private:
    Storage& storage_;
    OrganizationId const organization_;
    MemberFilter const filter_;
    MemberWalk walk_;
    std::string ready_; // to be sent
    bool is_whole_ = false; // nobody is left to be read
};

} // namespace

Async<http::Streamed> streamed_csv(Storage& storage, OrganizationId organization, Wanted wanted)
{
    auto stream = std::make_shared<MembersAsCsv>(storage, std::move(organization), wanted);
    co_await stream->read_batch();
    http::Streamed answer{.content_type = std::string(csv_type), .body = std::move(stream)};
    co_return answer;
}

} // namespace gatehouse::members
