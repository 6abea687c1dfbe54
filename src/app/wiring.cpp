// Building the house, and letting it serve.
#include "app/wiring.h"

#include "app/contents.h"
#include "app/database.h"
#include "app/hashing.h"
#include "app/housekeeping.h"
#include "app/key_file.h"
#include "app/mail_parts.h"
#include "app/policy_files.h"
#include "core/log.h"
#include "core/metrics.h"
#include "features/mail_capture/endpoints.h"
#include "features/sign_in_denial/notice_mail.h"
#include "features/step_up/code_mail.h"
#include "storage/sql/stores.h"

#include <algorithm>

namespace gatehouse::app {
namespace {

// decisions D-70: cases see last_seen_at move within two seconds.
constexpr std::chrono::milliseconds uses_are_written_every{500};
constexpr std::chrono::seconds exports_may_end_for{8};
constexpr std::chrono::milliseconds exports_are_tried_every{250};
// Half of the time that keys are believed for, so that no request has to wait for them.
constexpr std::chrono::milliseconds keys_are_read_every{500};

std::size_t threads_of(int configured)
{
    if (configured > 0)
        return static_cast<std::size_t>(configured);
    return std::max(1U, std::thread::hardware_concurrency());
}

// Before anything listens: without keys that open there is no start.
signing_keys::KeyKeeper&
begun(signing_keys::KeyKeeper& keys, Random& random, jose::Algorithm algorithm)
{
    EventLoop loop;
    wait_for(loop, keys.begin(random, algorithm));
    return keys;
}

std::unique_ptr<LivePlaces> make_places(Configuration const& configuration)
{
    if (configuration.place_database.empty())
        return nullptr;
    return std::make_unique<LivePlaces>(configuration.place_database);
}

http::ListenAddress listen_address(Address const& address, std::string_view setting)
{
    auto const host = address.host == "localhost" ? std::string("127.0.0.1") : address.host;
    auto const bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
    auto const parsed = http::ListenAddress::parse(bracketed + ":" + std::to_string(address.port));
    if (!parsed)
        throw BadConfiguration(
            variable_of(*find_setting(setting)) + ": must be an IP address and a port"
        );
    return *parsed;
}

std::vector<std::string> trusted_proxies(Configuration const& configuration)
{
    try {
        http::TrustedProxies const checked(configuration.trusted_proxies);
    } catch (std::invalid_argument const& bad) {
        throw BadConfiguration(std::string("GATEHOUSE_TRUSTED_PROXIES: ") + bad.what());
    }
    return configuration.trusted_proxies;
}

CaptureApi capture_api(Configuration const& configuration)
{
    return capture_port(configuration) ? CaptureApi::elsewhere : CaptureApi::included;
}

// A second server for as long as the first one runs.
class ServingBeside {
public:
    explicit ServingBeside(http::Server* server)
        : server_(server)
    {
        if (server_)
            thread_ = std::thread([this] { server_->run(1); });
    }
    ServingBeside(ServingBeside const&) = delete;
    ServingBeside& operator=(ServingBeside const&) = delete;
    ~ServingBeside()
    {
        if (!server_)
            return;
        server_->stop();
        thread_.join();
    }

private:
    http::Server* server_;
    std::thread thread_;
};

http::ServerSettings server_settings(Configuration const& configuration)
{
    http::ServerSettings settings;
    settings.listen = listen_address(configuration.listen, "listen");
    if (configuration.operator_listen)
        settings.operator_listen
            = listen_address(*configuration.operator_listen, "operator_listen");
    if (!configuration.tls_certificate.empty())
        settings.tls = http::TlsFiles{configuration.tls_certificate, configuration.tls_key};
    settings.pipeline.trusted_proxies = trusted_proxies(configuration);
    settings.pipeline.ceilings.credential = configuration.limit_credential;
    settings.pipeline.ceilings.registration = configuration.limit_register;
    settings.pipeline.ceilings.anonymous = configuration.limit_anonymous;
    settings.connection_limit = static_cast<std::size_t>(configuration.connections);
    settings.connection_limit_of_one = static_cast<std::size_t>(configuration.limit_connections);
    return settings;
}

Async<void> settle_for_a_while(domain::Exports& exports, domain::Storage& storage)
{
    auto const end = std::chrono::steady_clock::now() + exports_may_end_for;
    while (exports.owed() > 0 && std::chrono::steady_clock::now() < end) {
        co_await exports.settle_some(storage);
        if (exports.owed() > 0)
            co_await EventLoop::current()->sleep(exports_are_tried_every);
    }
}

} // namespace

House::House(Configuration configuration)
    : configuration_(std::move(configuration))
    , policies_(load_policy(configuration_.policy_dir))
    , key_(load_key_encryption_key(configuration_, random_))
    , database_(open_hearing_database(configuration_, kept_.changes, [this] { settle_changes(); }))
    , storage_(sql::make_storage(*database_.database, random_, kept_.changes))
    , passwords_(hasher_options(configuration_), random_)
    , workers_({.name = "pictures"})
    , keys_(configuration_.domain.public_url, configuration_.jwt_secret, *storage_, key_, clock_)
    , tokens_(
          begun(keys_, random_, configuration_.signing_algorithm),
          static_cast<std::size_t>(configuration_.verified_token_cache)
      )
    , places_(make_places(configuration_))
    , sender_(
          *storage_,
          key_,
          clock_,
          make_transport(configuration_, *storage_, clock_),
          sender_options(configuration_)
      )
    , ledger_(configuration_, *storage_, key_, random_, clock_)
    , checks_(*storage_, clock_, {})
    , services_{
          .clock = clock_,
          .random = random_,
          .storage = *storage_,
          .kept = kept_,
          .uses = uses_,
          .passwords = passwords_,
          .workers = workers_,
          .exports = exports_,
          .key_encryption_key = key_,
          .tokens = tokens_,
          .settings = configuration_.domain,
          .policies = policies_,
          .places = places(),
          .risk_scores = risk_scores_,
          .code_mail = step_up::code_mail,
          .sign_in_mail = sign_in_denial::notice_mail,
          .mail_waits = [this] { sender_.nudge(); },
          .controls = [this] { return checks_.states(); },
          .afterwards =
              [this](std::string_view name, Async<void> work) {
                  run_in(background_.get(), name, std::move(work));
              }
      }
    , server_(std::make_unique<http::Server>(
          server_settings(configuration_),
          contents(capture_api(configuration_), *policies_.current(), console::embedded_files()),
          services_
      ))
    , background_(std::make_unique<Background>())
{
    if (auto const port = capture_port(configuration_)) {
        http::ServerSettings settings;
        settings.listen = {"127.0.0.1", *port};
        capture_server_
            = std::make_unique<http::Server>(settings, mail_capture::endpoints(), services_);
    }
}

House::~House() = default;

void House::read_policy_again()
{
    auto const current = policies_.current();
    try {
        policies_.replace(reload_policy(configuration_.policy_dir, *current));
        log::Line(log::Level::info, "policy.reloaded");
        metrics::count("gatehouse_policy_reloads_total", {{"outcome", "taken"}});
    } catch (BadConfiguration const& bad) {
        log::Line(log::Level::error, "policy.refused").with("cause", bad.what());
        metrics::count("gatehouse_policy_reloads_total", {{"outcome", "refused"}});
    }
}

domain::Places const& House::places() const
{
    if (places_)
        return *places_;
    return nowhere_;
}

void House::settle_changes()
{
    background_->run("settle-changes", storage_->settle_changes());
}

void House::begin_background_work()
{
    ledger_.begin(*background_);
    background_->repeat("last_seen_at", uses_are_written_every, [this] {
        return domain::write_uses(*storage_, uses_.take());
    });
    sender_.start();
    begin_housekeeping(*background_, services_);
    background_->repeat("signing-keys", keys_are_read_every, [this] { return keys_.keep_fresh(); });
    add_controls();
    checks_.begin(*background_, std::chrono::seconds(configuration_.self_check_seconds));
}

void House::serve()
{
    begin_background_work();
    {
        ServingBeside const capture(capture_server_.get());
        server_->run(threads_of(configuration_.threads));
    }
    background_.reset(); // what it began ends before the parts it uses
    end_exports();
    ledger_.stop();
    sender_.stop();
}

// What is left of answers is sent by nobody any more.
void House::end_exports()
{
    exports_.fail_all("the server ended");
    EventLoop loop;
    wait_for(loop, settle_for_a_while(exports_, *storage_));
    exports_.give_up_what_is_owed();
}

void House::stop()
{
    server_->stop();
}

} // namespace gatehouse::app
