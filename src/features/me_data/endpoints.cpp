// What gatehouse knows of the caller.
#include "features/me_data/endpoints.h"

#include "core/log.h"
#include "core/metrics.h"
#include "domain/sessions.h"
#include "domain/users.h"
#include "features/me_data/exporting.h"
#include "features/me_data/messages.h"

namespace gatehouse::me_data {
namespace {
using domain::Surface;
using domain::to_text;

constexpr http::Route my_data_route{
    .method = http::Method::get,
    .path = "/api/v1/me/data",
    .operation = "myData",
    .summary = "What gatehouse knows of the caller",
    .tag = "account",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .limit = http::Limit::anonymous,
    .surface = Surface::account,
    .answers = "200 401 404 429 503",
};

constexpr http::Route export_route{
    .method = http::Method::get,
    .path = "/api/v1/me/data/export",
    .operation = "exportMyData",
    .summary = "Everything that is kept about the caller, as one file; without secrets",
    .tag = "account",
    .access = http::Access::session(),
    .audit = http::Audit::records("DATA_EXPORT_STARTED DATA_EXPORT_COMPLETED DATA_EXPORT_FAILED"),
    .limit = http::Limit::anonymous,
    .surface = Surface::account,
    .answers = "200 401 404 429 503",
};

struct Numbers {
    std::int64_t sessions = 0;
    std::optional<Instant> last_login_at = {}; // as in the row now: a sign-in ends nothing kept
};

Async<Numbers> ask_for_numbers(http::Context& context)
{
    auto const& caller = context.caller();
    auto work = co_await context.services.storage.read();
    Numbers numbers;
    numbers.sessions = co_await work->sessions().count_live(
        caller.organization_id(), caller.user_id(), context.now
    );
    auto const user = co_await work->users().find(caller.organization_id(), caller.user_id());
    if (user)
        numbers.last_login_at = user->last_login_at;
    co_return numbers;
}

// Optional aggregates: they may fail open, loudly (behaviours §2).
Async<Numbers> read_numbers(http::Context& context)
{
    std::string cause;
    try {
        co_return co_await ask_for_numbers(context);
    } catch (std::exception const& failure) {
        cause = failure.what();
    }
    log::Line(log::Level::error, "me_data.sessions_uncounted")
        .with("cause", cause)
        .with("request_id", context.request_id);
    metrics::count("gatehouse_failed_open_total", {{"control", "me_data"}});
    co_return Numbers{.last_login_at = context.caller().user.last_login_at};
}

Async<MyData> my_data(http::Context& context, http::Nothing)
{
    auto const& user = context.caller().user;
    MyData answer;
    answer.user
        = {.id = user.id.text(),
           .email = user.email,
           .name = user.name,
           .role = std::string(to_text(user.role)),
           .created_at = user.created_at,
           .email_verified = user.email_verified};
    auto const numbers = co_await read_numbers(context);
    answer.auth.sessions_count = numbers.sessions;
    answer.auth.accounts_count = user.password ? 1 : 0;
    answer.auth.has_2fa = user.two_factor_enabled;
    answer.auth.last_login_at = numbers.last_login_at;
    co_return answer;
}

Async<http::Streamed> export_my_data(http::Context& context, http::Nothing)
{
    return exported(context);
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(my_data_route, my_data), http::endpoint(export_route, export_my_data)};
}

} // namespace gatehouse::me_data
