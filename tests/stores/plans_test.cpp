// Nothing that people wait for reads whole tables: the plans of the very statements that the stores
// send, on PostgreSQL with tens of thousands of rows.
#include "domain/access_evidence.h"
#include "domain/audit_log.h"
#include "domain/directory.h"
#include "domain/evidence.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/one_time_tokens.h"
#include "domain/resources.h"
#include "domain/retention.h"
#include "domain/seals.h"
#include "domain/session_history.h"
#include "domain/session_list.h"
#include "domain/sessions.h"
#include "domain/step_up_challenges.h"
#include "storage/sql/notifications.h"
#include "storage/sql/person_data.h"
#include "storage/sql/stores.h"
#include "stores/postgres_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::CanonicalAddress;
using domain::MemberFilter;
using domain::MemberSort;
using domain::MemberWindow;
using domain::OrganizationId;
using domain::SessionId;
using domain::UserId;

struct Sent {
    std::string text;
    sql::Scope scope;
    sql::Values values;
};

// Passes statements on, and keeps what was sent.
class Recording final : public sql::Connection {
public:
    explicit Recording(sql::Connection& inner)
        : inner_(inner)
    {
    }
    Async<sql::Rows>
    query(sql::Statement const& statement, sql::Scope scope, sql::Values values) override
    {
        keep(statement, scope, values);
        return inner_.query(statement, std::move(scope), std::move(values));
    }
    void later(sql::Statement const& statement, sql::Scope scope, sql::Values values) override
    {
        keep(statement, scope, values);
        inner_.later(statement, std::move(scope), std::move(values));
    }
    sql::Dialect dialect() const noexcept override { return inner_.dialect(); }

    std::vector<Sent> sent;

private:
    void keep(sql::Statement const& statement, sql::Scope const& scope, sql::Values const& values)
    {
        sent.push_back({statement.text(sql::Dialect::postgres), scope, values});
    }
    sql::Connection& inner_;
};

struct Quoted { // as a literal that takes the type of its parameter
    std::string operator()(sql::Null) const { return "NULL"; }
    std::string operator()(bool value) const { return value ? "'t'" : "'f'"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return std::to_string(value); }
    std::string operator()(std::string const& text) const { return "'" + text + "'"; }
    std::string operator()(Instant at) const { return "'" + to_text(at) + "'"; }
    std::string operator()(sql::Bytes const&) const { throw std::logic_error("bytes"); }
    std::string operator()(sql::TextList const& list) const // of plain words
    {
        std::string all;
        for (auto const& text : list.texts())
            all += (all.empty() ? "" : ",") + text;
        return "'{" + all + "}'";
    }
};

class Plans : public PostgresFixture {
protected:
    void SetUp() override
    {
        PostgresFixture::SetUp();
        // 2,000 organizations of 20, and one of 5,000.
        store_->run("INSERT INTO organizations (id, name) SELECT 'o' || n, 'House ' || n "
                    "FROM generate_series(0, 2000) n");
        store_->run("INSERT INTO users (id, organization_id, email, role, created_at) "
                    "SELECT 'u' || n, 'o' || CASE WHEN n < 40000 THEN 1 + n % 2000 ELSE 0 END, "
                    "'User' || n || '@suite.example', "
                    "(CASE WHEN n % 20 = 0 THEN 'owner' ELSE 'staff' END)::auth.user_role, "
                    "now() - n * interval '1 second' FROM generate_series(0, 44999) n");
        store_->run("INSERT INTO sessions (id, organization_id, user_id) "
                    "SELECT 's' || n, 'o' || (1 + n % 2000), 'u' || n FROM "
                    "generate_series(0, 39999) n");
        store_->run("INSERT INTO ip_rules (organization_id, action, network) SELECT 'o' || (n % "
                    "2000), 'deny', '10.0.' || (n / 2000) || '.0/24' FROM "
                    "generate_series(0, 9999) n");
        store_->run("ANALYZE");
        work_ = begin();
        recording_.emplace(work_->connection());
    }
    void TearDown() override
    {
        work_.reset();
        PostgresFixture::TearDown();
    }

