// Each piece in a unit of its own: no connection is held for as long as the client takes.
#include "features/reports/downloading.h"

#include "domain/reports.h"

#include <memory>
#include <stdexcept>
#include <utility>

namespace gatehouse::reports {
namespace {
using domain::OrganizationId;
using domain::ReportPiece;
using domain::Resource;
using domain::ResourceId;
using domain::Storage;

class FileInPieces final : public http::BodyStream {
public:
    FileInPieces(Storage& storage, Resource const& report, std::int64_t length)
        : storage_(storage)
        , organization_(report.organization_id)
        , report_(report.id)
        , length_(length)
    {
    }

    // Nothing: there is no file (any more).
    Async<std::optional<ReportPiece>> read()
    {
        auto work = co_await storage_.read();
        auto piece = co_await work->reports().piece(organization_, report_, offset_, length_);
        co_return piece;
    }

    void begin(ReportPiece first)
    {
        size_ = first.size;
        written_at_ = first.written_at;
        ready_ = std::move(first.bytes);
        offset_ = static_cast<std::int64_t>(ready_.size());
    }

    Async<bool> next(std::string& into) override
    {
        if (ready_.empty() && offset_ < size_)
            co_await read_on();
        into.append(ready_);
        ready_.clear();
        co_return offset_ < size_;
    }

private:
    // Deleted or written anew meanwhile: half of one file and half of another is no file.
    Async<void> read_on()
    {
        auto piece = co_await read();
        if (!piece || piece->written_at != written_at_ || piece->size != size_
            || piece->bytes.empty())
            throw std::runtime_error("the file of a report went while it was sent");
        offset_ += static_cast<std::int64_t>(piece->bytes.size());
        ready_ = std::move(piece->bytes);
    }

    Storage& storage_;
    OrganizationId const organization_;
    ResourceId const report_;
    std::int64_t const length_;
    std::int64_t offset_ = 0; // of what is read next
    std::int64_t size_ = 0;
    Instant written_at_;
    std::string ready_; // to be sent
};

} // namespace

Async<std::optional<http::Streamed>>
streamed_file(Storage& storage, Resource report, std::int64_t length)
{
    auto stream = std::make_shared<FileInPieces>(storage, report, length);
    auto first = co_await stream->read();
    if (!first)
        co_return std::nullopt;
    http::Streamed answer{.content_type = std::move(first->content_type), .body = stream};
    stream->begin(std::move(*first));
    co_return answer;
}

} // namespace gatehouse::reports
