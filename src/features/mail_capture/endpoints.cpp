// Reading captured mail, and waiting until the outbox is empty.
#include "features/mail_capture/endpoints.h"

#include "core/event_loop.h"
#include "domain/captured_mails.h"
#include "domain/outbox.h"
#include "domain/refusal.h"
#include "domain/storage.h"
#include "features/mail_capture/messages.h"
#include "features/mail_capture/rules.h"

#include <fmt/core.h>

#include <chrono>

namespace gatehouse::mail_capture {
namespace {

constexpr auto no_record = http::Audit::none("captured mail exists in development and test only");

constexpr http::Route search_route{
    .method = http::Method::get,
    .path = "/api/v1/search",
    .operation = "searchCapturedMail",
    .summary = "Find captured mail by to:, from:, subject: or any text, newest first",
    .tag = "mail capture",
    .access = http::Access::capture(),
    .audit = no_record,
    .limit = http::Limit::none,
    .answers = "200 400 404 503",
};
constexpr http::Route list_route{
    .method = http::Method::get,
    .path = "/api/v1/messages",
    .operation = "listCapturedMail",
    .summary = "List captured mail, newest first",
    .tag = "mail capture",
    .access = http::Access::capture(),
    .audit = no_record,
    .limit = http::Limit::none,
    .answers = "200 400 404 503",
};
constexpr http::Route read_route{
    .method = http::Method::get,
    .path = "/api/v1/message/:id",
    .operation = "readCapturedMail",
    .summary = "One captured mail with its parts; `latest` is the newest",
    .tag = "mail capture",
    .access = http::Access::capture(),
    .audit = no_record,
    .limit = http::Limit::none,
    .answers = "200 404 503",
};
constexpr http::Route raw_route{
    .method = http::Method::get,
    .path = "/api/v1/message/:id/raw",
    .operation = "readCapturedMailSource",
    .summary = "One captured mail as it would have travelled",
    .tag = "mail capture",
    .access = http::Access::capture(),
    .audit = no_record,
    .limit = http::Limit::none,
    .answers = "200 404 503",
};
constexpr http::Route clear_route{
    .method = http::Method::remove,
    .path = "/api/v1/messages",
    .operation = "deleteCapturedMail",
    .summary = "Forget all captured mail",
    .tag = "mail capture",
    .access = http::Access::capture(),
    .audit = no_record,
    .limit = http::Limit::none,
    .answers = "200 400 404 503",
};
constexpr http::Route outbox_route{
    .method = http::Method::get,
    .path = "/__test/outbox",
    .operation = "drainOutbox",
    .summary = "How much mail waits to be sent; with drain=1 answers once nothing waits",
    .tag = "testing",
    .access = http::Access::testing(),
    .audit = http::Audit::none("reads only"),
    .limit = http::Limit::none,
    .answers = "200 400 404 503",
};

http::RawJson json_answer(std::string text)
{
    return {std::move(text)};
}

int number_within(std::optional<std::int64_t> given, int usual, int most, std::string const& name)
{
    if (!given)
        return usual;
    if (*given < 0 || *given > most)
        throw domain::invalid_field(name, fmt::format("must be from 0 to {}", most));
    return static_cast<int>(*given);
}

Async<http::RawJson> find_page(
    http::Context& context,
    domain::CapturedMailQuery query,
    std::optional<std::int64_t> start,
    std::optional<std::int64_t> limit
)
{
    context.no_store();
    auto const first = number_within(start, 0, 1'000'000'000, "start");
    auto const most = number_within(limit, 50, 1'000, "limit");
    auto work = co_await context.services.storage.read();
    auto const page = co_await work->captured_mails().search(std::move(query), first, most);
    co_return json_answer(page_text(page, first));
}

Async<http::RawJson> search(http::Context& context, SearchRequest request)
{
    auto query = parse_query(request.query);
    co_return co_await find_page(context, std::move(query), request.start, request.limit);
}

Async<http::RawJson> list(http::Context& context, ListRequest request)
{
    domain::CapturedMailQuery everything;
    co_return co_await find_page(context, std::move(everything), request.start, request.limit);
}

Async<domain::CapturedMail> named_mail(domain::CapturedMails& mails, std::string id)
{
    auto found = id == "latest" ? mails.latest() : mails.find(id);
    auto mail = co_await found;
    if (!mail)
        throw domain::Refusal{.reason = domain::Reason::not_found};
    co_return std::move(*mail);
}

Async<http::RawJson> read(http::Context& context, http::Nothing)
{
    context.no_store();
    auto id = context.parameter("id");
    auto work = co_await context.services.storage.begin();
    auto const mail = co_await named_mail(work->captured_mails(), std::move(id));
    if (!mail.was_read) {
        co_await work->captured_mails().mark_read(mail.id);
        co_await work->commit();
    }
    co_return json_answer(mail_text(mail));
}

Async<http::Raw> read_raw(http::Context& context, http::Nothing)
{
    context.no_store();
    auto id = context.parameter("id");
    auto work = co_await context.services.storage.read();
    auto mail = co_await named_mail(work->captured_mails(), std::move(id));
    co_return http::Raw{"text/plain; charset=utf-8", std::move(mail.raw)};
}

Async<http::Raw> clear(http::Context& context, http::Nothing)
{
    // Mailpit deletes the ones named here; deleting all instead would surprise whoever names some.
    auto const body = http::parse_body(context.request);
    auto const* const ids = body.find("IDs");
    if (ids && ids->array() && !ids->array()->empty())
        throw domain::invalid_field("IDs", "cannot be given: all messages are deleted together");
    auto work = co_await context.services.storage.begin();
    co_await work->captured_mails().clear();
    co_await work->commit();
    co_return http::Raw{"text/plain; charset=utf-8", "ok"};
}

Async<std::int64_t> waiting(http::Context& context)
{
    auto const now = context.services.clock.now(); // it moves on while we wait
    auto work = co_await context.services.storage.read();
    auto const backlog = co_await work->outbox().backlog(now);
    co_return backlog.waiting;
}

Async<OutboxState> outbox(http::Context& context, OutboxRequest request)
{
    constexpr auto patience = std::chrono::seconds(8);
    auto const until = std::chrono::steady_clock::now() + patience;
    auto pending = co_await waiting(context);
    if (request.drain.value_or(0) == 0)
        co_return OutboxState{pending};
    while (pending > 0 && std::chrono::steady_clock::now() < until) {
        context.services.mail_waits();
        co_await EventLoop::current()->sleep(Duration(20));
        pending = co_await waiting(context);
    }
    if (pending > 0) { // an answer that could be taken for "no mail" would be a lie
        domain::Refusal refusal{.reason = domain::Reason::service_unavailable};
        refusal.message = fmt::format("{} mails still wait to be sent", pending);
        refusal.retry_after_seconds = 1;
        throw refusal;
    }
    co_return OutboxState{pending};
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(search_route, search),
        http::endpoint(list_route, list),
        http::endpoint(read_route, read),
        http::endpoint(raw_route, read_raw),
        http::endpoint(clear_route, clear),
        http::endpoint(outbox_route, outbox),
    };
}

} // namespace gatehouse::mail_capture
