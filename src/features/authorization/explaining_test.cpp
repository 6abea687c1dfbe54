// Decisions in words and as ids, and what a question may be.
#include "core/random.h"
#include "core/text.h"
#include "domain/refusal.h"
#include "features/authorization/authzen.h"
#include "features/authorization/decision_id.h"
#include "features/authorization/explaining.h"
#include "features/authorization/questions.h"

#include <gtest/gtest.h>

#include <utility>

namespace gatehouse::authorization {
namespace {
using policy::Cell;
using policy::Term;

Decided on_a_client()
{
    Decided decided;
    decided.at = Instant::from_milliseconds(1'795'331'109'123);
    decided.policy = "0123456789abcdef";
    decided.organization = "house";
    decided.subject = "ann";
    decided.action = "view";
    decided.resource_type = "client";
    decided.resource_id = "acme";
    decided.permission = "clients.view";
    decided.cell = Cell::assigned;
    decided.granted_by = GrantedBy::role;
    decided.role = "staff";
    decided.is_active = true;
    return decided;
}

std::string path_of(Decided const& decided)
{
    std::string path;
    for (auto const& term : terms_of(decided))
        path += term.term + (term.holds ? "+ " : "- ");
    return path;
}

TEST(Explaining, tells_the_path_to_its_end)
{
    auto decided = on_a_client();
    decided.allowed = true;
    EXPECT_EQ(path_of(decided), "subject_active+ same_organization+ permission+ assigned+ ");
    EXPECT_EQ(
        sentence_of(decided),
        "Subject ann may view on client acme: the role staff grants clients.view on assigned rows, "
        "and the row is assigned to the subject."
    );
}

TEST(Explaining, ends_at_the_first_link_that_is_missing)
{
    auto decided = on_a_client();
    decided.missing = Term::assigned;
    EXPECT_EQ(path_of(decided), "subject_active+ same_organization+ permission+ assigned- ");
    decided.missing = Term::same_organization;
    EXPECT_EQ(path_of(decided), "subject_active+ same_organization- ");
    decided.missing = Term::permission;
    decided.cell = Cell::denied;
    decided.granted_by = GrantedBy::nothing;
    EXPECT_EQ(path_of(decided), "subject_active+ same_organization+ permission- ");
    EXPECT_EQ(
        sentence_of(decided),
        "Subject ann may not view on client acme: nothing that this person holds (built-in role "
        "staff) grants clients.view."
    );
    decided.is_active = false;
    EXPECT_EQ(path_of(decided), "subject_active- ");
}

// permissions §2: who does not see every row is not told which of the two it is.
TEST(Explaining, an_unassigned_row_and_none_at_all_read_the_same)
{
    for (auto const cell : {Cell::assigned, Cell::own, Cell::denied}) {
        auto here = on_a_client();
        here.cell = cell;
        here.granted_by = cell == Cell::denied ? GrantedBy::nothing : GrantedBy::role;
        auto nowhere = here;
        nowhere.missing = Term::same_organization;
        here.missing = cell == Cell::assigned ? Term::assigned
            : cell == Cell::own               ? Term::own
                                              : Term::permission;
        EXPECT_NE(sentence_of(here), sentence_of(nowhere));
        EXPECT_EQ(sentence_of(wherever_it_is(here)), sentence_of(wherever_it_is(nowhere)));
        EXPECT_EQ(path_of(wherever_it_is(here)), path_of(wherever_it_is(nowhere)));
        EXPECT_EQ(path_of(wherever_it_is(here)).find("same_organization"), std::string::npos);
    }
    auto allowed = on_a_client();
    allowed.allowed = true;
    EXPECT_EQ(wherever_it_is(allowed), allowed);
    auto everywhere
        = on_a_client(); // whoever may edit every row may know that this is none of them
    everywhere.cell = Cell::everywhere;
    everywhere.missing = Term::same_organization;
    EXPECT_EQ(path_of(wherever_it_is(everywhere)), "subject_active+ same_organization- ");
}

TEST(Explaining, names_custom_roles_and_grants)
{
    auto decided = on_a_client();
    decided.allowed = true;
    decided.cell = Cell::everywhere;
    decided.granted_by = GrantedBy::custom_role;
    decided.role = "Auditors";
    EXPECT_NE(sentence_of(decided).find("the custom role Auditors grants"), std::string::npos);
    decided.granted_by = GrantedBy::grant;
    decided.role.clear();
    EXPECT_NE(sentence_of(decided).find("a grant to this person grants"), std::string::npos);
    auto const explained = explanation_of(decided, "id");
    EXPECT_EQ(explained.granted_by, "grant");
    EXPECT_FALSE(explained.role.has_value());
    decided.resource_id.clear();
    EXPECT_NE(sentence_of(decided).find("on some client"), std::string::npos);
}

TEST(DecisionIds, open_to_what_was_sealed_and_to_nothing_else)
{
    SystemRandom random;
    auto const key = crypto::KeyEncryptionKey::mint(random);
    DecisionIds const ids(key, on_a_client().at);
    for (auto const missing :
         {std::optional<Term>(), std::optional(Term::assigned), std::optional(Term::own)}) {
        auto decided = on_a_client();
        decided.missing = missing;
        decided.allowed = !missing;
        EXPECT_EQ(ids.open(ids.id_of(decided, random)), decided);
    }
    auto id = ids.id_of(on_a_client(), random);
    EXPECT_NE(id, ids.id_of(on_a_client(), random));
    EXPECT_FALSE(DecisionIds(crypto::KeyEncryptionKey::mint(random), on_a_client().at).open(id));
    id[id.size() / 2] = id[id.size() / 2] == 'A' ? 'B' : 'A';
    for (auto const& other :
         {id,
          std::string(),
          std::string("x"),
          std::string("AAAA"),
          std::string("20779"),
          std::string("20779."),
          std::string("-1.AAAA"),
          std::string(".AAAA"),
          std::string("99999999999999999999.AAAA")})
        EXPECT_FALSE(ids.open(other)) << other;
}

std::string day_in(std::string const& id)
{
    return id.substr(0, id.find('.'));
}

TEST(DecisionIds, of_each_day_are_sealed_with_its_key)
{
    SystemRandom random;
    auto const key = crypto::KeyEncryptionKey::mint(random);
    auto const today = on_a_client();
    auto tomorrow = today;
    tomorrow.at = today.at + 24h;
    DecisionIds const ids(key, today.at);
    auto const first = ids.id_of(today, random);
    auto const second = ids.id_of(tomorrow, random);
    EXPECT_EQ(ids.open(second), tomorrow);
    EXPECT_EQ(DecisionIds(key, tomorrow.at).open(first), today);
    ASSERT_NE(day_in(first), day_in(second));
    // Under the key of another day it is nothing.
    EXPECT_FALSE(ids.open(day_in(second) + first.substr(first.find('.'))));
    auto const place = "authorization.decision/v2";
    auto const subkey = key.subkey("decision/" + day_in(first));
    for (auto const& [text, where] :
         {std::pair("[]", "elsewhere"), std::pair("[]", place), std::pair("[1]", place)}) {
        auto const sealed = to_base64url(crypto::seal(subkey, text, where, random));
        EXPECT_FALSE(ids.open(day_in(first) + "." + sealed)) << text << where;
    }
}

Asked asked(std::string const& action, std::string const& type = "", std::string const& id = "")
{
    std::optional<ResourceRef> resource;
    if (!type.empty()) {
        resource.emplace();
        resource->type = type;
        if (!id.empty())
            resource->id = id;
    }
    return understood(*policy::Policy::shipped(), action, resource);
}

TEST(Questions, are_permissions_or_steps_of_a_type)
{
    EXPECT_EQ(asked("users.view").permission, policy::Permission::users_view);
    auto const edit = asked("edit", "client", "acme");
    EXPECT_EQ(edit.permission, policy::Permission::clients_edit);
    EXPECT_EQ(edit.otherwise, policy::Permission::clients_edit_assigned);
    EXPECT_TRUE(edit.is_about_a_row());
    EXPECT_FALSE(asked("create", "client", "acme").is_about_a_row());
    EXPECT_FALSE(asked("view", "client").is_about_a_row());
    EXPECT_THROW(asked("view"), domain::Refusal);
    EXPECT_THROW(asked("view", "user", "ann"), domain::Refusal);
    EXPECT_THROW(asked("nothing"), domain::Refusal);
    EXPECT_THROW(asked("users.view", "nothing"), domain::Refusal);
    EXPECT_THROW(asked("view", "client", std::string(257, 'x')), domain::Refusal);
}

TEST(Questions, are_a_hundred_at_most)
{
    CheckRequest request;
    EXPECT_THROW(questions_in(request), domain::Refusal);
    request.checks.emplace(100);
    request.subject.emplace();
    request.subject->id = "ann";
    auto const all = questions_in(request);
    EXPECT_EQ(all.size(), 100U);
    EXPECT_EQ(all.back().subject->id, "ann");
    request.checks->emplace_back();
    EXPECT_THROW(questions_in(request), domain::Refusal);
    request.checks->clear();
    EXPECT_THROW(questions_in(request), domain::Refusal);
}

TEST(Authzen, evaluates_until_the_semantic_is_satisfied)
{
    auto const named = [](char const* name) {
        return semantic_in(json::Value(json::Object{{"evaluations_semantic", name}}));
    };
    EXPECT_EQ(semantic_in(json::Value()), Semantic::execute_all);
    EXPECT_FALSE(ends(named("execute_all"), true) || ends(named("execute_all"), false));
    EXPECT_TRUE(ends(named("deny_on_first_deny"), false));
    EXPECT_FALSE(ends(named("deny_on_first_deny"), true));
    EXPECT_TRUE(ends(named("permit_on_first_permit"), true));
    EXPECT_FALSE(ends(named("permit_on_first_permit"), false));
    EXPECT_THROW(named("other"), domain::Refusal);
}

TEST(Authzen, takes_from_the_request_what_an_item_leaves_out)
{
    Evaluation by;
    by.subject = AuthzenSubject{"user", "ann"};
    by.action = AuthzenAction{"view"};
    Evaluation item;
    item.resource = ResourceRef{"client", "acme"};
    item.action = AuthzenAction{"edit"};
    auto const question = question_of(item, by);
    EXPECT_EQ(question.subject->id, "ann");
    EXPECT_EQ(question.action, "edit");
    EXPECT_EQ(question.resource->id, "acme");
    EXPECT_THROW(question_of(Evaluation(), by), domain::Refusal);
    by.subject->type = "robot";
    EXPECT_THROW(question_of(item, by), domain::Refusal);
}

} // namespace
} // namespace gatehouse::authorization
