// What a handler may use while it answers one request.
#pragma once

#include "core/time.h"
#include "domain/actor.h"
#include "domain/caller.h"
#include "domain/refusal.h"
#include "domain/services.h"
#include "http/cookies.h"
#include "http/describe.h"
#include "http/origin.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::http {

// A refusal whose answer carries more members than the envelope: `valid`, `organizations`, …
struct DetailedRefusal {
    domain::Refusal refusal;
    std::string members; // `"name":value,…` of a described struct, ready to be written
    std::vector<std::pair<std::string, std::string>> headers = {}; // added to the answer
};

template <class T> DetailedRefusal refusal_with(domain::Refusal refusal, T const& members)
{
    DetailedRefusal detailed{.refusal = std::move(refusal), .members = "{"};
    describe::write_members(detailed.members, members);
    detailed.members.erase(0, 1);
    return detailed;
}

template <class T> [[noreturn]] void refuse_with(domain::Refusal refusal, T const& members)
{
    throw refusal_with(std::move(refusal), members);
}

class Context {
public:
    // Facts of the request. `now` was read once, when it arrived.
    Request const& request;
    domain::Services& services;
    Instant now;
    std::string const& request_id; // minted here, never taken from the client
    Surface surface;
    std::string const&
        client_address; // the peer, or the hop in front of the trusted proxies (D-35)
    std::optional<std::string> user_agent; // valid UTF-8

    // Who calls. For Access::session() routes; throws std::logic_error elsewhere.
    domain::Caller const& caller() const;

    // The caller, or the system provisioner; for the organization surface. Throws like caller().
    domain::Actor actor() const;
    // The credential opened nothing that was live: the request counts as an anonymous one.
    void count_as_anonymous() { is_anonymous_ = true; }
    bool is_anonymous() const { return is_anonymous_; }
    bool has_caller() const { return caller_ != nullptr; }
    // A step-up was skipped for this request (environment test): told to the ledger once, however
    // often the gate is passed. True for the first to say so.
    bool skips_step_up() { return !std::exchange(has_skipped_step_up_, true); }
    // Another application, by the service key; for Access::session_or_service() routes.
    bool is_service() const { return is_service_; }

    // The token that was presented, bearer before cookie; for Access::credential_optional() routes.
    std::optional<std::string> const& presented_token() const { return presented_token_; }

    // What a cookie other than the session's brings; nothing where it is absent, empty or there
    // twice. Using it on an unsafe method takes the same proof against forgery as the session
    // cookie (behaviours §13): throws Refusal, 403 CSRF.
    std::optional<SecretString> cookie_credential(std::string_view name) const;

    // What a trusted proxy added under this name; nothing where the request came from elsewhere,
    // and where `name` is empty.
    std::optional<std::string> word_of_proxy(std::string_view name) const;

    // A `:name` of the path, decoded.
    std::string const& parameter(std::string_view name) const;

    // On the operator listener, or anywhere in development and test (decisions D-103).
    bool may_see_operations() const;

    // The head of the answer. A refusal discards all of it.
    void status(int code) { response_.status = code; }
    void header(std::string_view name, std::string_view value)
    {
        response_.set_header(name, value);
    }
    void set_cookie(Cookie const& cookie) { response_.add_header("Set-Cookie", to_text(cookie)); }
    void redirect(std::string_view url); // 302
    void no_store() { response_.set_header("Cache-Control", "no-store"); }

    // For the pipeline.
    Context(
        Request const& request,
        domain::Services& services,
        Instant now,
        std::string const& request_id,
        std::string const& client_address,
        Surface surface,
        Origins const& origins,
        Response& response
    );
    Context(Context const&) = delete;
    Context& operator=(Context const&) = delete;
    void admit(domain::Caller caller);
    void admit_provisioner() { is_provisioner_ = true; }
    void admit_service() { is_service_ = true; }
    void say_proxy_sent_it() { is_from_proxy_ = true; }
    void present(std::string token) { presented_token_ = std::move(token); }
    void set_parameters(std::vector<std::pair<std::string_view, std::string>> parameters)
    {
        parameters_ = std::move(parameters);
    }
    Response& response() { return response_; }

private:
    Origins const& origins_;
    Response& response_;
    std::unique_ptr<domain::Caller> caller_; // large, and most requests have none
    bool is_provisioner_ = false;
    bool is_service_ = false;
    bool is_anonymous_ = false;
    bool is_from_proxy_ = false;
    bool has_skipped_step_up_ = false;
    std::optional<std::string> presented_token_;
    std::vector<std::pair<std::string_view, std::string>> parameters_;
};

} // namespace gatehouse::http
