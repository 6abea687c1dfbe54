// Starting and stopping one worker for each thread.
#include "http/server.h"

#include "http/worker.h"

#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace gatehouse::http {

struct Server::Inside {
    Inside(ServerSettings const& settings, std::vector<Endpoint> endpoints, domain::Services& services)
        : pipeline(settings.pipeline, std::move(endpoints), services)
        , shared { .pipeline = pipeline,
            .random = services.random,
            .times = settings.times,
            .connection_limit = settings.connection_limit,
            .crowd = Crowd(settings.connection_limit_of_one, settings.pipeline.trusted_proxies),
            .over_https = settings.tls || services.settings.public_url.starts_with("https://"),
            .tls = settings.tls ? load_tls(*settings.tls) : nullptr }
        , first(ListenSocket::open(settings.listen))
        , listen(first.address())
    {
        if (settings.operator_listen) {
            first_for_operators.emplace(ListenSocket::open(*settings.operator_listen));
            operator_listen = first_for_operators->address();
        }
    }

    void add_worker(bool is_first)
    {
        auto& worker = *workers.emplace_back(std::make_unique<Worker>(shared));
        worker.listen(
            is_first ? std::move(first) : ListenSocket::open_beside_the_first(listen), false
        );
        if (is_first && first_for_operators)
            worker.listen(std::move(*first_for_operators), true); // one loop is enough for them
    }

    Pipeline pipeline;
    Shared shared;
    ListenSocket first;
    ListenAddress listen;
    std::optional<ListenSocket> first_for_operators;
    std::optional<ListenAddress> operator_listen;
    std::mutex mutex; // over what stop() and run() both touch
    std::vector<std::unique_ptr<Worker>> workers;
    bool stop_asked = false;
};

Server::Server(
    ServerSettings const& settings, std::vector<Endpoint> endpoints, domain::Services& services
)
    : inside_(std::make_unique<Inside>(settings, std::move(endpoints), services))
{
}

Server::~Server() = default;

void Server::run(std::size_t threads)
{
    {
        std::scoped_lock const lock(inside_->mutex);
        for (std::size_t at = 0; at < std::max<std::size_t>(threads, 1); ++at)
            inside_->add_worker(at == 0);
        if (inside_->stop_asked)
            for (auto const& worker : inside_->workers)
                worker->begin_stop();
    }
    std::vector<std::jthread> others;
    for (std::size_t at = 1; at < inside_->workers.size(); ++at)
        others.emplace_back([worker = inside_->workers[at].get()] { worker->run(); });
    inside_->workers.front()->run();
}

void Server::stop()
{
    std::scoped_lock const lock(inside_->mutex);
    inside_->stop_asked = true;
    for (auto const& worker : inside_->workers)
        worker->begin_stop();
}

std::uint16_t Server::port() const
{
    return inside_->listen.port;
}

std::uint16_t Server::operator_port() const
{
    return inside_->operator_listen ? inside_->operator_listen->port : 0;
}

std::vector<Endpoint> const& Server::endpoints() const
{
    return inside_->pipeline.router().endpoints();
}

Ceilings& Server::ceilings()
{
    return inside_->pipeline.ceilings();
}

} // namespace gatehouse::http
