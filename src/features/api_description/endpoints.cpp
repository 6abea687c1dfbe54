// The OpenAPI document, made from what the routes declare, when it is first asked for.
#include "features/api_description/endpoints.h"

#include "http/openapi.h"

#include <memory>
#include <mutex>
#include <utility>

namespace gatehouse::api_description {
namespace {

constexpr http::Route document_route{
    .method = http::Method::get,
    .path = "/openapi.json",
    .operation = "apiDescription",
    .summary = "This description of the interface, as OpenAPI 3.1",
    .tag = "operations",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("reads nothing"),
    .limit = http::Limit::anonymous,
    .answers = "200 429",
};

class Document {
public:
    Document(std::string version, std::vector<http::DescribedRoute> routes)
        : version_(std::move(version))
        , routes_(std::move(routes))
    {
    }

    std::string const& text(domain::Settings const& settings)
    {
        std::call_once(made_, [&] {
            bool const production = settings.environment == domain::Environment::production;
            if (production)
                std::erase_if(routes_, [](auto const& one) { return one.is_for_tests(); });
            text_ = http::openapi_document({version_, settings.public_url}, routes_);
        });
        return text_;
    }

private:
    std::string version_;
    std::vector<http::DescribedRoute> routes_;
    std::once_flag made_;
    std::string text_;
};

Async<http::RawJson> show(http::Context& context, Document& document)
{
    context.header("Cache-Control", "public, max-age=300");
    co_return http::RawJson{document.text(context.services.settings)};
}

} // namespace

std::vector<http::Endpoint>
endpoints(std::string version, std::vector<http::Endpoint> const& described)
{
    std::vector<http::DescribedRoute> routes;
    for (auto const& endpoint : described)
        routes.push_back({endpoint.route, endpoint.shape});
    routes.push_back({document_route, http::shape_of<http::Nothing, http::RawJson>(true)});
    auto document = std::make_shared<Document>(std::move(version), std::move(routes));
    http::Handler<http::Nothing, http::RawJson> const handler
        = [document](http::Context& context, http::Nothing) {
              return show(context, *document);
          };
    return {http::endpoint(document_route, handler)};
}

} // namespace gatehouse::api_description
