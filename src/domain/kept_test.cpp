// Keeping in memory: exact, bounded, and nothing where nobody tells of changes.
#include "domain/kept.h"

#include "core/random.h"
#include "domain/changed.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatehouse::domain {
namespace {

class Source final : public ChangeSource {
public:
    bool is_current() noexcept override { return current; }
    bool current = true;
};

class KeptInMemory : public ::testing::Test {
protected:
    KeptInMemory() { kept.changes.follow(source); }

    std::string mint() { return mint_uuid(Instant::from_seconds(1'795'331'109), random); }
    Changes::Moment moment() { return kept.changes.moment().value(); }

    SystemRandom random;
    Source source;
    Kept kept;
    OrganizationId const organization{mint()};
    UserId const ann{mint()};
    SessionId const session{mint()};
    ResourceId const resource{mint()};

    SessionFacts facts()
    {
        SessionFacts made;
        made.session.id = session;
        made.session.organization_id = organization;
        made.session.user_id = ann;
        made.user.id = ann;
        made.user.organization_id = organization;
        return made;
    }
    static std::shared_ptr<SessionFacts const> shared(SessionFacts made)
    {
        return std::make_shared<SessionFacts const>(std::move(made));
    }
    Subject subject()
    {
        return {
            .id = ann,
            .organization_id = organization,
            .role = Role::manager,
            .custom_role_id = CustomRoleId("r"),
            .custom_role_name = "Auditor",
            .by_custom_role = {{.permission_id = "users.view", .cell = "1"}},
            .alone = {{.permission_id = "clients.edit", .cell = "a"}},
        };
    }
    void keep_ann() { kept.people.keep(subject(), {{.type = "client", .id = resource}}, moment()); }
};

TEST_F(KeptInMemory, ASessionIsGivenBackAsItWasRead)
{
    EXPECT_EQ(kept.sessions.find(session), nullptr);
    kept.sessions.keep(shared(facts()), moment());
    auto const found = kept.sessions.find(session);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user.id, ann);
}

TEST_F(KeptInMemory, ASessionEndsWithItselfItsPersonItsOrganizationAndEverything)
{
    auto const again = [&] {
        kept.sessions.keep(shared(facts()), moment());
        return kept.sessions.find(session) != nullptr;
    };
    EXPECT_TRUE(again());
    kept.changes.note(changed(session));
    EXPECT_EQ(kept.sessions.find(session), nullptr);
    EXPECT_TRUE(again());
    kept.changes.note(changed(ann));
    EXPECT_EQ(kept.sessions.find(session), nullptr);
    EXPECT_TRUE(again());
    kept.changes.note(changed(organization));
    EXPECT_EQ(kept.sessions.find(session), nullptr);
    EXPECT_TRUE(again());
    kept.changes.note_all();
    EXPECT_EQ(kept.sessions.find(session), nullptr);
}

TEST_F(KeptInMemory, WhatWasReadBeforeAChangeIsNotKeptAfterIt)
{
    auto const before = moment();
    kept.changes.note(changed(ann));
    kept.sessions.keep(shared(facts()), before);
    EXPECT_EQ(kept.sessions.find(session), nullptr);
    kept.people.keep(subject(), {}, before);
    EXPECT_FALSE(kept.people.subject(ann));
}

TEST_F(KeptInMemory, WhoReadEarlierDoesNotReplaceWhoReadLater)
{
    auto const before = moment();
    kept.changes.note({'u', "somebody else"});
    kept.sessions.keep(shared(facts()), moment());
    auto old = facts();
    old.user.role = Role::owner;
    kept.sessions.keep(shared(old), before);
    EXPECT_EQ(kept.sessions.find(session)->user.role, Role::staff);
}

TEST_F(KeptInMemory, NothingIsUsedWhileTheSourceIsNotCurrent)
{
    kept.sessions.keep(shared(facts()), moment());
    keep_ann();
    kept.resources.keep(resource, {organization, "client"}, moment());
    source.current = false;
    EXPECT_EQ(kept.sessions.find(session), nullptr);
    EXPECT_FALSE(kept.people.subject(ann));
    EXPECT_FALSE(kept.people.is_assigned(ann, "client", resource));
    EXPECT_FALSE(kept.resources.find(resource));
}

TEST_F(KeptInMemory, AUseIsSeenAtOnce)
{
    kept.sessions.keep(shared(facts()), moment());
    auto const now = Instant::from_seconds(1'795'331'109);
    kept.sessions.note_use(session, now);
    EXPECT_EQ(kept.sessions.find(session)->session.last_seen_at, now);
}

TEST_F(KeptInMemory, AnImpersonationEndsWithWhateverItsImpersonatorHangsOn)
{
    SessionFacts by;
    by.session.id = SessionId(mint());
    by.user.id = UserId(mint());
    by.user.organization_id = OrganizationId(mint());
    auto acting = facts();
    acting.session.impersonation = Impersonation{.by = by.user.id, .from = by.session.id};
    kept.sessions.keep(shared(acting), moment());
    EXPECT_EQ(kept.sessions.find(session), nullptr); // whom it lives from is not there
    acting.impersonator = shared(by);
    for (auto const& thing :
         {changed(by.session.id),
          changed(by.user.id),
          changed(by.user.organization_id),
          changed_rules_of(by.user.organization_id),
          changed(session),
          changed(ann)}) {
        kept.sessions.keep(shared(acting), moment());
        EXPECT_NE(kept.sessions.find(session), nullptr);
        kept.changes.note(thing);
        EXPECT_EQ(kept.sessions.find(session), nullptr) << thing.kind;
    }
}

TEST_F(KeptInMemory, SessionsAreBounded)
{
    KeptSessions few(kept.changes, 160);
    for (int each = 0; each < 1000; ++each) {
        auto one = facts();
        one.session.id = SessionId(mint());
        few.keep(shared(one), moment());
        EXPECT_TRUE(few.find(one.session.id));
    }
    EXPECT_LE(few.size(), 160U);
}

TEST_F(KeptInMemory, APersonIsGivenBackWithAllTheyHold)
{
    keep_ann();
    auto const found = kept.people.subject(ann);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->organization_id, organization);
    EXPECT_EQ(found->role, Role::manager);
    EXPECT_EQ(found->status, UserStatus::active);
    EXPECT_EQ(found->custom_role_name, "Auditor");
    ASSERT_EQ(found->by_custom_role.size(), 1U);
    EXPECT_EQ(found->by_custom_role[0].permission_id, "users.view");
    ASSERT_EQ(found->alone.size(), 1U);
    EXPECT_EQ(found->alone[0].cell, "a");
}

TEST_F(KeptInMemory, AssignmentsAreKnownWholeOrNotAtAll)
{
    keep_ann();
    EXPECT_EQ(kept.people.is_assigned(ann, "client", resource), true);
    EXPECT_EQ(kept.people.is_assigned(ann, "workflow", resource), false);
    EXPECT_EQ(kept.people.is_assigned(ann, "client", ResourceId(mint())), false);
    EXPECT_EQ(kept.people.is_assigned(UserId(mint()), "client", resource), std::nullopt);
    EXPECT_EQ(kept.people.is_assigned(ann, "client", ResourceId("no uuid")), std::nullopt);

    std::vector<AssignedRow> many;
    for (std::size_t each = 0; each <= kept.people.bounds().rows_of_one; ++each)
        many.push_back({.type = "client", .id = ResourceId(mint())});
    kept.people.keep(subject(), many, moment());
    EXPECT_TRUE(kept.people.subject(ann));
    EXPECT_EQ(kept.people.is_assigned(ann, "client", many.front().id), std::nullopt);
}

TEST_F(KeptInMemory, APersonEndsWithThemselvesTheirOrganizationAndEverything)
{
    keep_ann();
    kept.changes.note(changed(ann));
    EXPECT_FALSE(kept.people.subject(ann));
    EXPECT_EQ(kept.people.is_assigned(ann, "client", resource), std::nullopt);
    keep_ann();
    kept.changes.note(changed(organization));
    EXPECT_FALSE(kept.people.subject(ann));
    keep_ann();
    EXPECT_TRUE(kept.people.subject(ann));
}

TEST_F(KeptInMemory, WhoseIdIsNoUuidIsNotKept)
{
    auto odd = subject();
    odd.id = UserId("ann");
    kept.people.keep(odd, {}, moment());
    EXPECT_FALSE(kept.people.subject(odd.id));
    EXPECT_EQ(kept.people.size(), 0U);
}

TEST_F(KeptInMemory, PeopleAndTheirAssignmentsAreBounded)
{
    KeptPeople few(kept.changes, {.people = 160, .rows = 320, .rows_of_one = 10});
    for (int each = 0; each < 2000; ++each) {
        auto one = subject();
        one.id = UserId(mint());
        few.keep(
            one,
            {{.type = "client", .id = ResourceId(mint())}, {.type = "client", .id = resource}},
            moment()
        );
        EXPECT_EQ(few.is_assigned(one.id, "client", resource), true);
    }
    EXPECT_LE(few.size(), 160U);
}

TEST_F(KeptInMemory, AResourceIsKeptWithItsPlaceUntilThatChanges)
{
    kept.resources.keep(resource, {organization, "client"}, moment());
    auto const found = kept.resources.find(resource);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->organization_id, organization);
    EXPECT_EQ(found->type, "client");
    kept.changes.note(changed(resource));
    EXPECT_FALSE(kept.resources.find(resource));
    kept.resources.keep(resource, {organization, "client"}, moment());
    kept.changes.note(changed(organization));
    EXPECT_FALSE(kept.resources.find(resource));
}

} // namespace
} // namespace gatehouse::domain
