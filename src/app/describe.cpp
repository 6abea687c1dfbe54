// Prints the description of the interface, by which the console is typed: a program of the build,
// not shipped.
#include "app/contents.h"
#include "app/version.h"
#include "http/openapi.h"

#include <cstdio>
#include <exception>

int main()
{
    namespace http = gatehouse::http;
    namespace app = gatehouse::app;
    try {
        std::vector<http::DescribedRoute> routes;
        // Routes point at texts of the policy and of their endpoints.
        auto const policy = gatehouse::policy::Policy::shipped();
        auto const endpoints = app::contents(app::CaptureApi::elsewhere, *policy);
        for (auto const& endpoint : endpoints)
            if (http::DescribedRoute route{endpoint.route, endpoint.shape}; !route.is_for_tests())
                routes.push_back(std::move(route));
        std::puts(http::openapi_document({app::version, ""}, routes).c_str());
        return 0;
    } catch (std::exception const& failure) {
        std::fprintf(stderr, "describe: %s\n", failure.what());
        return 1;
    }
}
