// What gatehouse knows of the caller.
#include "features/me_data/endpoints.h"

#include "core/log.h"
#include "core/metrics.h"
#include "domain/sessions.h"
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

// An optional aggregate: it may fail open, loudly (behaviours §2).
Async<std::int64_t> count_sessions(http::Context& context)
{
    auto const& caller = context.caller();
    std::string cause;
    try {
        auto work = co_await context.services.storage.read();
        co_return co_await work->sessions().count_live(
            caller.organization_id(), caller.user_id(), context.now
        );
    } catch (std::exception const& failure) {
        cause = failure.what();
    }
    log::Line(log::Level::error, "me_data.sessions_uncounted")
        .with("cause", cause)
        .with("request_id", context.request_id);
    metrics::count("gatehouse_failed_open_total", {{"control", "me_data"}});
    co_return 0;
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
    answer.auth.sessions_count = co_await count_sessions(context);
    answer.auth.accounts_count = user.password ? 1 : 0;
    answer.auth.has_2fa = user.two_factor_enabled;
    answer.auth.last_login_at = user.last_login_at;
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(my_data_route, my_data)};
}

} // namespace gatehouse::me_data
