// Putting the house together for tests, and asking it.
#include "support/service_world.h"

#include "app/contents.h"
#include "core/handoff.h"
#include "core/uuid.h"
#include "features/sign_in_denial/notice_mail.h"
#include "features/step_up/code_mail.h"
#include "sealing/audit_keys.h"
#include "storage/sql/stores.h"

#include <thread>

namespace gatehouse::testing {

class CountingEngine final : public crypto::HashEngine {
public:
    CountingEngine(
        std::unique_ptr<crypto::HashEngine> inner, std::shared_ptr<std::atomic<std::size_t>> jobs
    )
        : inner_(std::move(inner))
        , jobs_(std::move(jobs))
    {
    }
    std::unique_ptr<crypto::HashLanes> lanes() override
    {
        return std::make_unique<Lanes>(inner_->lanes(), jobs_);
    }

private:
    class Lanes final : public crypto::HashLanes {
    public:
        Lanes(
            std::unique_ptr<crypto::HashLanes> inner, std::shared_ptr<std::atomic<std::size_t>> jobs
        )
            : inner_(std::move(inner))
            , jobs_(std::move(jobs))
        {
        }
        std::size_t lanes() const noexcept override { return inner_->lanes(); }
        void begin(crypto::HashJob& job) noexcept override
        {
            ++*jobs_;
            inner_->begin(job);
        }
        void advance(std::vector<crypto::HashJob*>& ended) noexcept override
        {
            inner_->advance(ended);
        }

    private:
        std::unique_ptr<crypto::HashLanes> inner_;
        std::shared_ptr<std::atomic<std::size_t>> jobs_;
    };

