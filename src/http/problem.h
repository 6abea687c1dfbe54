// Refusals as answers: the one error envelope of spec/api §1.
#pragma once

#include "domain/refusal.h"
#include "http/response.h"

#include <string>
#include <string_view>

namespace gatehouse::http {

// A refusal that only the wire knows: framing, methods, time-outs.
struct Fault {
    int status = 400;
    std::string_view code = "VALIDATION";
    std::string_view error = "Malformed request";
    std::string_view message = "The request is not well-formed.";
};

int status_of(domain::Reason reason);
std::string_view code_of(domain::Reason reason);

// Replaces whatever `into` holds. `members` are further members, already written: `"a":1,"b":2`.
void write_problem(
    Response& into,
    domain::Refusal const& refusal,
    std::string_view request_id,
    std::string_view members = {}
);
void write_fault(Response& into, Fault const& fault, std::string_view request_id);

// What broke is told in the log alone: 500 for a mistake in the program, else 503.
void write_internal(Response& into, std::string_view request_id);

} // namespace gatehouse::http