    std::string plan_of(Sent const& sent)
    {
        std::string arguments;
        for (auto const& value : sent.values.all())
            arguments += (arguments.empty() ? "" : ", ") + std::visit(Quoted(), value);
        // As the server plans it: behind row-level security, within the scope it is sent with.
        store_->run("SET ROLE gatehouse_app");
        store_->query(
            "SELECT set_config('app.organization_id', $1, false)",
            sql::values(sent.scope.organization_id())
        );
        store_->run("PREPARE planned AS " + sent.text);
        auto const call = arguments.empty() ? "planned" : "planned(" + arguments + ")";
        std::string plan;
        for (auto const row : store_->query("EXPLAIN EXECUTE " + call))
            plan += row.text(0) + "\n";
        store_->run("DEALLOCATE planned; RESET ROLE");
        return plan;
    }
    // Both for the values at hand and for any: prepared statements end up with either.
    void expect_indexed()
    {
        ASSERT_FALSE(recording_->sent.empty());
        for (auto const* const mode : {"force_custom_plan", "force_generic_plan"}) {
            store_->run(std::string("SET plan_cache_mode = ") + mode);
            for (auto const& sent : recording_->sent) {
                auto const plan = plan_of(sent);
                for (auto const* const table :
                     {"users",
                      "organizations",
                      "sessions",
                      "resources",
                      "assignments",
                      "ip_rules",
                      "audit_ledger",
                      "access_reviews",
                      "access_review_items",
                      "notifications",
                      "one_time_tokens",
                      "step_up_challenges"})
                    EXPECT_EQ(plan.find(std::string("Seq Scan on ") + table), std::string::npos)
                        << mode << "\n"
                        << sent.text << "\n"
                        << plan;
            }
        }
    }

    // Each page comes from the index as it is, whatever lies behind it.
    void expect_unsorted(std::size_t statements)
    {
        for (auto const* const mode : {"force_custom_plan", "force_generic_plan"}) {
            store_->run(std::string("SET plan_cache_mode = ") + mode);
            for (std::size_t at = 0; at < statements; ++at) {
                auto const plan = plan_of(recording_->sent.at(at));
                EXPECT_NE(plan.find("ROW(created_at, id)"), std::string::npos) << plan;
                EXPECT_NE(plan.find("audit_ledger_moment_idx"), std::string::npos) << plan;
                EXPECT_EQ(plan.find("Sort"), std::string::npos) << plan;
            }
        }
    }

    std::unique_ptr<sql::Transaction> work_;
    std::optional<Recording> recording_;
};
INSTANTIATE_ON_POSTGRES(Plans);

TEST_P(Plans, AStatementWithoutAnIndexIsSeenHere)
{
    Sent const bad{
        "SELECT id FROM users WHERE first_name = $1", sql::Scope::directory(), sql::values("Ann")
    };
    EXPECT_NE(plan_of(bad).find("Seq Scan on users"), std::string::npos);
}

TEST_P(Plans, ARefreshReadsItsOwnTokenAndSession)
{
    store_->run(
        "INSERT INTO refresh_tokens (id, organization_id, user_id, session_id, token_hash, "
        "family_id, issued_at, expires_at) SELECT 't' || n, 'o' || (1 + n % 2000), 'u' || n, "
        "'s' || n, 'digest ' || n, 't' || n, now(), now() FROM generate_series(0, 39999) n"
    );
    store_->run("ANALYZE refresh_tokens");
    auto const directory = sql::make_directory(*recording_);
    (void)run(directory->refreshing(domain::TokenDigest("digest 7")));
    expect_indexed();
    for (auto const* const mode : {"force_custom_plan", "force_generic_plan"}) {
        store_->run(std::string("SET plan_cache_mode = ") + mode);
        auto const plan = plan_of(recording_->sent.front());
        EXPECT_EQ(plan.find("Seq Scan on refresh_tokens"), std::string::npos) << plan;
    }
}

TEST_P(Plans, WhatOthersSignedLatelyIsReadAlone)
{
    store_->run(
        "INSERT INTO audit_checkpoints (organization_id, chain_seq, head_hash, batch_root, kid, "
        "signature, created_at, first_at, last_at) SELECT 'o' || n % 2000, n, "
        "decode(repeat('ab', 32), 'hex'), decode(repeat('ab', 32), 'hex'), 'k', '', now() - n * "
        "interval '1 minute', now(), now() FROM generate_series(1, 40000) n"
    );
    store_->run("ANALYZE audit_checkpoints");
    auto const seals = sql::make_seals(*recording_);
    auto const now = store_->query("SELECT now()").front().instant(0);
    (void)run(seals->ends_signed_behind(now, "", 0, 500));
    for (auto const* const mode : {"force_custom_plan", "force_generic_plan"}) {
        store_->run(std::string("SET plan_cache_mode = ") + mode);
        auto const plan = plan_of(recording_->sent.front());
        EXPECT_NE(plan.find("audit_checkpoints_created_idx"), std::string::npos) << plan;
        EXPECT_EQ(plan.find("Sort"), std::string::npos) << plan;
    }
}

