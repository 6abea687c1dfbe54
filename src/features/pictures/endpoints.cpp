// A person's picture: uploading one, and showing it.
#include "features/pictures/endpoints.h"

#include "core/uuid.h"
#include "crypto/digest.h"
#include "domain/access.h"
#include "domain/deed.h"
#include "domain/directory.h"
#include "domain/ledger.h"
#include "domain/organizations.h"
#include "domain/pictures.h"
#include "features/pictures/messages.h"
#include "http/query.h"
#include "http/request_facts.h"
#include "protocols/picture_files/pictures.h"

#include <algorithm>
#include <array>
#include <functional>

namespace gatehouse::pictures {
namespace {
using domain::Actor;
using domain::Event;
using domain::Permission;
using domain::person_in_reach;
using domain::Picture;
using domain::Reason;
using domain::Refusal;
using domain::require_permission;
using domain::Surface;
using domain::User;
using domain::UserId;
using picture_files::Problem;
using picture_files::Rendition;
using picture_files::renditions_of;

constexpr std::size_t largest_file = 5 * 1024 * 1024; // decisions D-92
constexpr std::array sizes{256, 64};

constexpr http::Route upload_route{
    .method = http::Method::post,
    .path = "/api/users/:id/profile-picture",
    .operation = "uploadProfilePicture",
    .summary = "Give a person a picture: PNG, JPEG, WebP or GIF, at most 5 MiB",
    .tag = "users",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::records("PROFILE_UPDATED USER_UPDATED PERMISSION_DENIED"),
    .limit = http::Limit::anonymous,
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 413 415 429 503",
    .body = http::Body::multipart(largest_file),
};
constexpr http::Route show_route{
    .method = http::Method::get,
    .path = "/api/users/:id/profile-picture",
    .operation = "showProfilePicture",
    .summary = "The picture of a person, in 64 or 256 pixels",
    .tag = "users",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::records("PERMISSION_DENIED"),
    .limit = http::Limit::anonymous,
    .surface = Surface::organization,
    .answers = "200 304 400 401 403 404 429 503",
};

Async<void> require_for_person(http::Context& context, Permission own, Permission of_others)
{
    auto const actor = context.actor();
    UserId const named(context.parameter("id"));
    auto const person = co_await person_in_reach(context.services, actor, named);
    require_permission(actor, actor.is(person.id) ? own : of_others);
}

Async<void> may_upload(http::Context& context)
{
    return require_for_person(context, Permission::profile_edit, Permission::users_edit);
}

Async<void> may_look(http::Context& context)
{
    return require_for_person(context, Permission::profile_view, Permission::users_view);
}

using Renditions = std::expected<std::vector<Rendition>, Problem>;

// On a thread of its own: decoding takes up to a second.
Async<std::vector<Picture>> made_small(http::Context& context, std::string file)
{
    std::function<Renditions()> work = [file = std::move(file)] {
        return renditions_of(file, sizes);
    };
    auto made = co_await context.services.workers.run(std::move(work));
    if (!made)
        throw domain::invalid_field("file", std::string(to_text(made.error())));
    std::vector<Picture> variants;
    for (std::size_t at = 0; at < sizes.size(); ++at) {
        auto& rendition = made->at(at);
        variants.push_back(
            {std::to_string(sizes.at(at)),
             std::move(rendition.content_type),
             std::move(rendition.bytes)}
        );
    }
    co_return variants;
}

domain::LedgerEntry entry_about(http::Context const& context, User const& person)
{
    auto const actor = context.actor();
    auto const event = actor.is(person.id) ? Event::profile_updated : Event::user_updated;
    auto entry = domain::deed(http::facts_of(context), actor, event, 200, person);
    entry.details["fields"] = std::string("profilePicture");
    return entry;
}

Async<PictureView> upload(http::Context& context, http::Upload request)
{
    auto& services = context.services;
    auto variants = co_await made_small(context, std::move(request.file));
    PictureView answer;
    UserId const named(context.parameter("id"));
    answer.profile_picture = "/api/users/" + http::percent_encoded(named.text())
        + "/profile-picture?v=" + mint_uuid(context.now, services.random);

    auto work = co_await services.storage.begin();
    auto const person = co_await work->directory().live_user(named);
    if (!person) // deleted while the picture was made
        throw Refusal{.reason = Reason::not_found};
    auto const& organization = person->organization_id;
    co_await domain::hold_standing(*work, context.actor(), organization, context.now);
    bool const shown = co_await work->users().show_picture(
        organization, person->id, answer.profile_picture, context.now
    );
    if (!shown)
        throw Refusal{.reason = Reason::not_found};
    co_await work->pictures().replace(organization, person->id, std::move(variants), context.now);
    co_await work->ledger().append(entry_about(context, *person));
    co_await work->commit();
    co_return answer;
}

bool client_has(http::Context const& context, std::string const& tag)
{
    auto const known = context.request.header("if-none-match");
    return known && (*known == "*" || known->find(tag) != std::string_view::npos);
}

Async<http::Raw> show(http::Context& context, PictureQuery query)
{
    auto const size = query.size.value_or(sizes.front());
    if (std::ranges::find(sizes, size) == sizes.end())
        throw domain::invalid_field("size", "must be 64 or 256");
    auto work = co_await context.services.storage.read();
    UserId const named(context.parameter("id"));
    auto const person = co_await work->directory().live_user(named);
    if (!person || !person->profile_picture)
        throw Refusal{.reason = Reason::not_found};
    auto picture
        = co_await work->pictures().find(person->organization_id, person->id, std::to_string(size));
    if (!picture)
        throw Refusal{.reason = Reason::not_found};
    auto const tag = "\"" + crypto::sha256_hex(picture->bytes).substr(0, 32) + "\"";
    context.header("ETag", tag);
    // Asked about again each time: who may see it can change, and the picture goes with its person.
    context.header("Cache-Control", "private, no-cache");
    // Whatever a browser takes it for: nothing in it runs, nothing is fetched (FI-06).
    context.header(
        "Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'"
    );
    bool const is_png = picture->content_type == "image/png";
    auto const disposition = std::string("inline; filename=\"profile-picture.");
    context.header("Content-Disposition", disposition + (is_png ? "png\"" : "jpg\""));
    http::Raw answer{std::move(picture->content_type), std::move(picture->bytes)};
    if (client_has(context, tag)) {
        context.status(304);
        answer.body.clear();
    }
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(upload_route, may_upload, upload), http::endpoint(show_route, may_look, show)
    };
}

} // namespace gatehouse::pictures
