// Every user agent has one class, and a session is told of each class once.
#include "domain/device_classes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatehouse::domain {
namespace {

struct Named {
    std::optional<std::string> user_agent;
    DeviceClass wanted;
};

TEST(DeviceClasses, by_user_agent)
{
    std::vector<Named> const cases{
        {std::nullopt, DeviceClass::program},
        {"", DeviceClass::program},
        {"curl/7.88.1", DeviceClass::program},
        {"mozilla/5.0", DeviceClass::program},
        {"x Mozilla/5.0", DeviceClass::program},
        {"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", DeviceClass::browser},
        {"Mozilla/", DeviceClass::browser},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", DeviceClass::mobile},
        {"Mozilla/5.0 (iPad; CPU OS 18_0)", DeviceClass::mobile},
        {"Mozilla/5.0 (Linux; Android 16) Chrome/140.0", DeviceClass::mobile},
        {"SomethingMobileSomething", DeviceClass::mobile},
        {"okhttp on Android", DeviceClass::mobile},
    };
    for (auto const& [user_agent, wanted] : cases)
        EXPECT_EQ(device_class_of(user_agent), wanted) << user_agent.value_or("(absent)");
}

TEST(DeviceClasses, are_new_where_neither_the_session_nor_its_list_knows_them)
{
    Session session;
    session.user_agent = "Mozilla/5.0";
    EXPECT_FALSE(is_new_class(session, "Mozilla/4.0 another browser"));
    EXPECT_TRUE(is_new_class(session, "curl/8"));
    EXPECT_TRUE(is_new_class(session, std::nullopt));
    session.device_classes = {"program"};
    EXPECT_FALSE(is_new_class(session, "curl/8"));
    EXPECT_FALSE(is_new_class(session, std::nullopt));
    EXPECT_TRUE(is_new_class(session, "Android"));
    session.user_agent.reset();
    session.device_classes.clear();
    EXPECT_FALSE(is_new_class(session, std::nullopt));
}

} // namespace
} // namespace gatehouse::domain
