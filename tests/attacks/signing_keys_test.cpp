// Keys that turn while nodes serve: each node follows, none signs or believes what is over, and
// made-up names of keys cost nobody anything.
#include "features/signing_keys/key_keeper.h"
#include "features/signing_keys/rotating.h"
#include "features/signing_keys/token_service.h"
#include "support/world_fixture.h"

#include "core/json.h"
#include "core/metrics.h"
#include "core/text.h"
#include "core/uuid.h"

#include <thread>

namespace gatehouse::testing {
namespace {
using domain::Reason;
using domain::SigningKey;
using signing_keys::KeyKeeper;
using signing_keys::Taken;
using signing_keys::TokenService;

// One node: its own keys in memory over the database of the world.
struct Node {
    explicit Node(ServiceWorld& world, std::size_t cached = 100)
        : keys("https://id.example.test", std::nullopt, world.storage(), world.key, world.clock)
        , tokens(keys, cached)
    {
        world.run(keys.begin(world.random, jose::Algorithm::eddsa));
    }
    KeyKeeper keys;
    TokenService tokens;
};

Async<std::string>
signed_by(domain::Storage& storage, TokenService& tokens, domain::TokenClaims claims)
{
    auto work = co_await storage.begin();
    auto const signer = co_await tokens.signer(*work);
    co_return std::string(signer->access(claims).reveal());
}

class SigningKeys : public InAWorld {
protected:
    Node one{world};
    Node two{world};