TEST_P(Plans, AVerifierReadsItsPageAndNoWholeTable)
{
    store_->run(
        "INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, "
        "pii_commitment) SELECT 'o' || n % 3, now(), 'LOGIN_SUCCESS', 'success', '\\x00' "
        "FROM generate_series(0, 59999) n;"
        "INSERT INTO audit_seals (organization_id, chain_seq, ledger_id, prev_hash, row_hash) "
        "SELECT organization_id, id, id, sha256('a'), sha256('a') FROM audit_ledger;"
        "INSERT INTO audit_seals VALUES ('o1', 70000, -7, sha256('a'), sha256('a'));"
        "DELETE FROM audit_unsealed; ANALYZE audit_ledger, audit_seals, audit_unsealed"
    );
    auto const ledger = sql::make_sealed_ledger(*recording_);
    EXPECT_EQ(run(ledger->organizations()).size(), 3U);
    OrganizationId const organization("o1");
    auto const stretch = run(ledger->stretch(organization, 0, 1000));
    EXPECT_EQ(stretch.rows, 1000);
    EXPECT_EQ(stretch.known, 1000);
    EXPECT_FALSE(run(ledger->stranger(organization, 0, stretch.last)));
    EXPECT_FALSE(run(ledger->sealed_below(organization, 0)));
    EXPECT_EQ(run(ledger->rows(organization, 0, 60000, 5000)).size(), 5000U);
    auto const sent = recording_->sent.size();
    EXPECT_GT(run(ledger->rows(organization, 59000, 80000, 500)).size(), 300U);
    EXPECT_EQ(recording_->sent.size(), sent + 3) << "the third names rows far from the others";
    expect_indexed();
    for (auto const& sent : recording_->sent)
        EXPECT_EQ(plan_of(sent).find("Seq Scan on audit_seals"), std::string::npos) << sent.text;
}

TEST_P(Plans, ListsOfMembersReadTheirOrganizationAlone)
{
    auto const members = sql::make_members(*recording_);
    MemberFilter const nobody_in_particular;
    MemberFilter const some{
        .role = domain::Role::staff, .status = domain::UserStatus::active, .search = "user4"
    };
    for (auto const* const where : {"o7", "o0"})
        for (auto const& filter : {nobody_in_particular, some}) {
            OrganizationId const organization(where);
            for (auto const sort :
                 {MemberSort::created_at,
                  MemberSort::email,
                  MemberSort::first_name,
                  MemberSort::last_name})
                for (bool const descending : {false, true}) {
                    MemberWindow const window{
                        .sort = sort, .descending = descending, .limit = 10, .offset = 10
                    };
                    auto const page = run(members->list(organization, filter, window));
                    EXPECT_EQ(page.empty(), where == std::string("o7") && filter.role);
                }
            run(members->count(organization, filter));
            run(members->among(organization, {UserId("u1"), UserId("nobody")}));
            for (auto const sort :
                 {MemberSort::created_at,
                  MemberSort::email,
                  MemberSort::first_name,
                  MemberSort::last_name})
                for (bool const descending : {false, true}) {
                    domain::MemberWalk walk{.sort = sort, .descending = descending, .limit = 5};
                    auto const batch = run(members->walk(organization, filter, walk));
                    walk.after = batch.next;
                    if (walk.after)
                        run(members->walk(organization, filter, walk));
                }
        }
    expect_indexed();
}

TEST_P(Plans, APageInTheUsualOrderComesFromTheIndexUnsorted)
{
    auto const members = sql::make_members(*recording_);
    for (auto const sort : {MemberSort::created_at, MemberSort::email})
        for (bool const descending : {false, true})
            run(members->list(
                OrganizationId("o0"),
                MemberFilter(),
                {.sort = sort, .descending = descending, .limit = 100, .offset = 300}
            ));
    for (auto const& sent : recording_->sent) {
        auto const plan = plan_of(sent);
        EXPECT_EQ(plan.find("Sort"), std::string::npos) << sent.text << "\n" << plan;
    }
}

