// Ann, who asks for the erasure of her data, Bea, who owns the house beside her, and the job.
#pragma once

#include "domain/erasures.h"
#include "domain/members.h"
#include "domain/retention.h"
#include "features/data_erasure/erasing.h"
#include "sealing/live_check.h"
#include "sealing/sealer.h"
#include "support/world_fixture.h"

#include <cstdint>
#include <string>

namespace gatehouse::testing {

class Erasing : public InAWorld {
protected:
    static constexpr auto grace = domain::erasure_grace;

    Call asking(std::string const& bearer, std::string const& password) const
    {
        return remove("/api/v1/me/data", {{"password", password}}).as(bearer);
    }
    Answer ask()
    {
        auto answer = world.call(asking(token, ann.password));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return answer;
    }
    Answer keep() { return world.call(remove("/api/v1/me/data/erasure").as(token)); }
    std::string state()
    {
        return world.call(get("/api/v1/me/data/erasure").as(token)).text("state");
    }
    void run_job() { world.run(data_erasure::erase_due(world.services())); }
    // As often as the job comes by until nothing is left to do; mails have left in between.
    void run_to_the_end()
    {
        for (int pass = 0; pass < 4; ++pass) {
            run_job();
            world.outside().run("UPDATE outbox SET status = 'sent'");
        }
    }
    void hold(std::string const& organization, std::string const& user)
    {
        world.outside().query(
            "INSERT INTO legal_holds (organization_id, user_id, reason) VALUES ($1, $2, 'a case')",
            sql::values(organization, user)
        );
    }
    std::int64_t personal_rows(Person const& of)
    {
        return world.count(
            "audit_ledger WHERE (user_id = $1 OR actor_id = $1) AND (ip_address IS NOT NULL "
            "OR user_agent IS NOT NULL OR email IS NOT NULL OR personal IS NOT NULL)",
            sql::values(of.id)
        );
    }
    // Rows of the ledger that say this.
    std::int64_t steps(std::string const& said, std::string const& under = "step")
    {
        return world.count(
            "audit_ledger WHERE details LIKE $1",
            sql::values("%\"" + under + "\":\"" + said + "\"%")
        );
    }
    std::int64_t users(Person const& person)
    {
        return world.count("users WHERE id = $1", sql::values(person.id));
    }
    void expect_erased()
    {
        EXPECT_EQ(users(ann), 0);
        EXPECT_EQ(personal_rows(ann), 0);
        EXPECT_EQ(world.count("outbox WHERE lower(recipient) = 'ann@example.test'"), 0);
        EXPECT_EQ(world.count("audit_erasures"), 0);
        EXPECT_EQ(world.count("sessions WHERE user_id = $1", sql::values(ann.id)), 0);
        EXPECT_EQ(steps("access ended"), 1);
        EXPECT_EQ(steps("data erased"), 1);
    }
    // The chains of all organizations, sealed now.
    void expect_chains_verify()
    {
        auto const signer = world.run(
            sealing::take_up_signer(world.storage(), world.key, world.random, world.clock.now())
        );
        sealing::Sealer sealer(world.storage(), world.clock, signer, {});
        world.run(sealer.run());
        EXPECT_EQ(sealer.trouble(), "");
        auto const keys = world.run(sealing::keys_of(world.storage(), &world.key, std::nullopt));
        for (auto const* const chain : {"house", "system"}) {
            auto const report = sealing::check_chain(
                world.storage(), keys, domain::OrganizationId(chain), sealing::Published()
            );
            EXPECT_FALSE(report.found) << chain << ": " << report.found->what;
        }
    }

    Person ann = world.add_person("Ann@example.test", "house");
    Person bea = world.add_person("bea@example.test", "house"); // an owner, too
    std::string token = world.signed_in(ann).text("token");
};

} // namespace gatehouse::testing
