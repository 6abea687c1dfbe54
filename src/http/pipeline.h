// The life of a request: limits, who, may they, parse, handler, answer; and the one catch.
#pragma once

#include "core/async.h"
#include "domain/services.h"
#include "http/ceilings.h"
#include "http/client_address.h"
#include "http/origin.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::http {

struct PipelineSettings {
    std::vector<std::string> trusted_proxies; // addresses and networks, decisions D-35
    CeilingSettings ceilings;
    std::size_t body_limit = 1024 * 1024; // bytes
};

// Reads what is still on the wire, once it is known that somebody wants it.
class BodySource {
public:
    virtual ~BodySource() = default;
    // Whether all of it was there already, and needs no read_body() any more. Throws Fault.
    virtual bool take_body(std::size_t /*limit*/) { return false; }
    // Throws Fault when it is too long, malformed or too slow, and Disconnected.
    virtual Async<void> read_body(std::size_t limit) = 0;
};

struct Disconnected { }; // the client is gone: there is nobody to answer

// One request and its answer, lent by a connection.
struct Exchange {
    Request& request;
    Response& response;
    BodySource& body;
    bool method_is_known = true;
    bool has_body = false;
    std::uint64_t declared_length = 0;
    Instant now;
    std::string const& request_id;
    std::string client_address{}; // set by the pipeline
    std::string_view route = "unmatched"; // the pattern, never the path: paths hold tokens
    bool answered = true; // false: the client went away first
};

enum class Piece { more, last, broken }; // of a streamed body

class Pipeline {
public:
    Pipeline(
        PipelineSettings const& settings,
        std::vector<Endpoint> endpoints,
        domain::Services& services
    );

    // Fills exchange.response. Never throws: whatever goes wrong becomes an answer and a log line.
    Async<void> answer(Exchange& exchange);

    // Appends the next piece of a streamed answer. Never throws: what goes wrong is logged and
    // counted, and the connection must end without the end of the body.
    Async<Piece> next_piece(Exchange& exchange, std::string& into);

    // The answer to a request whose head the guard refused; it counts as an anonymous one.
    void answer_malformed(Exchange& exchange, Fault const& fault);

    int in_flight() const { return in_flight_; } // requests between head and answer

    domain::Services& services() { return services_; }
    Router const& router() const { return router_; }
    Ceilings& ceilings() { return ceilings_; }

private:
    using Refused = std::optional<domain::Refusal>;

    Async<void> steps(Exchange& exchange);
    Endpoint const* endpoint_for(Exchange& exchange, Router::Match const& match);
    Async<void> refuse(
        Exchange& exchange, Context const& context, Route const& route, DetailedRefusal const& why
    );
    Async<void>
    admit(Exchange& exchange, Endpoint const& endpoint, Context& context, bool for_session);
    Async<void> look_again_after(Exchange& exchange, Endpoint const& endpoint, Context& context);
    bool needs_session(Exchange const& exchange, Route const& route, Context& context) const;
    Async<Refused> live_session(Exchange& exchange, Route const& route, Context& context);
    Refused limits(Exchange const& exchange, Route const& route);
    Refused charge(Limit limit, Exchange const& exchange);
    Async<Refused> present_optional(Exchange const& exchange, Route const& route, Context& context);
    void answer_fault(Exchange& exchange, Fault const& fault);
    bool is_reachable(Exchange const& exchange, Route const& route) const;
    void no_endpoint(Exchange& exchange, Router::Match const& match);
    void answer_refusal(
        Exchange& exchange, domain::Refusal const& refusal, std::string_view members = {}
    );
    void after_refusal(Exchange& exchange, Route const& route);
    void answer_failure(Exchange& exchange, std::string_view kind, std::string_view cause);
    void report_broken_stream(Exchange const& exchange, std::string_view cause);
    void add_cross_origin_headers(Exchange& exchange) const;

    Router router_;
    domain::Services& services_;
    Origins origins_;
    TrustedProxies proxies_;
    Ceilings ceilings_;
    std::size_t body_limit_;
    std::atomic<int> in_flight_ = 0;
};

} // namespace gatehouse::http