TEST_P(Plans, PeopleAreFoundByAddressAndById)
{
    auto const members = sql::make_members(*recording_);
    auto const directory = sql::make_directory(*recording_);
    auto const users = sql::make_users(*recording_);
    auto const organizations = sql::make_organizations(*recording_);
    CanonicalAddress const address("user77@suite.example");
    OrganizationId const home("o78");
    UserId const user("u77");
    EXPECT_TRUE(run(members->find_by_address(home, address)));
    EXPECT_EQ(run(members->active_owners_beside(home, user)), 0);
    EXPECT_EQ(run(directory->live_users(address, 8)).size(), 1U);
    EXPECT_TRUE(run(directory->address_is_in_use(address, UserId("u1"))));
    run(directory->address_is_taken(address, Instant()));
    run(directory->purge_unproven(address, Instant()));
    EXPECT_TRUE(run(directory->organization(home)));
    EXPECT_TRUE(run(directory->live_user(user)));
    EXPECT_TRUE(run(directory->session(SessionId("s77"))));
    EXPECT_TRUE(run(users->find(home, user)));
    EXPECT_TRUE(run(organizations->find(home)));
    expect_indexed();
}

// Nothing about a row of another organization is asked where the organization is known.
TEST_P(Plans, AQuestionAboutARowLooksIntoItsOrganizationAlone)
{
    store_->run("INSERT INTO resources (id, organization_id, type, name) SELECT 'r' || n, "
                "'o' || (1 + n % 2000), 'client', 'Client' FROM generate_series(0, 9999) n;"
                "INSERT INTO assignments (organization_id, resource_type, resource_id, user_id) "
                "SELECT organization_id, type, id, 'u' || substr(id, 2) FROM resources; ANALYZE");
    auto const resources = sql::make_resources(*recording_);
    OrganizationId const home("o78");
    domain::ResourceId const there("r77");
    auto const facts = run(resources->facts(home, there, UserId("u77")));
    EXPECT_TRUE(facts && facts->type == "client" && facts->assigned);
    auto const of_another = run(resources->facts(home, there, UserId("u2077")));
    EXPECT_TRUE(of_another && !of_another->assigned);
    EXPECT_FALSE(run(resources->facts(home, domain::ResourceId("r78"), UserId("u77"))));
    for (auto const& sent : recording_->sent)
        EXPECT_EQ(sent.scope, sql::Scope::organization(home)) << sent.text;
    expect_indexed();
}

TEST_P(Plans, TheSessionsOfAnOrganizationComeInTheirOrderFromTheIndex)
{
    auto const sessions = sql::make_session_list(*recording_);
    OrganizationId const home("o78");
    auto const now = Instant::from_milliseconds(1'795'331'109'123);
    for (bool const oldest_first : {false, true}) {
        domain::SessionWindow const window{.oldest_first = oldest_first, .limit = 5, .offset = 2};
        EXPECT_EQ(run(sessions->list(home, {.search = "suite"}, window, now)).size(), 5U);
        run(sessions->list(home, {.user = UserId("u77")}, window, now));
    }
    run(sessions->count(home, {.wanted = domain::SessionsWanted::all}, now, 1000));
    EXPECT_TRUE(run(sessions->end_one(home, UserId("u77"), SessionId("s77"), {UserId("u1"), now})));
    EXPECT_EQ(run(sessions->end_all_of(home, UserId("u2077"), {UserId("u1"), now})), 1);
    expect_indexed();
}

TEST_P(Plans, TheLedgerOfAnOrganizationIsReadByItsPeriod)
{
    store_->run("INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, "
                "pii_commitment) SELECT 'o' || (1 + n % 200), now() - n * interval '1 minute', "
                "'LOGIN_SUCCESS', 'success', '\\x00' FROM generate_series(0, 49999) n; ANALYZE");
    auto const log = sql::make_audit_log(*recording_);
    OrganizationId const home("o78");
    domain::AuditFilter filter;
    filter.to = Instant::from_milliseconds(4'000'000'000'000);
    for (bool const oldest_first : {false, true}) {
        domain::AuditWindow const window{.oldest_first = oldest_first, .limit = 10, .offset = 5};
        EXPECT_EQ(run(log->list(home, filter, window)).size(), 10U);
    }
    EXPECT_EQ(run(log->count(home, filter)), 250);
    EXPECT_EQ(run(log->tally(home, filter.from, filter.to)).size(), 1U);
    EXPECT_FALSE(run(log->days(home, filter.from, filter.to)).empty());
    EXPECT_FALSE(run(log->find(home, 1)));
    UserId const nobody("nobody");
    auto const changed = domain::Event::email_changed;
    EXPECT_FALSE(run(log->has_happened(home, nobody, changed, filter.from)));
    expect_indexed();
}

