// Answers the questions of one request, in one unit that reads.
#pragma once

#include "domain/custom_roles.h"
#include "domain/directory.h"
#include "domain/kept_reading.h"
#include "domain/storage.h"
#include "features/authorization/decided.h"
#include "features/authorization/questions.h"
#include "http/context.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace gatehouse::authorization {

// Who asks: a person, or another application with the service key.
class Asker {
public:
    explicit Asker(http::Context const& context);

    domain::Caller const* caller() const { return caller_; } // null: another application
    policy::Policy const& policy() const { return *policy_; }
    bool is(std::string const& user) const { return caller_ && caller_->user_id().text() == user; }

    // About oneself anybody may ask; about others who may see them. Throws Refusal, 403.
    void require_may_ask_about(std::string const& user) const;

    // What others may do with a row is for those who may see every row of its type: for anybody
    // else it would tell whether the row is there. Throws Refusal, 403.
    void require_may_know(Decided const& decided) const;
    // Why, without telling whose the row is where the asker may not know.
    Decided told(Decided decided) const;

private:
    std::optional<policy::Permission> shows(std::string const& resource_type) const;
    bool sees_every(std::string const& resource_type) const;

    domain::Caller const* caller_;
    std::shared_ptr<policy::Policy const> policy_;
};

class Desk {
public:
    Desk(http::Context const& context, domain::Reading reading);

    // Throws Refusal: 400 for what is no question, 403 where the asker may not ask it.
    Async<Decided> decide(Question question);

    struct Page {
        std::vector<domain::Resource> resources;
        std::int64_t total = 0;
    };
    // The rows of a type on which the subject may do it, of those that the asker may see.
    Async<Page> list(
        std::optional<SubjectRef> subject,
        std::string action,
        std::string resource_type,
        domain::ResourceWindow window
    );

    Asker const& asker() const { return asker_; }

private:
    struct Whom { // about whom is asked
        std::string id; // as far as it is known
        std::optional<domain::Subject> subject = {}; // nothing: nobody who is known to the asker
        bool is_active() const;
    };
    Async<Whom> whom(std::optional<SubjectRef> named);
    Async<Whom> person(std::string id);
    Async<Whom> holder_of(std::string token);
    Async<policy::Relation> relation(domain::Subject subject, Asked asked);
    Decided begun(Whom const& whom, Asked const& asked) const;
    policy::Cell seen_by_asker(Whom const& whom, policy::ResourceType const& type) const;

    http::Context const& context_;
    Asker asker_;
    domain::Reading reading_;
    std::map<std::string, Whom> known_; // by id: most questions of a request are about one person
};

} // namespace gatehouse::authorization