    signing_keys::Turning turning(jose::Algorithm algorithm = jose::Algorithm::eddsa)
    {
        domain::RequestFacts facts;
        facts.now = world.clock.now();
        facts.request_id = "request";
        return {
            .storage = world.storage(),
            .key = world.key,
            .random = world.random,
            .algorithm = algorithm,
            .facts = facts
        };
    }
    Taken rotate(jose::Algorithm algorithm = jose::Algorithm::eddsa)
    {
        return world.run(signing_keys::rotate(turning(algorithm)));
    }
    std::string refusal_of(Async<Taken> step)
    {
        try {
            world.run(std::move(step));
        } catch (domain::Refusal const& refusal) {
            return refusal.error;
        }
        return "(taken)";
    }
    // As if the published key had been there for a year.
    void age()
    {
        world.outside().run("UPDATE signing_keys SET created_at = '2025-01-01T00:00:00.000Z', "
                            "not_before = '2025-01-01T00:00:00.000Z'");
    }
    void turn_over(jose::Algorithm algorithm = jose::Algorithm::eddsa)
    {
        rotate(algorithm);
        world.clock.move_by(1s + 1ms); // every node reads its keys that often
        age();
        rotate();
    }
    std::string kid_in(std::string const& state)
    {
        return world.text("kid FROM signing_keys WHERE state = '" + state + "'");
    }
    std::string mint(Node& node, Duration life = 900s)
    {
        domain::TokenClaims claims;
        claims.subject = domain::UserId("ann");
        claims.organization_id = domain::OrganizationId("o");
        claims.session_id = domain::SessionId("s");
        claims.email = "ann@example.test";
        claims.role = domain::Role::owner;
        claims.token_id = mint_uuid(world.clock.now(), world.random);
        claims.issued_at = world.clock.now();
        claims.expires_at = world.clock.now() + life;
        return world.run(signed_by(world.storage(), node.tokens, std::move(claims)));
    }
    static std::string kid_of(std::string const& token)
    {
        auto const header = json::parse(*from_base64url(token.substr(0, token.find('.'))));
        return *header->find("kid")->text();
    }
    std::optional<Reason> refused(Node& node, std::string const& token)
    {
        auto const read = world.run(node.tokens.verify(token, world.clock.now()));
        if (read)
            return std::nullopt;
        return read.error().reason;
    }
    std::vector<std::string> shown(Node& node)
    {
        auto const set = json::parse(world.run(node.tokens.key_set()));
        std::vector<std::string> kids;
        for (auto const& key : *set->find("keys")->array())
            kids.push_back(*key.find("kid")->text());
        return kids;
    }
    static double readings() { return metrics::value("gatehouse_signing_keys_read_total"); }
    static double cached(char const* outcome)
    {
        return metrics::value("gatehouse_verified_tokens_total", {{"outcome", outcome}});
    }
};
INSTANTIATE_ON_BOTH_DATABASES(SigningKeys);

TEST_P(SigningKeys, KEY_07_NobodyMeetsAKeyThatWasNotShownBefore)
{
    auto const old = mint(one);
    auto const first = kid_in("signing");
    auto const published = rotate().kid;
    world.clock.move_by(2s);
    EXPECT_EQ(shown(one).size(), 2U);
    EXPECT_EQ(shown(two), shown(one));
    EXPECT_EQ(kid_of(mint(two)), first) << "a published key signs nothing";
    EXPECT_NE(
        refusal_of(signing_keys::rotate(turning())).find("it may sign from"), std::string::npos
    );
    age();
    EXPECT_EQ(rotate().kid, published);
    // The two nodes have not read again yet: the unit of work tells who signs.
    for (auto* const node : {&one, &two}) {
        auto const fresh = mint(*node);
        EXPECT_EQ(kid_of(fresh), published);
        for (auto* const reader : {&one, &two}) {
            EXPECT_EQ(refused(*reader, fresh), std::nullopt);
            EXPECT_EQ(refused(*reader, old), std::nullopt) << "what a retiring key signed is good";
        }
    }
    world.clock.move_by(2s);
    EXPECT_EQ(shown(two).size(), 2U);
    EXPECT_EQ(world.count("signing_keys WHERE private_sealed IS NOT NULL"), 1);
}

TEST_P(SigningKeys, KEY_07_EveryAlgorithmFollowsEveryOther)
{
    std::vector<std::string> tokens{mint(one)};
    for (auto const algorithm :
         {jose::Algorithm::es256, jose::Algorithm::rs256, jose::Algorithm::eddsa}) {
        turn_over(algorithm);
        tokens.push_back(mint(two));
        world.clock.move_by(2s);
        for (auto const& token : tokens)
            EXPECT_EQ(refused(one, token), std::nullopt) << token;
    }
    EXPECT_EQ(shown(one).size(), 4U);
    EXPECT_EQ(world.count("signing_keys WHERE state = 'signing'"), 1);
}

TEST_P(SigningKeys, JWT_17_ACompromisedKeyIsOverOnEveryNodeWithinASecond)
{
    auto const token = mint(one);
    auto const kid = kid_of(token);
    EXPECT_EQ(refused(one, token), std::nullopt);
    EXPECT_EQ(refused(two, token), std::nullopt); // now both have it in memory
    world.run(signing_keys::remove_compromised(turning(), kid));
    world.clock.move_by(1s + 1ms);
    for (auto* const node : {&one, &two}) {
        EXPECT_EQ(refused(*node, token), Reason::invalid_token);
        EXPECT_EQ(shown(*node), std::vector{kid_in("signing")});
        auto const fresh = mint(*node);
        EXPECT_NE(kid_of(fresh), kid);
        EXPECT_EQ(refused(one, fresh), std::nullopt);
        EXPECT_EQ(refused(two, fresh), std::nullopt);
    }
    EXPECT_EQ(
        world.count("signing_keys WHERE kid = $1 AND private_sealed IS NULL", sql::values(kid)), 1
    );
    EXPECT_NE(refusal_of(signing_keys::remove_compromised(turning(), kid)), "(taken)");
}

TEST_P(SigningKeys, JWT_17_APublishedKeyFollowsACompromisedOneAtOnce)
{
    auto const next = rotate().kid;
    world.run(signing_keys::remove_compromised(turning(), kid_in("signing")));
    EXPECT_EQ(kid_in("signing"), next);
    EXPECT_EQ(kid_of(mint(one)), next);
    EXPECT_EQ(world.events("event_type = 'SETTINGS_UPDATED'").size(), 2U);
    EXPECT_EQ(
        world.count("audit_ledger WHERE event_type = 'SETTINGS_UPDATED' AND organization_id = "
                    "'system' AND resource = 'signing_key' AND resource_id IS NOT NULL AND "
                    "actor_id IS NULL"),
        2
    );
}

TEST_P(SigningKeys, ARetiredKeyGoesWhenItsTimeHasCome)
{
    turn_over();
    auto const kid = kid_in("retiring");
    EXPECT_NE(
        refusal_of(signing_keys::remove(turning(), kid)).find("may be removed from"),
        std::string::npos
    );
    EXPECT_NE(refusal_of(signing_keys::remove(turning(), kid_in("signing"))), "(taken)");
    EXPECT_NE(refusal_of(signing_keys::remove(turning(), "unknown")), "(taken)");
    world.outside().run(
        "UPDATE signing_keys SET not_after = '2025-01-01T00:00:00.000Z' WHERE state = 'retiring'"
    );
    world.run(signing_keys::remove(turning(), kid));
    world.clock.move_by(2s);
    EXPECT_EQ(shown(one), std::vector{kid_in("signing")});
}

TEST_P(SigningKeys, OfTwentyOperatorsAtOnceOneTakesEachStep)
{
    int steps = 0;
    for (auto const* const state : {"published", "retiring"}) {
        std::atomic<int> taken = 0;
        {
            std::vector<std::jthread> operators;
            for (int n = 0; n < 20; ++n)
                operators.emplace_back([&] {
                    EventLoop loop;
                    try {
                        wait_for(loop, signing_keys::rotate(turning()));
                        ++taken;
                    } catch (domain::Refusal const& refusal) {
                        EXPECT_EQ(refusal.reason, Reason::conflict);
                    }
                });
        }
        // Whoever looks after the take-over finds that the next key may be published.
        EXPECT_GE(taken, 1);
        EXPECT_LE(taken, state == std::string("published") ? 1 : 2);
        steps += taken;
        EXPECT_EQ(world.count("signing_keys WHERE state = 'signing'"), 1);
        EXPECT_LE(world.count("signing_keys WHERE state = 'published'"), 1);
        EXPECT_EQ(world.count(std::string("signing_keys WHERE state = '") + state + "'"), 1);
        EXPECT_EQ(world.count("audit_ledger WHERE event_type = 'SETTINGS_UPDATED'"), steps);
        age();
    }
}

TEST_P(SigningKeys, JWT_03_MadeUpKeysDoNotReachTheDatabase)
{
    auto const good = mint(one);
    auto const rest = good.substr(good.find('.'));
    world.clock.move_by(500ms); // the keys are known, and not of this moment
    auto const before = readings();
    for (int n = 0; n < 200; ++n) {
        auto const header
            = R"({"alg":"EdDSA","kid":"made-up-)" + std::to_string(n) + R"(","typ":"at+jwt"})";
        EXPECT_EQ(refused(one, to_base64url(header) + rest), Reason::invalid_token);
    }
    EXPECT_EQ(readings() - before, 1) << "one look, then none for a while";
    world.clock.move_by(100ms);
    EXPECT_EQ(
        refused(one, to_base64url(R"({"alg":"EdDSA","kid":"x","typ":"at+jwt"})") + rest),
        Reason::invalid_token
    );
    EXPECT_EQ(readings() - before, 2);
}

TEST_P(SigningKeys, AKeyThatSignsSinceAMomentAgoIsLookedForBeforeItIsRefused)
{
    EXPECT_EQ(refused(two, mint(two)), std::nullopt);
    world.run(signing_keys::remove_compromised(turning(), kid_in("signing")));
    auto const fresh = mint(one);
    world.clock.move_by(200ms); // less than the second for which keys are believed
    EXPECT_EQ(refused(two, fresh), std::nullopt);
}

TEST_P(SigningKeys, D_54_KeysOutOfReachAreAnOutageAndNeverABadToken)
{
    auto const token = mint(one);
    world.outside().run("ALTER TABLE signing_keys RENAME TO signing_keys_gone");
    EXPECT_THROW(mint(one), std::exception);
    EXPECT_EQ(refused(one, token), std::nullopt) << "known for a second yet";
    world.clock.move_by(1s + 1ms);
    EXPECT_THROW((void)refused(one, token), std::exception);
    EXPECT_THROW((void)refused(one, token + "x"), std::exception);
    EXPECT_THROW(shown(one), std::exception);
    world.outside().run("ALTER TABLE signing_keys_gone RENAME TO signing_keys");
    EXPECT_EQ(refused(one, token), std::nullopt);
    EXPECT_EQ(refused(one, mint(one)), std::nullopt);
}

TEST_P(SigningKeys, D_54_TheHouseAnswers503WithoutItsKeys)
{
    auto const ann = world.add_person("ann@example.test");
    auto const in = login(ann);
    auto const sessions = world.count("sessions");
    world.outside().run("ALTER TABLE signing_keys RENAME TO signing_keys_gone");
    world.clock.move_by(2s);
    auto const validated
        = world.call(post("/api/v1/auth/validate", {{"token", in.text("accessToken")}}));
    EXPECT_EQ(validated.status, 503);
    EXPECT_EQ(validated.member("valid"), nullptr);
    EXPECT_EQ(world.call(login_as(ann.email, ann.password)).status, 503);
    EXPECT_EQ(
        world.call(post("/api/v1/auth/refresh", {{"refreshToken", in.text("refreshToken")}})
        ).status,
        503
    );
    EXPECT_EQ(world.call(get("/api/v1/me/data").as(in.text("token"))).status, 503);
    EXPECT_EQ(world.call(get("/.well-known/jwks.json")).status, 503);
    EXPECT_EQ(world.call(post("/api/v1/auth/logout").as(in.text("token"))).status, 503);
    EXPECT_EQ(world.count("sessions"), sessions);
    world.outside().run("ALTER TABLE signing_keys_gone RENAME TO signing_keys");
    EXPECT_EQ(
        world.call(post("/api/v1/auth/validate", {{"token", in.text("accessToken")}})).status, 200
    );
    EXPECT_EQ(world.call(login_as(ann.email, ann.password)).status, 200);
    EXPECT_EQ(
        world.call(post("/api/v1/auth/refresh", {{"refreshToken", in.text("refreshToken")}})
        ).status,
        200
    );
}

TEST_P(SigningKeys, WhereNoKeySignsNobodyGetsATokenAndOldOnesAreGood)
{
    auto const token = mint(one);
    world.outside().run("UPDATE signing_keys SET state = 'retiring'");
    world.clock.move_by(2s);
    EXPECT_EQ(refused(one, token), std::nullopt);
    EXPECT_THROW(mint(one), std::exception);
    EXPECT_THROW(world.run(one.keys.read_again()), std::exception) << "the self-check tells";
    EXPECT_THROW(Node third(world), std::exception) << "there is no start";
    rotate();
    EXPECT_EQ(refused(two, mint(one)), std::nullopt);
}

TEST_P(SigningKeys, KEY_01_AnOperatorWithAnotherKeyEncryptionKeyTurnsNothing)
{
    auto const other = crypto::KeyEncryptionKey::mint(world.random);
    auto const with_other = [&] {
        auto meant = turning();
        return signing_keys::Turning{
            .storage = meant.storage,
            .key = other,
            .random = meant.random,
            .algorithm = meant.algorithm,
            .facts = meant.facts
        };
    };
    EXPECT_THROW(world.run(signing_keys::rotate(with_other())), std::runtime_error);
    EXPECT_EQ(world.count("signing_keys"), 1);
    rotate();
    age();
    EXPECT_THROW(world.run(signing_keys::rotate(with_other())), std::runtime_error);
    EXPECT_EQ(world.count("signing_keys WHERE state = 'published'"), 1);
    EXPECT_EQ(world.events("event_type = 'SETTINGS_UPDATED'").size(), 1U);
}

TEST_P(SigningKeys, ARepeatedTokenIsCheckedOnceAndOnlyWhileItIsGood)
{
    auto const token = mint(one, 60s);
    EXPECT_EQ(refused(one, token), std::nullopt);
    auto const hits = cached("hit");
    for (int n = 0; n < 10; ++n)
        EXPECT_EQ(refused(one, token), std::nullopt);
    EXPECT_EQ(cached("hit"), hits + 10);
    auto forged = token;
    forged[forged.size() - 2] = forged[forged.size() - 2] == 'A' ? 'B' : 'A';
    EXPECT_EQ(refused(one, forged), Reason::invalid_token);
    EXPECT_EQ(refused(one, token.substr(0, token.size() - 1)), Reason::invalid_token);
    world.clock.move_by(60s);
    EXPECT_EQ(refused(one, token), Reason::token_expired);
    EXPECT_EQ(refused(one, token), Reason::token_expired);
    EXPECT_TRUE(world.run(one.tokens.verify_without_expiry_check(token)));
}

TEST_P(SigningKeys, WithoutACacheTheAnswersAreTheSame)
{
    Node bare(world, 0);
    auto const token = mint(bare, 60s);
    auto const hits = cached("hit");
    for (int n = 0; n < 5; ++n)
        EXPECT_EQ(refused(bare, token), std::nullopt);
    EXPECT_EQ(cached("hit"), hits);
    world.clock.move_by(60s);
    EXPECT_EQ(refused(bare, token), Reason::token_expired);
}

TEST_P(SigningKeys, AKeptCheckOpensNoSessionThatIsOver)
{
    auto const ann = world.add_person("ann@example.test");
    auto const in = login(ann);
    for (int n = 0; n < 3; ++n)
        EXPECT_EQ(world.call(get("/api/v1/me/data").as(in.text("token"))).status, 200);
    EXPECT_EQ(world.call(post("/api/v1/auth/logout").as(in.text("token"))).status, 200);
    EXPECT_EQ(world.call(get("/api/v1/me/data").as(in.text("token"))).code(), "SESSION_INVALID");
}

TEST_P(SigningKeys, ManyRequestsWithOldKeysMakeOneReading)
{
    auto const ann = world.add_person("ann@example.test");
    auto const in = login(ann);
    world.clock.move_by(2s);
    auto const before = readings();
    auto const answers = world.in_parallel(get("/api/v1/me/data").as(in.text("accessToken")), 40);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 40}}));
    EXPECT_LE(readings() - before, 4);
}

TEST_P(SigningKeys, TokensMintedWhileKeysTurnAreGoodOnEveryNode)
{
    std::atomic<bool> turns = true;
    std::atomic<int> bad = 0;
    std::vector<std::jthread> minting;
    for (auto* const node : {&one, &two})
        minting.emplace_back([&, node] {
            EventLoop loop;
            while (turns) {
                domain::TokenClaims claims;
                claims.subject = domain::UserId("ann");
                claims.organization_id = domain::OrganizationId("o");
                claims.session_id = domain::SessionId("s");
                claims.email = "ann@example.test";
                claims.token_id = "jti";
                claims.issued_at = world.clock.now();
                claims.expires_at = world.clock.now() + 900s;
                auto const token = wait_for(loop, signed_by(world.storage(), node->tokens, claims));
                auto const read = wait_for(loop, one.tokens.verify(token, world.clock.now()));
                bad += !read;
            }
        });
    for (int n = 0; n < 10; ++n) {
        turn_over();
    }
    turns = false;
    minting.clear();
    EXPECT_EQ(bad, 0);
    EXPECT_EQ(world.count("signing_keys WHERE state = 'retiring'"), 10);
}

} // namespace
} // namespace gatehouse::testing