TEST_P(Plans, AccessIsReadByItsOrganization)
{
    store_->run(
        "INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, user_id, "
        "pii_commitment) SELECT 'o' || (1 + n % 2000), now() - n * interval '1 minute', "
        "CASE WHEN n % 50 = 0 THEN 'ROLE_CHANGED' ELSE 'LOGIN_SUCCESS' END, 'success', "
        "'u' || n % 40000, '\\x00' FROM generate_series(0, 99999) n;"
        "INSERT INTO access_reviews (id, organization_id, name, created_by, created_at) "
        "SELECT 'v' || n, 'o' || n, 'Review', 'u', now() FROM generate_series(0, 1999) n;"
        "INSERT INTO access_review_items (organization_id, review_id, user_id, role, status, "
        "permissions) SELECT 'o' || (1 + n % 1999), 'v' || (1 + n % 1999), 'u' || n, 'staff', "
        "'active', '' FROM generate_series(0, 39999) n; ANALYZE"
    );
    auto const evidence = sql::make_evidence(*recording_);
    auto& access = evidence->access();
    OrganizationId const home("o78");
    auto const now = store_->query("SELECT now()").front().instant(0);
    EXPECT_EQ(run(access.people(home, now, "", 100)).size(), 20U);
    run(access.changes_of_roles(home, now));
    EXPECT_EQ(run(access.reviews().count(home)), 1);
    EXPECT_EQ(run(access.reviews().count_open(home)), 1);
    EXPECT_TRUE(run(access.reviews().find(home, "v78")));
    EXPECT_EQ(run(access.reviews().list(home, 10, 0)).size(), 1U);
    EXPECT_FALSE(run(access.reviews().items(home, "v78", "", 100)).empty());
    EXPECT_TRUE(run(access.reviews().home_of("v78")));
    EXPECT_FALSE(run(access.reviews().sign_off(home, "v78", "u1", now)));
    run(access.changes_of_people(home, now, {"u77", "u2077"}));
    expect_indexed();
}

