// `gatehouse serve`: migrates what is behind, serves until SIGTERM or SIGINT.
#include "app/commands.h"

#include "app/database.h"
#include "app/start_pages.h"
#include "app/version.h"
#include "app/wiring.h"
#include "core/event_loop.h"
#include "core/log.h"
#include "features/console/files.h"
#include "features/first_run/founding.h"

#include <csignal>
#include <cstdio>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>

namespace gatehouse::app {
namespace {

// Blocked before any thread starts, so that every thread inherits it and one waits for them.
sigset_t blocked_stop_signals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP); // reads the policy again
    sigaddset(&signals, SIGUSR1); // says that serving ended by itself
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // a vanished client is an error code, not the end
    return signals;
}

void greet(House const& house)
{
    auto const& configuration = house.configuration();
    auto const& url = configuration.domain.public_url;
    std::printf("gatehouse %s serves on %s\n", version, url.c_str());
    if (house.server().operator_port() != 0)
        std::printf("operators: port %u\n", static_cast<unsigned>(house.server().operator_port()));
    if (configuration.domain.environment == domain::Environment::development)
        std::printf(
            "try: curl -s %s/api/v1/auth/register -H 'content-type: application/json' "
            "-d "
            "'{\"email\":\"ada@example.com\",\"password\":\"Correct-Horse-42\",\"name\":\"Ada\"}'"
            "\n",
            url.c_str()
        );
    std::fflush(stdout);
}

// Nobody can sign in where there is no organization: whoever sees this line may make the first. It
// goes to the terminal, not into the log.
void offer_first_organization(House& house)
{
    if (console::embedded_files().empty()) // the page is one of the console
        return;
    EventLoop loop;
    auto& services = house.services();
    auto const token = wait_for(loop, first_run::offer(services, services.clock.now()));
    if (!token)
        return;
    auto address = house.configuration().domain.public_url + "/first-run#"; // no browser sends it
    address += token.value().reveal();
    std::printf("no organization yet: make the first one within an hour at %s\n", address.c_str());
    std::fflush(stdout);
}

// A connection is a file: the usual soft limit would end the welcome long before ours does.
void raise_file_limit()
{
    rlimit files{};
    bool const is_known = getrlimit(RLIMIT_NOFILE, &files) == 0;
    auto const now = files.rlim_cur;
    files.rlim_cur = files.rlim_max;
    if (!is_known || (now < files.rlim_max && setrlimit(RLIMIT_NOFILE, &files) != 0))
        log::Line(log::Level::warning, "serve.file_limit_stays")
            .with("files", static_cast<std::int64_t>(now));
}

int serve_until_told(Configuration configuration)
{
    raise_file_limit();
    auto const signals = blocked_stop_signals();
    migrate_database(configuration);
    House house(std::move(configuration));
    greet(house);
    offer_first_organization(house);
    forget_start_pages();
    std::thread waiting([&] {
        int signal = 0;
        while (sigwait(&signals, &signal) == 0 && signal == SIGHUP)
            house.read_policy_again();
        if (signal != SIGUSR1)
            log::Line(log::Level::info, "serve.stopping").with("signal", signal);
        house.stop();
    });
    int status = 0;
    try {
        house.serve();
    } catch (std::exception const& failure) {
        log::Line(log::Level::error, "serve.failed").with("cause", failure.what());
        status = 1;
    }
    pthread_kill(waiting.native_handle(), SIGUSR1);
    waiting.join();
    return status;
}

} // namespace

int serve(std::vector<std::string> const& arguments)
{
    auto configuration = understand(gather(arguments));
    log::set_level(configuration.log_level);
    auto const status = serve_until_told(std::move(configuration));
    log::flush();
    return status;
}

} // namespace gatehouse::app
