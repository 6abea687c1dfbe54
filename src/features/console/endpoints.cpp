// Answering with the console: who may open a page is asked here, so that it has the right status.
#include "features/console/endpoints.h"

#include "domain/access.h"
#include "domain/session_check.h"
#include "features/console/pages.h"
#include "features/console/sending.h"
#include "http/problem.h"
#include "http/query.h"
#include "http/request_facts.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::console {
namespace {
using domain::Refusal;

// Nothing from elsewhere, nothing inline. The one policy that may make markup is that of the
// framework, for its compiled templates; the sources hold no other (web/scripts/check.ts).
constexpr std::string_view content_policy
    = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
      "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
      "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types "
      "svelte-trusted-html";

constexpr http::Route route_of(std::string_view path, std::string_view operation)
{
    return {
        .method = http::Method::get,
        .path = path,
        .operation = operation,
        .summary = "A page of the console",
        .tag = "console",
        .access = http::Access::credential_optional(),
        .audit = http::Audit::records("PERMISSION_DENIED"),
        .limit = http::Limit::anonymous,
        .surface = http::Surface::organization,
        .answers = "200 302 304 403 429 503",
    };
}

constexpr http::Route file_route(std::string_view path, std::string_view operation)
{
    return {
        .method = http::Method::get,
        .path = path,
        .operation = operation,
        .summary = "A file of the console",
        .tag = "console",
        .access = http::Access::anyone(),
        .audit = http::Audit::none("the same for everybody"),
        .limit = http::Limit::none,
        .surface = http::Surface::organization,
        .answers = "200 304 404",
    };
}

constexpr std::string_view documents = "/documents"; // one for each page; no files of their own

File const* find(Files files, std::string_view path)
{
    auto const found = std::ranges::lower_bound(files, path, {}, &File::path);
    return found != files.end() && found->path == path ? &*found : nullptr;
}

// What the page is made of stands in its head.
File const& document_of(Files files, Page const& page)
{
    auto const path = std::string(documents) + std::string(page.path) + ".html";
    auto const* const found = find(files, path);
    if (!found)
        throw std::logic_error("the console has no " + path);
    return *found;
}

void send_page(http::Context& context, File const& document, int status)
{
    auto& response = context.response();
    response.status = status;
    response.set_header("Content-Security-Policy", content_policy);
    response.set_header("Cross-Origin-Opener-Policy", "same-origin");
    send(document, context.request, response);
}

// A token that opens nothing any more is as good as none: the way on is signing in.
Async<void> look_at_session(http::Context& context)
{
    auto const& token = context.presented_token();
    if (!token || token->empty())
        co_return;
    try {
        auto caller = co_await domain::check_session(context.services, *token, context.now);
        context.admit(std::move(caller));
    } catch (Refusal const& refusal) {
        if (http::status_of(refusal.reason) != 401)
            throw;
        context.count_as_anonymous();
    }
}

void lead_to_login(http::Context& context)
{
    std::string way = "/login";
    if (context.request.path != "/" && context.request.path != "/dashboard")
        way += "?next=" + http::percent_encoded(context.request.path);
    context.redirect(way);
    context.no_store();
}

bool may_open(http::Context const& context, Page const& page)
{
    if (page.who == Page::For::session)
        return true;
    if (domain::reach(context.actor(), page.permission) == domain::Cell::denied)
        return false;
    return page.who != Page::For::permission_at_home
        || context.parameter("id") == context.caller().organization_id().text();
}

Async<void> answer_page(http::Context& context, Page const& page, File const& document)
{
    if (page.who == Page::For::anyone) {
        send_page(context, document, 200);
        co_return;
    }
    co_await look_at_session(context);
    if (!context.has_caller()) {
        lead_to_login(context);
        co_return;
    }
    if (may_open(context, page)) {
        send_page(context, document, 200);
        co_return;
    }
    if (page.who == Page::For::permission_or_dashboard) {
        context.redirect("/dashboard");
        context.no_store();
        co_return;
    }
    auto const missing = domain::forbidden(context.actor(), page.permission);
    auto const facts = http::facts_of(context);
    co_await domain::record_denial(context.services, facts, context.caller(), missing, page.path);
    send_page(context, document, 403);
}

Async<void> answer_root(http::Context& context)
{
    co_await look_at_session(context);
    context.redirect(context.has_caller() ? "/dashboard" : "/login");
    context.no_store();
}

Async<void> answer_file(http::Context& context, Files files)
{
    auto const* const file = find(files, context.request.path);
    if (!file)
        throw domain::because(domain::Reason::not_found);
    send(*file, context.request, context.response());
    co_return;
}

} // namespace

std::vector<http::Endpoint> endpoints(Files files)
{
    std::vector<http::Endpoint> made;
    if (files.empty())
        return made;
    made.push_back({route_of("/", "pageRoot"), answer_root, {}});
    for (auto const& page : pages) {
        auto const& document = document_of(files, page);
        auto const answer = [&page, &document](http::Context& context) {
            return answer_page(context, page, document);
        };
        made.push_back({route_of(page.path, page.operation), answer, {}});
    }
    auto const send_file = [files](http::Context& context) {
        return answer_file(context, files);
    };
    made.push_back({file_route("/assets/:name", "consoleAsset"), send_file, {}});
    for (auto const& file : files)
        if (!file.path.starts_with("/assets/") && !file.path.starts_with(documents))
            made.push_back({file_route(file.path, "consoleFile"), send_file, {}});
    return made;
}

} // namespace gatehouse::console