// Changes of roles, and who came and went, are found among everything else that an organization
// did.
TEST_P(Plans, PastAccessIsReadFromTheFewRowsThatTellIt)
{
    store_->run(
        "INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, user_id, "
        "actor_id, resource, resource_id, details, pii_commitment) SELECT 'o0', now() - n * "
        "interval '1 minute', CASE WHEN n % 1000 = 0 THEN 'PERMISSION_CHANGED' WHEN n % 1000 = 1 "
        "THEN 'USER_DELETED' WHEN n % 1000 = 2 THEN 'ORGANIZATION_TRANSFERRED' ELSE "
        "'LOGIN_SUCCESS' END, 'success', CASE WHEN n % 1000 = 1 THEN 'gone' || n ELSE 'u' || "
        "(40000 + n % 5000) END, 'u' || (40000 + n % 5000), CASE WHEN n % 1000 = 0 THEN 'role' "
        "END, 'r' || n, '{\"newValue\":\"clients.view=1\"}', '\\x00' "
        "FROM generate_series(0, 99999) n; ANALYZE"
    );
    auto const evidence = sql::make_evidence(*recording_);
    auto& access = evidence->access();
    OrganizationId const home("o0");
    auto const now = store_->query("SELECT now()").front().instant(0);
    EXPECT_EQ(run(access.changes_of_roles(home, now)).size(), 100U);
    auto const people = run(access.people(home, now - 1h, "", 10'000));
    EXPECT_EQ(people.size(), 5001U) << "and who left a minute ago, whom nothing named before";
    run(access.changes_of_people(home, now, {"u40002", "gone1"}));
    expect_indexed();
    auto const uses = [&](std::size_t statement, char const* index) {
        auto const plan = plan_of(recording_->sent.at(statement));
        EXPECT_NE(plan.find(index), std::string::npos) << plan;
    };
    uses(0, "audit_ledger_roles_idx");
    uses(1, "audit_ledger_members_idx");
    uses(2, "audit_ledger_transfers_idx");
}

// However long a period is, each portion of it begins where the one before has ended.
TEST_P(Plans, EvidenceIsReadByItsOrganizationAndPeriod)
{
    store_->run("INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, "
                "pii_commitment) SELECT CASE WHEN n % 2 = 0 THEN 'o0' ELSE 'o' || n % 2000 END, "
                "now() - n * interval '1 minute', 'LOGIN_SUCCESS', 'success', '\\x00' "
                "FROM generate_series(0, 99999) n; ANALYZE");
    auto const evidence = sql::make_evidence(*recording_);
    auto const until = Instant::from_milliseconds(4'000'000'000'000);
    domain::EvidenceScope const all{OrganizationId("o0"), Instant(), until};
    auto const some = run(evidence->ledger(all, {}, {}, 100));
    ASSERT_EQ(some.size(), 100U);
    domain::EvidenceMark const behind{some.back().at, some.back().id};
    EXPECT_EQ(run(evidence->ledger(all, {}, behind, 100)).size(), 100U);
    expect_unsorted(2);
    domain::EvidenceScope const few{OrganizationId("o78"), Instant(), until};
    run(evidence->tally(few));
    EXPECT_EQ(run(evidence->sessions(few, "", 100)).size(), 20U);
    run(evidence->refresh_tokens(few, "", 100));
    expect_indexed();
}

TEST_P(Plans, WhatWasSaidOfControlsIsFoundAmongManyRowsOfNobody)
{
    store_->run("INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, "
                "resource, resource_id, pii_commitment) SELECT 'system', now() - n * interval '1 "
                "minute', CASE WHEN n % 5000 = 0 THEN 'CONTROL_DEGRADED' ELSE 'LOGIN_FAILURE' END, "
                "'failure', 'control', 'c' || n % 2, '\\x00' FROM generate_series(0, 49999) n; "
                "ANALYZE");
    auto const log = sql::make_audit_log(*recording_);
    auto const told = run(log->controls_told());
    ASSERT_EQ(told.size(), 1U);
    EXPECT_FALSE(told.at("c0").works);
    expect_indexed();
    auto const plan = plan_of(recording_->sent.front());
    EXPECT_NE(plan.find("audit_ledger_event_idx"), std::string::npos) << plan;
}

TEST_P(Plans, WhatOnePersonWasToldIsFoundByItsIndex)
{
    store_->run("INSERT INTO notifications (organization_id, user_id, kind, cleared_at) SELECT "
                "'o' || (1 + n % 2000), 'u' || n % 40000, 'export', "
                "CASE WHEN n % 3 = 0 THEN now() END FROM generate_series(0, 99999) n; ANALYZE");
    auto const notifications = sql::make_notifications(*recording_);
    OrganizationId const home("o78");
    UserId const user("u77");
    EXPECT_EQ(run(notifications->list(home, user, 10, 0)).size(), 2U);
    EXPECT_EQ(run(notifications->count(home, user)), 2);
    EXPECT_EQ(run(notifications->clear(home, user, Instant())), 2);
    EXPECT_EQ(run(notifications->count(home, user)), 0);
    run(notifications->add(home, user, domain::NotificationKind::assignment, {}, Instant()));
    EXPECT_EQ(run(notifications->count(home, user)), 1);
    expect_indexed();
}

TEST_P(Plans, WhatHasEndedIsFoundByWhenItEnded)
{
    store_->run(
        "INSERT INTO notifications (organization_id, user_id, kind, created_at, cleared_at) SELECT "
        "'o' || (1 + n % 2000), 'u' || n % 40000, 'export', now() - n * interval '1 minute', "
        "CASE WHEN n % 3 = 0 THEN now() - n * interval '1 minute' END "
        "FROM generate_series(0, 99999) n;"
        "INSERT INTO one_time_tokens (organization_id, user_id, purpose, token_hash, expires_at, "
        "created_at) SELECT 'o' || (1 + n % 2000), 'u' || n % 40000, 'deny_sign_in', 'h' || n, "
        "now() - n * interval '1 minute', now() - n * interval '1 minute' "
        "FROM generate_series(0, 99999) n;"
        "INSERT INTO step_up_challenges (organization_id, user_id, purpose, method, expires_at, "
        "created_at) SELECT 'o' || (1 + n % 2000), 'u' || n % 40000, 'data_export', 'totp', "
        "now() - n * interval '1 minute', now() - n * interval '1 minute' "
        "FROM generate_series(0, 99999) n; ANALYZE"
    );
    auto const now = store_->query("SELECT now()").front().instant(0);
    auto const before = now - 24h * 60;
    auto const retention = sql::make_retention(*recording_);
    for (auto const kind :
         {domain::Ended::cleared_notifications,
          domain::Ended::notifications,
          domain::Ended::one_time_tokens,
          domain::Ended::step_up_challenges})
        EXPECT_EQ(run(retention->remove(kind, before, 1000)), 1000) << domain::table_of(kind);
    for (auto const kind : domain::everything_that_ends())
        run(retention->remove(kind, before, 1000));
    run(retention->settings(OrganizationId("o78")));
    run(retention->holds(OrganizationId("o78")));
    run(retention->is_held(OrganizationId("o78"), UserId("u77")));
    expect_indexed();
}

TEST_P(Plans, WhatOnePersonSignedInWithIsFoundByItsIndex)
{
    auto const sessions = sql::make_sessions(*recording_);
    OrganizationId const home("o78");
    UserId const user("u77");
    auto const seen = run(sessions->seen(home, user, "device"));
    EXPECT_TRUE(seen.anywhere && !seen.device);
    EXPECT_FALSE(run(sessions->impersonating(home, SessionId("s77"), Instant())));
    EXPECT_EQ(run(sessions->live_of(home, user, Instant())).size(), 1U);
    run(sessions->disown(home, user, "device", Instant()));
    EXPECT_EQ(run(sessions->count_live(home, user, Instant())), 1);
    expect_indexed();
}

// Past its deadline nobody would be scored: however many sessions there were, it reads a dozen.
TEST_P(Plans, AScoreReadsTheLastSessionsFromTheirIndex)
{
    store_->run(
        "INSERT INTO sessions (id, organization_id, user_id, created_at, expires_at, logged_out_at)"
        " SELECT 'often' || n, 'o78', 'u77', now() - n * interval '1 minute', "
        "now() - (n - 5) * interval '1 minute', CASE WHEN n % 2 = 0 THEN now() END "
        "FROM generate_series(1, 3000) n; ANALYZE"
    );
    auto const now = store_->query("SELECT now()").front().instant(0);
    auto const history = sql::make_session_history(*recording_);
    auto const found = run(history->of(OrganizationId("o78"), UserId("u77"), 1, now));
    EXPECT_EQ(found.sessions.size(), 12U);
    EXPECT_EQ(found.live, 3) << "two that still run, and the one that everybody has here";
    expect_indexed();
    store_->run("SET plan_cache_mode = force_generic_plan");
    auto const plan = plan_of(recording_->sent.front());
    EXPECT_NE(plan.find("sessions_of_person_idx"), std::string::npos) << plan;
    EXPECT_NE(plan.find("sessions_live_of_person_idx"), std::string::npos) << plan;
}

class PlansOfResources : public Plans {
protected:
    static constexpr char const* big = "o0"; // 20,000 clients, of which every 1,000th is assigned

    void SetUp() override
    {
        Plans::SetUp();
        store_->run("INSERT INTO resources (id, organization_id, type, name, created_at) SELECT "
                    "'r' || n, 'o0', CASE WHEN n % 10 = 0 THEN 'workflow' ELSE 'client' END, "
                    "'Client ' || n, now() - n * interval '1 second' "
                    "FROM generate_series(0, 19999) n;"
                    "INSERT INTO assignments (organization_id, resource_type, resource_id, "
                    "user_id, created_at) SELECT 'o0', type, id, "
                    "'u' || (40000 + CAST(substr(id, 2) AS integer) % 1000), created_at "
                    "FROM resources; ANALYZE");
    }
    void expect_no_sort()
    {
        for (auto const* const mode : {"force_custom_plan", "force_generic_plan"}) {
            store_->run(std::string("SET plan_cache_mode = ") + mode);
            for (auto const& sent : recording_->sent) {
                auto const plan = plan_of(sent);
                EXPECT_EQ(plan.find("Sort"), std::string::npos) << sent.text << "\n" << plan;
            }
        }
    }
    // Each begins at the assignments of the one person, and none reads the whole type.
    void expect_begins_at(char const* index)
    {
        for (auto const* const mode : {"force_custom_plan", "force_generic_plan"}) {
            store_->run(std::string("SET plan_cache_mode = ") + mode);
            for (auto const& sent : recording_->sent) {
                auto const plan = plan_of(sent);
                EXPECT_NE(plan.find(index), std::string::npos) << sent.text << "\n" << plan;
                for (auto const* const whole : {"resources_created_idx", "resources_name_idx"})
                    EXPECT_EQ(plan.find(whole), std::string::npos) << sent.text << "\n" << plan;
            }
        }
    }
};
INSTANTIATE_ON_POSTGRES(PlansOfResources);

TEST_P(PlansOfResources, WhatIsAssignedIsFoundByItsAssignments)
{
    auto const resources = sql::make_resources(*recording_);
    OrganizationId const home(big);
    domain::ResourceFilter const mine{.type = "client", .assigned_to = UserId("u40007")};
    EXPECT_EQ(run(resources->count(home, mine)), 20);
    for (auto const sort : {domain::ResourceSort::created_at, domain::ResourceSort::name})
        for (bool const descending : {false, true}) {
            domain::ResourceWindow const window{
                .sort = sort, .descending = descending, .limit = 10, .offset = 10
            };
            EXPECT_EQ(run(resources->list(home, mine, window)).size(), 10U);
        }
    expect_indexed();
    expect_begins_at("assignments_user_idx");
}

TEST_P(PlansOfResources, AllOfATypeComeInTheirOrderFromTheIndex)
{
    auto const resources = sql::make_resources(*recording_);
    domain::ResourceFilter const all{.type = "client"};
    for (auto const sort : {domain::ResourceSort::created_at, domain::ResourceSort::name})
        for (bool const descending : {false, true})
            run(resources->list(
                OrganizationId(big),
                all,
                {.sort = sort, .descending = descending, .limit = 10, .offset = 10}
            ));
    expect_indexed();
}

TEST_P(PlansOfResources, AssignmentsAreListedFromAnIndex)
{
    auto const assignments = sql::make_assignments(*recording_);
    OrganizationId const home(big);
    run(assignments->list(home, {}, 10, 100));
    run(assignments->list(home, {.resource_type = "client"}, 10, 100));
    expect_no_sort();
    UserId const user("u40007");
    domain::ResourceId const resource("r7");
    EXPECT_EQ(run(assignments->list(home, {.user_id = user}, 100, 0)).size(), 20U);
    for (domain::AssignmentFilter const& filter : std::vector<domain::AssignmentFilter>{
             {.resource_type = "client", .user_id = user},
             {.resource_id = resource},
             {.resource_id = resource, .user_id = user},
             {.resource_type = "client", .resource_id = resource},
             {.resource_type = "client", .resource_id = resource, .user_id = user}
         }) {
        EXPECT_FALSE(run(assignments->list(home, filter, 10, 0)).empty());
        EXPECT_GT(run(assignments->count(home, filter)), 0);
    }
    expect_indexed();
}

TEST_P(Plans, ListsOfOperatorsBeginBehindAnIdWithoutSorting)
{
    auto const directory = sql::make_directory(*recording_);
    OrganizationId const home("o78");
    EXPECT_EQ(run(directory->organizations_behind(home, 3)).size(), 3U);
    EXPECT_EQ(run(directory->people_behind(std::nullopt, UserId("u77"), 3)).size(), 3U);
    EXPECT_FALSE(run(directory->people_behind(home, UserId(""), 3)).empty());
    expect_indexed();
    for (auto const& sent : recording_->sent) {
        auto const plan = plan_of(sent);
        EXPECT_EQ(plan.find("Sort"), std::string::npos) << sent.text << "\n" << plan;
    }
}

TEST_P(Plans, ChangesTouchNoMoreThanTheyMust)
{
    auto const members = sql::make_members(*recording_);
    auto const organizations = sql::make_organizations(*recording_);
    OrganizationId const home("o78");
    UserId const user("u77");
    auto const now = Instant::from_milliseconds(1'795'331'109'123);
    domain::ProfileChange const change{.first_name = "Ann"};
    EXPECT_TRUE(run(members->change(home, user, change, now)));
    EXPECT_TRUE(run(members->change_role(home, user, domain::Role::admin, now)));
    EXPECT_TRUE(run(members->change_status(home, user, domain::UserStatus::suspended, now)));
    EXPECT_FALSE(run(members->confirm_address(home, user, "new@suite.example", now)));
    EXPECT_TRUE(run(members->remove(home, user, now)));
    run(organizations->settle_owner(home, now));
    run(organizations->lock(home));
    EXPECT_TRUE(run(organizations->hold(home)));
    EXPECT_TRUE(run(organizations->change(home, {.name = "Other"}, now)));
    EXPECT_TRUE(run(organizations->remove(home)));
    expect_indexed();
}

} // namespace
} // namespace gatehouse::testing
