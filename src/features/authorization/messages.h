// Questions about what somebody may do, and their answers.
#pragma once

#include "core/time.h"
#include "domain/role_view.h"
#include "http/describe.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::authorization {

struct SubjectRef { // one of the two; without any: the caller
    std::optional<std::string> id;
    std::optional<std::string> token; // of a session
};
BOOST_DESCRIBE_STRUCT(SubjectRef, (), (id, token))

struct ResourceRef {
    std::string type; // `client`, … of the policy; user, organization
    std::optional<std::string> id; // absent: in general
};
BOOST_DESCRIBE_STRUCT(ResourceRef, (), (type, id))

struct Question {
    std::optional<SubjectRef> subject;
    std::string action; // a permission id, or view, create, edit, delete of a type of resource
    std::optional<ResourceRef> resource;
};
BOOST_DESCRIBE_STRUCT(Question, (), (subject, action, resource))

struct CheckRequest { // one question, or `checks`
    std::optional<SubjectRef> subject; // with `checks`: of those that name none
    std::optional<std::string> action;
    std::optional<ResourceRef> resource;
    std::optional<std::vector<Question>> checks; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(CheckRequest, (), (subject, action, resource, checks))

struct CheckAnswer {
    bool allowed = false;
    std::string decision_id;
    std::string permission; // the one that decided
    std::string cell; // 0, s, a or 1
};
BOOST_DESCRIBE_STRUCT(CheckAnswer, (), (allowed, decision_id, permission, cell))

struct CheckAnswers { // in the order of the questions
    std::vector<CheckAnswer> results;
};
BOOST_DESCRIBE_STRUCT(CheckAnswers, (), (results))

struct ListRequest {
    std::optional<SubjectRef> subject;
    std::string action;
    std::string resource_type;
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(ListRequest, (), (subject, action, resource_type, page, limit))

struct ListedResource {
    std::string id;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(ListedResource, (), (id, name))

struct ListAnswer {
    std::vector<ListedResource> data;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pages = 0;
    std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ListAnswer, (), (data, total, page, pages, limit))

struct TermView {
    std::string term; // subject_active, same_organization, permission, assigned, own
    bool holds = false;
    std::string because;
};
BOOST_DESCRIBE_STRUCT(TermView, (), (term, holds, because))

struct Explanation { // the path up to its end, or to the first link that is missing
    bool allowed = false;
    std::string decision_id;
    std::string sentence;
    std::string subject_id;
    std::string action;
    std::optional<std::string> resource_type;
    std::optional<std::string> resource_id;
    std::string permission;
    std::string cell;
    std::optional<std::string> granted_by; // role, custom role or grant
    std::optional<std::string> role; // its name, where it has one
    std::vector<TermView> terms;
    Instant decided_at;
    std::string policy; // its version
};
BOOST_DESCRIBE_STRUCT(
    Explanation,
    (),
    (allowed,
     decision_id,
     sentence,
     subject_id,
     action,
     resource_type,
     resource_id,
     permission,
     cell,
     granted_by,
     role,
     terms,
     decided_at,
     policy)
)

struct ProposedRole {
    std::optional<std::string> id; // absent: a new one
    std::string name;
    std::vector<domain::PermissionCell> permissions; // all that it would hold
};
BOOST_DESCRIBE_STRUCT(ProposedRole, (), (id, name, permissions))

struct ProposedChange { // `role` as an object, or `userId` with `role` as a name or `customRoleId`
    http::Given role;
    std::optional<std::string> user_id;
    http::Given custom_role_id;
};
BOOST_DESCRIBE_STRUCT(ProposedChange, (), (role, user_id, custom_role_id))

struct SimulateRequest {
    ProposedChange change;
};
BOOST_DESCRIBE_STRUCT(SimulateRequest, (), (change))

} // namespace gatehouse::authorization
