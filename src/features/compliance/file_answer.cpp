// One look at the rows: what was counted and hashed is what is sent, whatever changes meanwhile.
#include "features/compliance/file_answer.h"

#include "domain/export_record.h"
#include "features/compliance/formed.h"
#include "features/compliance/spool.h"
#include "http/describe.h"
#include "http/query.h"
#include "http/request_facts.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::EvidenceScope;
using domain::ExportedFile;
using domain::ExportRecord;
using domain::Services;
using http::Context;

constexpr std::size_t kept_in_memory = 1024 * 1024;

struct Looked {
    std::int64_t rows = 0;
    std::string sha256;
    std::optional<std::string> rest; // the cursor, where there is more
    std::shared_ptr<Spool> text;
};

// Where the rows of an answer come from.
struct Ask {
    Services& services;
    Source source;
    EvidenceScope scope;
    Format format;
    std::optional<std::string> cursor;
    std::int64_t limit;

    std::unique_ptr<Walk> walk() const { return source.begin(services.storage, scope, cursor); }
};

class Look {
public:
    explicit Look(Ask const& ask)
        : services_(ask.services)
        , walk_(ask.walk())
        , left_(ask.limit)
        , formed_(std::make_shared<Formed>(ask.format, walk_->columns()))
        , spool_(std::make_shared<Spool>(kept_in_memory))
    {
    }

    // The next piece, which may be empty.
    Async<void> next()
    {
        auto const wanted = std::min(left_, rows_at_once);
        auto portion = co_await walk_->next(wanted);
        left_ -= portion.rows;
        bool const begins = std::exchange(begins_, false);
        is_over_ = portion.rows < wanted || left_ == 0;
        std::function<bool()> job = [formed = formed_,
                                     spool = spool_,
                                     write = std::move(portion.write),
                                     begins,
                                     ends = is_over_] {
            if (begins)
                formed->sheet.open();
            write(formed->sheet);
            if (ends)
                formed->sheet.close();
            spool->add(formed->taken());
            return true;
        };
        co_await services_.exports.workers().run(std::move(job));
    }

    bool is_over() const { return is_over_; }
    std::int64_t rows() const { return formed_->sheet.rows(); }
    std::string sha256() { return formed_->digest.hex(); }
    std::string cursor() const { return walk_->cursor(); }
    std::shared_ptr<Spool> text() const { return spool_; }

    Async<bool> has_more()
    {
        if (left_ > 0)
            co_return false;
        auto const one = co_await walk_->next(1);
        co_return one.rows > 0;
    }

private:
    Services& services_;
    std::unique_ptr<Walk> const walk_;
    std::int64_t left_;
    std::shared_ptr<Formed> const formed_;
    std::shared_ptr<Spool> const spool_;
    bool begins_ = true;
    bool is_over_ = false;
};

Async<Looked> look_at(Ask ask)
{
    Look look(ask);
    Looked found;
    while (!look.is_over())
        co_await look.next();
    found.text = look.text();
    found.rows = look.rows();
    found.sha256 = look.sha256();
    auto cursor = look.cursor();
    bool const is_cut = co_await look.has_more();
    if (is_cut)
        found.rest = std::move(cursor);
    co_return found;
}

class FileStream final : public http::BodyStream {
public:
    FileStream(Ask ask, Looked found, std::string head, std::unique_ptr<ExportRecord> record)
        : ask_(std::move(ask))
        , found_(std::move(found))
        , head_(std::move(head))
        , record_(std::move(record))
    {
    }

    Async<bool> next(std::string& into) override
    {
        record_->is_made();
        auto const before = into.size();
        bool const goes_on = co_await append(into);
        record_->has_sent(std::ssize(into) - static_cast<std::int64_t>(before));
        record_->is_sent();
        co_return goes_on;
    }

private:
    // The end leaves after everything else has left, and after that was recorded.
    Async<bool> append(std::string& into)
    {
        if (is_whole_) {
            co_await finish(into);
            co_return false;
        }
        into += std::exchange(head_, std::string());
        std::function<std::string()> job = [text = found_.text] {
            return text->next();
        };
        auto const piece = co_await ask_.services.exports.workers().run(std::move(job));
        is_whole_ = piece.empty();
        into += piece;
        co_return true;
    }

    Async<void> finish(std::string& into)
    {
        std::vector<ExportedFile> files;
        files.push_back({ask_.source.name, found_.rows, found_.text->size(), found_.sha256});
        co_await record_->complete(std::move(files));
        if (ask_.format == Format::json)
            into += "}";
    }

