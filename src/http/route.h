// What a route declares about itself: nothing about it is said anywhere else.
#pragma once

#include "domain/ledger.h"
#include "domain/sessions.h"
#include "http/request.h"

#include <cstddef>
#include <string_view>

namespace gatehouse::http {

// Who may call. Without a default: a route that does not say so does not compile.
class Access {
public:
    enum class Kind {
        anyone,
        credential_optional,
        session,
        session_or_provisioner,
        session_or_service,
        operators,
        testing,
        capture
    };

    static consteval Access anyone() { return Access(Kind::anyone); }
    // Nobody needs a credential, but the handler looks at one where it is presented (logout); one
    // in a cookie then needs the same proof against forgery as a session route.
    static consteval Access credential_optional() { return Access(Kind::credential_optional); }
    // A live session behind `Authorization: Bearer` or else the cookie.
    static consteval Access session() { return Access(Kind::session); }
    // The same; where provisioning is open (environment test), a request without any credential
    // acts as the system provisioner (decisions D-4).
    static consteval Access session_or_provisioner()
    {
        return Access(Kind::session_or_provisioner);
    }
    // The same; or another application with the service key, which acts for nobody and may ask
    // about everybody. Where none is set, none opens anything.
    static consteval Access session_or_service() { return Access(Kind::session_or_service); }
    // The operator listener; the main one too in development and test (decisions D-103). Else 404.
    static consteval Access operators() { return Access(Kind::operators); }
    // Environment test only, else 404.
    static consteval Access testing() { return Access(Kind::testing); }
    // Development and test, callers on loopback only, else 404.
    static consteval Access capture() { return Access(Kind::capture); }

    constexpr Kind kind() const { return kind_; }

private:
    consteval explicit Access(Kind kind)
        : kind_(kind)
    {
    }
    Kind kind_;
};

// What a route leaves in the ledger. Without a default, like Access.
class Audit {
public:
    // The events of spec/api §10 it may write, separated by blanks.
    static consteval Audit records(std::string_view events) { return Audit(true, events); }
    static consteval Audit none(std::string_view why) { return Audit(false, why); }

    constexpr bool records_something() const { return records_; }
    constexpr std::string_view text() const { return text_; } // the events, or the reason for none

private:
    consteval Audit(bool records, std::string_view text)
        : records_(records)
        , text_(text)
    {
    }
    bool records_;
    std::string_view text_;
};

// What an unsafe route takes: a JSON object, or one uploaded file and nothing else.
class Body {
public:
    static consteval Body json() { return Body(0); }
    // multipart/form-data with one part `file` of at most so many bytes (RFC 7578).
    static consteval Body multipart(std::size_t file_limit) { return Body(file_limit); }

    constexpr bool is_multipart() const { return file_limit_ != 0; }
    constexpr std::size_t file_limit() const { return file_limit_; }
    // On the wire: the file, and what its form wraps around it.
    constexpr std::size_t wire_limit() const { return file_limit_ + 8192; }

private:
    consteval explicit Body(std::size_t file_limit)
        : file_limit_(file_limit)
    {
    }
    std::size_t file_limit_;
};

// Which ceiling per client address counts the route (decisions D-34, D-98). A request with a live
// session is never counted; a refused one of a session route counts as anonymous.
enum class Limit {
    none, // health, key set
    credential, // every request, before anything is looked at
    registration,
    anonymous,
    refused, // only refused answers count, and only they are turned away (validate)
    credential_refused, // the same, of what the credential routes count (refresh)
};

using domain::Surface; // account or organization: they differ in wire details only (D-1)

struct Route {
    Method method;
    std::string_view path; // `/api/auth/sessions/:id`; literal segments win over `:id`
    std::string_view operation; // a unique name in camelCase
    std::string_view summary;
    std::string_view tag;
    Access access;
    Audit audit;
    Limit limit = Limit::anonymous;
    Surface surface = Surface::account;
    bool for_operators_too = false; // on the operator listener, which knows no other routes
    std::string_view answers = "200 400 401 429 503"; // every status it can answer
    std::string_view own_body = ""; // those from 400 on that carry the answer, not the envelope
    Body body = Body::json();
    domain::Event denied_as = domain::Event::permission_denied; // what a 403 leaves (I-12)
    bool versioned = false; // its answer has an ETag; changing it takes If-Match (http/versions.h)
    // For those, too, who have not set up the second factor yet that their organization asks for.
    bool while_enrolling = false;
    bool from_anywhere = false; // whatever addresses the organization is entered from
};

constexpr bool counts_refusals(Route const& route)
{
    return route.limit == Limit::refused || route.limit == Limit::credential_refused;
}

// Login, register and reset refuse a foreign Origin although nobody is signed in yet
// (behaviours §13): login CSRF puts a victim into the attacker's account.
constexpr bool refuses_foreign_origin(Route const& route)
{
    return !is_safe(route.method)
        && (route.limit == Limit::credential || route.limit == Limit::credential_refused
            || route.limit == Limit::registration);
}

} // namespace gatehouse::http
