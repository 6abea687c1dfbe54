// One mail to its ending: sent, tried again, given up.
#include "outbound/courier.h"

#include "core/random.h"
#include "crypto/seal.h"
#include "domain/mail.h"
#include "protocols/mail_text/mail_order.h"

#include <gtest/gtest.h>

#include <deque>

namespace gatehouse::outbound {
namespace {

constexpr Instant queued = Instant::from_seconds(1'795'331'109);

struct StandingClock final : Clock {
    Instant now() const override { return at; }
    Instant at = queued;
};

struct CountingRandom final : Random {
    void fill(std::span<std::uint8_t> into) override
    {
        for (auto& byte : into)
            byte = next++;
    }
    std::uint8_t next = 0;
};

struct Scripted final : MailTransport {
    MailResult send(OutgoingMail const& mail) override
    {
        sent.push_back(mail);
        if (throws)
            throw std::runtime_error("a defect");
        if (failures.empty())
            return {};
        auto failure = failures.front();
        failures.pop_front();
        return std::unexpected(failure);
    }
    MailResult probe() override
    {
        ++probes;
        if (failures.empty())
            return {};
        return std::unexpected(failures.front());
    }
    Duration longest_send() const override { return 1s; }
    std::string_view name() const override { return "scripted"; }

    std::deque<MailFailure> failures;
    std::vector<OutgoingMail> sent;
    int probes = 0;
    bool throws = false;
};

class CourierTest : public ::testing::Test {
protected:
    CourierTest()
        : key(crypto::KeyEncryptionKey::mint(random).subkey("outbox"))
    {
        auto made = std::make_unique<Scripted>();
        transport = made.get();
        CourierOptions options{
            .public_url = "https://id.example.com",
            .from = {"gatehouse", "gatehouse@id.example.com"},
            .retries = {.first = {40ms, 80ms}, .then_every = 1s, .give_up_after = 1h},
            .probe_every = 1h,
        };
        courier.emplace(key.duplicate(), clock, std::move(made), std::move(options));
    }

    domain::ClaimedMessage row_for(std::string const& recipient, int attempt = 1)
    {
        mail_text::MailOrder order{
            .kind = mail_text::MailKind::verify_email,
            .recipient = recipient,
        };
        order.links.push_back({SecretString("the-token")});
        return row_with(mail_text::to_payload(order), recipient, attempt);
    }

    domain::ClaimedMessage
    row_with(SecretString const& payload, std::string recipient, int attempt = 1)
    {
        domain::OutboxId const id("0193-row");
        auto sealed = crypto::seal(key, payload.reveal(), domain::outbox_binding(id), random);
        return {
            .id = id,
            .organization_id = domain::OrganizationId("o1"),
            .recipient = std::move(recipient),
            .payload_sealed = std::move(sealed),
            .attempt = attempt,
            .created_at = queued,
        };
    }

    CountingRandom random;
    StandingClock clock;
    SecretString key;
    Scripted* transport = nullptr;
    std::optional<Courier> courier;
};

TEST_F(CourierTest, sends_the_mail_that_the_row_asks_for)
{
    auto const ending = courier->deliver(row_for("ann@example.org"));
    EXPECT_EQ(ending.kind, Ending::Kind::sent);
    ASSERT_EQ(transport->sent.size(), 1u);
    auto const& mail = transport->sent[0];
    EXPECT_EQ(mail.message.to.address, "ann@example.org");
    EXPECT_EQ(mail.message.message_id, "0193-row@id.example.com");
    EXPECT_NE(mail.message.html.find("verify-email?token=the-token"), std::string::npos);
    EXPECT_NE(mail.raw.find("Message-ID: <0193-row@id.example.com>\r\n"), std::string::npos);
}

TEST_F(CourierTest, the_same_row_becomes_the_same_bytes_each_time)
{
    auto const row = row_for("ann@example.org");
    EXPECT_EQ(courier->deliver(row).kind, Ending::Kind::sent);
    clock.at = queued + 1h;
    EXPECT_EQ(courier->deliver(row).kind, Ending::Kind::sent);
    ASSERT_EQ(transport->sent.size(), 2u);
    EXPECT_EQ(transport->sent[0].raw, transport->sent[1].raw);
}

TEST_F(CourierTest, a_failed_try_waits_for_the_next_of_the_schedule)
{
    transport->failures = {{Failing::refused, "smtp: 451", true}, {Failing::refused, "", true}};
    auto ending = courier->deliver(row_for("ann@example.org", 1));
    EXPECT_EQ(ending.kind, Ending::Kind::retry);
    EXPECT_EQ(ending.at, queued + 40ms);
    EXPECT_EQ(ending.error, "refused: smtp: 451");
    ending = courier->deliver(row_for("ann@example.org", 3));
    EXPECT_EQ(ending.at, queued + 1s);
    EXPECT_TRUE(courier->health().works); // one refused mail is not a broken transport
    EXPECT_TRUE(courier->may_try());
}

TEST_F(CourierTest, gives_up_when_the_schedule_ends)
{
    transport->failures = {{Failing::unreachable, "gone", false}};
    clock.at = queued + 1h;
    auto const ending = courier->deliver(row_for("ann@example.org", 9));
    EXPECT_EQ(ending.kind, Ending::Kind::failed);
    EXPECT_EQ(ending.error, "unreachable: gone");
}

TEST_F(CourierTest, a_broken_transport_shows_pauses_and_is_told_when_it_works_again)
{
    transport->failures = {{Failing::login, "smtp: 535", false}};
    EXPECT_EQ(courier->deliver(row_for("ann@example.org")).kind, Ending::Kind::retry);
    auto const health = courier->health();
    EXPECT_FALSE(health.works);
    EXPECT_EQ(health.failing_since, queued);
    EXPECT_EQ(health.failure, "login: smtp: 535");
    EXPECT_FALSE(courier->may_try());
    EXPECT_FALSE(courier->works_again());

    EXPECT_EQ(courier->deliver(row_for("ann@example.org", 2)).kind, Ending::Kind::sent);
    EXPECT_TRUE(courier->health().works);
    EXPECT_FALSE(courier->health().failing_since);
    EXPECT_TRUE(courier->may_try());
    EXPECT_TRUE(courier->works_again());
    courier->forget_failure();
    EXPECT_FALSE(courier->works_again());
}

TEST_F(CourierTest, a_probe_finds_a_broken_transport_without_any_mail)
{
    transport->failures = {{Failing::unreachable, "nobody there", false}};
    courier->probe_if_due();
    courier->probe_if_due();
    EXPECT_EQ(transport->probes, 1); // not due again
    EXPECT_FALSE(courier->health().works);
    EXPECT_TRUE(transport->sent.empty());
}

TEST_F(CourierTest, what_can_never_become_a_mail_is_given_up_at_once)
{
    for (auto const* const recipient :
         {"ann", "a@b@c", "ann@example.org> X", "ann@example.org\r\nX"}) {
        auto const ending = courier->deliver(row_for(recipient));
        EXPECT_EQ(ending.kind, Ending::Kind::failed) << recipient;
    }
    EXPECT_EQ(
        courier->deliver(row_with(SecretString("{}"), "ann@example.org")).kind, Ending::Kind::failed
    );
    auto other = row_for("ann@example.org");
    other.recipient = "mallory@example.org";
    EXPECT_EQ(courier->deliver(other).kind, Ending::Kind::failed);
    EXPECT_TRUE(transport->sent.empty());
}

TEST_F(CourierTest, a_payload_moved_to_another_row_does_not_open)
{
    auto row = row_for("ann@example.org");
    row.id = domain::OutboxId("another-row");
    auto const ending = courier->deliver(row);
    EXPECT_EQ(ending.kind, Ending::Kind::retry); // the key may have been wrong; it waits a day
    EXPECT_TRUE(transport->sent.empty());
    EXPECT_TRUE(courier->health().works);
}

TEST_F(CourierTest, a_defect_is_a_failed_try_not_an_end)
{
    transport->throws = true;
    auto const ending = courier->deliver(row_for("ann@example.org"));
    EXPECT_EQ(ending.kind, Ending::Kind::retry);
    EXPECT_EQ(ending.error, "unknown: a defect");
}

TEST_F(CourierTest, being_stopped_costs_no_waiting)
{
    transport->failures = {{Failing::stopped, "stopping", false}};
    auto const ending = courier->deliver(row_for("ann@example.org", 3));
    EXPECT_EQ(ending.kind, Ending::Kind::retry);
    EXPECT_EQ(ending.at, queued);
    EXPECT_TRUE(courier->health().works);
}

TEST_F(CourierTest, no_secret_reaches_what_is_kept_of_a_failure)
{
    transport->failures = {{Failing::refused, "smtp: 550", true}};
    auto const ending = courier->deliver(row_for("ann@example.org"));
    EXPECT_EQ(ending.error.find("the-token"), std::string::npos);
}

} // namespace
} // namespace gatehouse::outbound
