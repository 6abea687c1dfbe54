// One JSON object: a member for each section, an array of its rows.
#include "features/me_data/exporting.h"

#include "core/json.h"
#include "crypto/running_digest.h"
#include "domain/export_record.h"
#include "domain/personal_data.h"
#include "http/request_facts.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::me_data {
namespace {
using domain::ExportedFile;
using domain::ExportRecord;
using domain::OrganizationId;
using domain::PersonalRows;
using domain::Services;
using domain::UserId;

constexpr std::int64_t rows_at_once = 200;
constexpr char const* file_name = "gatehouse-data.json";

class MyDataInPieces final : public http::BodyStream {
public:
    MyDataInPieces(
        Services& services,
        domain::Caller const& caller,
        std::vector<std::string_view> sections,
        std::string head,
        std::unique_ptr<ExportRecord> record
    )
        : services_(services)
        , organization_(caller.organization_id())
        , user_(caller.user_id())
        , sections_(std::move(sections))
        , head_(std::move(head))
        , record_(std::move(record))
    {
    }

    Async<bool> next(std::string& into) override
    {
        record_->is_made();
        std::string piece;
        bool const is_over = at_ == sections_.size();
        if (is_over)
            piece = "}";
        else
            piece = co_await next_rows();
        digest_.add(piece);
        told_.bytes += std::ssize(piece);
        if (is_over)
            co_await complete();
        into += piece;
        record_->has_sent(std::ssize(piece));
        record_->is_sent();
        co_return !is_over;
    }

private:
    // Some rows of a section, with its head before the first and its end behind the last.
    Async<std::string> next_rows()
    {
        auto const found = co_await read();
        std::string piece = std::exchange(head_, std::string());
        if (!is_open_)
            piece += ",\"" + std::string(sections_[at_]) + "\":[";
        for (auto const& row : found.rows) {
            if (std::exchange(has_rows_, true))
                piece += ",";
            piece += "\n" + json::to_text(json::Value(row));
        }
        told_.rows += std::ssize(found.rows);
        is_open_ = std::ssize(found.rows) == rows_at_once;
        after_ = found.last;
        if (!is_open_) {
            piece += "]";
            ++at_;
            after_.clear();
            has_rows_ = false;
        }
        co_return piece;
    }

    Async<PersonalRows> read()
    {
        auto work = co_await services_.storage.read();
        co_return co_await work->personal_data().rows(
            at_, organization_, user_, after_, rows_at_once
        );
    }

    // Its end leaves after that was recorded.
    Async<void> complete()
    {
        told_.name = file_name;
        told_.sha256 = digest_.hex();
        std::vector<ExportedFile> files{told_};
        co_await record_->complete(std::move(files));
    }

    Services& services_;
    OrganizationId const organization_;
    UserId const user_;
    std::vector<std::string_view> const sections_;
    std::string head_;
    std::unique_ptr<ExportRecord> const record_;
    crypto::RunningSha256 digest_;
    ExportedFile told_;
    std::size_t at_ = 0; // of the sections
    std::string after_;
    bool is_open_ = false; // the section goes on
    bool has_rows_ = false;
};

std::string head_of(http::Context const& context, ExportRecord const& record)
{
    json::Object head{{"formatVersion", 1}};
    head.push_back({"exportId", json::Value(record.id())});
    head.push_back({"exportedAt", json::Value(gatehouse::to_text(context.now))});
    auto text = json::to_text(json::Value(std::move(head)));
    text.pop_back(); // the sections follow
    return text;
}

Async<std::vector<std::string_view>> sections_of(Services& services)
{
    auto work = co_await services.storage.read();
    co_return work->personal_data().sections();
}

} // namespace

Async<http::Streamed> exported(http::Context& context)
{
    auto& services = context.services;
    auto const& caller = context.caller();
    context.no_store();
    context.header(
        "Content-Disposition", "attachment; filename=\"" + std::string(file_name) + "\""
    );
    http::Streamed answer{.content_type = "application/json; charset=utf-8"};
    if (context.request.method == http::Method::head) { // nothing leaves: nothing is recorded
        answer.body = std::make_shared<http::NoPieces>();
        co_return answer;
    }
    auto sections = co_await sections_of(services);
    domain::Facts what;
    what["export"] = std::string("personal data");
    what["format"] = std::string("json");
    auto record
        = co_await ExportRecord::begin(services, http::facts_of(context), caller, std::move(what));
    auto head = head_of(context, *record);
    answer.body = std::make_shared<MyDataInPieces>(
        services, caller, std::move(sections), std::move(head), std::move(record)
    );
    co_return answer;
}

} // namespace gatehouse::me_data