    Ask const ask_;
    Looked const found_;
    std::string head_;
    std::unique_ptr<ExportRecord> const record_;
    bool is_whole_ = false;
};

std::string joined(json::Value const& query)
{
    std::string text;
    for (auto const& [name, value] : *query.object()) {
        text += (text.empty() ? "" : "; ") + name + "=";
        if (auto const* const one = value.text())
            text += *one;
        else
            for (bool first = true; auto const& each : *value.array())
                text += (std::exchange(first, false) ? "" : " ") + *each.text();
    }
    return text;
}

// CSV has no room for what it says of itself.
void say_in_the_head(Context& context, FileHead const& head)
{
    context.header("Content-Disposition", "attachment; filename=\"" + head.file + ".csv\"");
    context.header("X-Evidence-Export", head.export_id);
    context.header(
        "X-Evidence-Period",
        gatehouse::to_text(head.period.from) + "/" + gatehouse::to_text(head.period.to)
    );
    context.header("X-Evidence-Query", joined(head.query));
    context.header("X-Evidence-Rows", std::to_string(head.count));
    context.header("X-Evidence-SHA256", head.sha256);
    context.header("X-Evidence-Truncated", head.truncated ? "true" : "false");
    if (head.cursor)
        context.header("X-Evidence-Cursor", *head.cursor);
}

// The member `rows` and the end of the object come later.
std::string json_head(FileHead const& head)
{
    std::string text = "{";
    http::describe::write_members(text, head);
    return text + ",\"rows\":";
}

void say_where_it_goes_on(
    Context& context,
    FileHead const& head,
    Wanted const& wanted,
    std::string const& path,
    std::optional<std::string> const& asked
)
{
    if (!head.cursor)
        return;
    auto const moment = [](Instant at) {
        return http::percent_encoded(gatehouse::to_text(at));
    };
    auto const of_the_period
        = "from=" + moment(head.period.from) + "&to=" + moment(head.period.to) + "&";
    context.header(
        "Link",
        "<" + path + "?" + asked.value_or(of_the_period) + "format="
            + std::string(to_text(wanted.format)) + "&limit=" + std::to_string(wanted.limit)
            + "&cursor=" + http::percent_encoded(*head.cursor) + ">; rel=\"next\""
    );
}

// How many rows it has and what they hash to is known to who makes them alone; that takes a seat
// and is recorded.
FileAnswer head_alone(Format format)
{
    auto nothing = std::make_shared<http::NoPieces>();
    if (format == Format::json)
        return http::StreamedAs<FileView>{std::move(nothing)};
    return http::Streamed{"text/csv; charset=utf-8", std::move(nothing)};
}

} // namespace

Async<FileAnswer>
file_answer(Context& context, Source const& source, Wanted wanted, std::string path)
{
    auto& services = context.services;
    auto const& organization = context.caller().organization_id();
    auto const scope = scope_of(organization, wanted.period, context.now);
    Ask ask{services, source, scope, wanted.format, wanted.cursor, wanted.limit};
    auto const walk = ask.walk(); // a bad cursor is refused before anything is recorded
    context.no_store();
    if (context.request.method == http::Method::head)
        co_return head_alone(wanted.format);
    auto record = co_await ExportRecord::begin(
        services, http::facts_of(context), context.caller(), told_of(source.name, wanted)
    );
    auto found = co_await look_at(ask);
    FileHead head{.file = source.name, .organization_id = organization.text()};
    head.export_id = record->id();
    head.generated_at = context.now;
    head.period = view_of(wanted.period);
    head.query = walk->query();
    head.columns = walk->columns();
    head.count = found.rows;
    head.sha256 = found.sha256;
    head.truncated = found.rest.has_value();
    head.cursor = found.rest;
    say_where_it_goes_on(context, head, wanted, path, source.asked);
    bool const is_json = wanted.format == Format::json;
    if (!is_json)
        say_in_the_head(context, head);
    auto stream = std::make_shared<FileStream>(
        std::move(ask),
        std::move(found),
        is_json ? json_head(head) : std::string(),
        std::move(record)
    );
    if (is_json)
        co_return FileAnswer(http::StreamedAs<FileView>{std::move(stream)});
    co_return FileAnswer(http::Streamed{"text/csv; charset=utf-8", std::move(stream)});
}

} // namespace gatehouse::compliance