    std::unique_ptr<crypto::HashEngine> inner_;
    std::shared_ptr<std::atomic<std::size_t>> jobs_;
};

namespace {

constexpr crypto::HashPolicy cheap{.algorithm = crypto::HashPolicy::Algorithm::bcrypt, .cost = 4};
constexpr std::size_t threads_in_parallel = 4;

class BodyInHand final : public http::BodySource {
public:
    BodyInHand(http::Request& request, std::string body, std::function<void()> meanwhile)
        : request_(request)
        , body_(std::move(body))
        , meanwhile_(std::move(meanwhile))
    {
    }
    Async<void> read_body(std::size_t) override
    {
        if (meanwhile_)
            meanwhile_();
        request_.body = std::move(body_);
        co_return;
    }

private:
    http::Request& request_;
    std::string body_;
    std::function<void()> meanwhile_;
};

domain::Settings usual_settings()
{
    domain::Settings settings;
    settings.environment = domain::Environment::test;
    settings.refresh_retry_window = 0s; // strict, as env test is unless it says otherwise
    settings.risk.history_may_take = 10s; // a busy machine is no broken scorer
    settings.public_url = "https://id.example.test";
    settings.allowed_origins = {"https://app.example.test"};
    return settings;
}

Async<void>
counted_down(Async<void> work, std::shared_ptr<std::size_t> left, Handoff<int>::Sender all_done)
{
    co_await work;
    if (--*left == 0)
        all_done.deliver(0);
}

// On one loop: starts all of them, and comes back when the last has ended.
Async<void> all_of(std::vector<Async<void>> works)
{
    if (works.empty())
        co_return;
    Handoff<int> done;
    auto const left = std::make_shared<std::size_t>(works.size());
    for (auto& work : works)
        start(counted_down(std::move(work), left, done.sender()));
    co_await done.receive();
}

} // namespace

http::CeilingSettings ServiceWorld::Options::unbounded()
{
    http::CeilingSettings settings;
    settings.credential = 1'000'000'000;
    settings.registration = 1'000'000'000;
    settings.anonymous = 1'000'000'000;
    return settings;
}

ServiceWorld::ServiceWorld(sql::Dialect dialect)
    : ServiceWorld(dialect, Options())
{
}

ServiceWorld::ServiceWorld(sql::Dialect dialect, Options options)
    : settings(usual_settings())
    , key(crypto::KeyEncryptionKey::mint(random))
    , store_(TestDatabase::make(dialect))
    , faults_(std::make_shared<Faults>())
    , database_(sql::make_database(with_faults(store_->drivers(), faults_), options.engine))
    , storage_(sql::make_storage(*database_, random, kept.changes))
    , hashes_(std::make_shared<std::atomic<std::size_t>>(0))
    , passwords_(std::make_unique<crypto::PasswordHasher>(
          crypto::PasswordHasherOptions{
              .policy = cheap, .threads = 2, .queue = options.hash_queue, .longest_wait = 60s
          },
          random,
          std::make_unique<CountingEngine>(crypto::one_by_one(cheap, random), hashes_)
      ))
    , keys_(std::make_unique<signing_keys::KeyKeeper>(
          settings.public_url,
          SecretString("a secret of the tests that is long enough"),
          *storage_,
          key,
          clock
      ))
    , tokens_(std::make_unique<signing_keys::TokenService>(*keys_, 1024))
    , usual_hash_(crypto::hash_password(usual_password(), cheap, random).hash)
    , services_{
          .clock = clock,
          .random = random,
          .storage = *storage_,
          .kept = kept,
          .uses = uses,
          .passwords = *passwords_,
          .workers = workers_,
          .exports = exports_,
          .key_encryption_key = key,
          .tokens = *tokens_,
          .settings = settings,
          .policies = policies,
          .places = places,
          .risk_scores = risk_scores,
          .code_mail = step_up::code_mail,
          .sign_in_mail = sign_in_denial::notice_mail,
          .mail_waits = [] {},
          .controls = []() -> Async<std::vector<domain::ControlState>> {
              co_return std::vector<domain::ControlState>();
          },
          .afterwards =
              [this](std::string_view name, Async<void> work) {
                  std::scoped_lock const lock(mutex_);
                  afterwards_.emplace_back(std::string(name), std::move(work));
              }
      }
    , pipeline_(std::make_unique<http::Pipeline>(
          http::PipelineSettings{.trusted_proxies = {}, .ceilings = options.ceilings},
          app::contents(),
          services_
      ))
{
    take_up_keys();
}

void ServiceWorld::take_up_keys()
{
    run(keys_->begin(random, jose::Algorithm::eddsa));
    std::ignore = run(sealing::take_up_signer(*storage_, key, random, clock.now()));
}

ServiceWorld::~ServiceWorld() = default;

namespace {
Async<std::string>
signed_in_a_unit(domain::Storage& storage, domain::Tokens const& tokens, domain::TokenClaims claims)
{
    auto work = co_await storage.begin();
    auto const signer = co_await tokens.signer(*work);
    co_return std::string(signer->session_bound(claims).reveal());
}
} // namespace

std::string ServiceWorld::signed_token(domain::TokenClaims claims)
{
    return run(signed_in_a_unit(*storage_, *tokens_, std::move(claims)));
}

Async<void> ServiceWorld::answer_into(Call what, Answer& into)
{
    http::Request request;
    fill(request, what);
    auto const has_body = !what.body.empty();
    auto const length = what.body.size();
    BodyInHand body(request, std::move(what.body), std::move(what.while_the_body_arrives));
    auto const now = clock.now();
    auto const request_id = mint_uuid(now, random);
    http::Exchange exchange{
        .request = request,
        .response = into.response,
        .body = body,
        .has_body = has_body,
        .declared_length = length,
        .now = now,
        .request_id = request_id
    };
    co_await pipeline_->answer(exchange);
    if (into.response.stream && request.method != http::Method::head) {
        auto piece = http::Piece::more;
        while (piece == http::Piece::more)
            piece = co_await pipeline_->next_piece(exchange, into.response.body);
        into.is_cut = piece == http::Piece::broken;
    }
    into.response.stream.reset();
    into.status = into.response.status;
    into.body = into.response.body;
    if (auto parsed = json::parse(into.body))
        into.json = std::move(*parsed);
}

Answer ServiceWorld::call(Call what)
{
    Answer answer;
    run(answer_into(std::move(what), answer));
    return answer;
}

std::vector<Answer> ServiceWorld::in_parallel(std::vector<Call> calls)
{
    std::vector<Answer> answers(calls.size());
    std::vector<std::jthread> threads;
    while (loops_.size() < threads_in_parallel)
        loops_.push_back(std::make_unique<EventLoop>());
    for (std::size_t thread = 0; thread < threads_in_parallel; ++thread)
        threads.emplace_back([&, thread] {
            std::vector<Async<void>> works;
            for (auto at = thread; at < calls.size(); at += threads_in_parallel)
                works.push_back(answer_into(calls[at], answers[at]));
            wait_for(*loops_[thread], all_of(std::move(works)));
        });
    threads.clear(); // joins
    return answers;
}

std::vector<Answer> ServiceWorld::in_parallel(Call const& what, std::size_t times)
{
    return in_parallel(std::vector<Call>(times, what));
}

std::size_t ServiceWorld::waiting_afterwards() const
{
    std::scoped_lock const lock(mutex_);
    return afterwards_.size() + uses.waiting();
}

std::vector<std::string> ServiceWorld::run_afterwards()
{
    std::vector<std::pair<std::string, Async<void>>> works;
    {
        std::scoped_lock const lock(mutex_);
        works.swap(afterwards_);
    }
    if (uses.waiting() > 0)
        works.emplace_back("last_seen_at", domain::write_uses(*storage_, uses.take()));
    std::vector<std::string> failures;
    for (auto& [name, work] : works) {
        try {
            run(std::move(work));
        } catch (std::exception const& failure) {
            failures.push_back(name + ": " + failure.what());
        }
    }
    return failures;
}

void ServiceWorld::forget_afterwards()
{
    std::scoped_lock const lock(mutex_);
    afterwards_.clear();
    std::ignore = uses.take();
}

std::size_t ServiceWorld::hashes() const
{
    return hashes_->load();
}

} // namespace gatehouse::testing
