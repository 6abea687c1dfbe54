// Described structs on the wire: names, strict reading, safe writing.
#include "http/endpoint.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

using namespace std::string_literals;

struct Device {
    std::string name;
    std::optional<std::int64_t> floor;
};
BOOST_DESCRIBE_STRUCT(Device, (), (name, floor))

using ThingId = StrongText<struct ThingIdTag>;

struct Everything {
    std::string email;
    SecretString password;
    bool remember_me = false;
    std::int64_t count = 0;
    std::optional<std::string> callback_url;
    std::vector<Device> devices;
    Instant created_at;
    json::Value extra;
    ThingId id;
};
BOOST_DESCRIBE_STRUCT(
    Everything,
    (),
    (email, password, remember_me, count, callback_url, devices, created_at, extra, id)
)

struct OnlyOptional {
    std::optional<std::string> a;
    std::optional<bool> b;
    std::optional<std::int64_t> n;
};
BOOST_DESCRIBE_STRUCT(OnlyOptional, (), (a, b, n))

template <class T> T read_body(std::string body, Method method = Method::post)
{
    Request request;
    request.method = method;
    request.body = std::move(body);
    return read_request<T>(request);
}

template <class T> T read_target(std::string const& target)
{
    Request request;
    request.set_target(target);
    return read_request<T>(request);
}

template <class Action> domain::Refusal refusal_of(Action action)
{
    try {
        action();
    } catch (domain::Refusal const& refusal) {
        return refusal;
    }
    ADD_FAILURE() << "was not refused";
    return {.reason = domain::Reason::forbidden};
}

std::string const good = R"({"email":"a@b","password":"p\u0000w","rememberMe":true,"count":7,)"
                         R"("devices":[{"name":"d"},{"name":"e","floor":2}],)"
                         R"("createdAt":"2026-11-22T07:05:09.123Z","extra":{"x":[1]},"id":"7"})";

TEST(WireNames, follow_one_rule)
{
    EXPECT_EQ(wire_name("email"), "email");
    EXPECT_EQ(wire_name("created_at"), "createdAt");
    EXPECT_EQ(wire_name("callback_url"), "callbackURL");
    EXPECT_EQ(wire_name("totp_uri"), "totpURI");
    EXPECT_EQ(wire_name("has_2fa"), "has2FA");
    EXPECT_EQ(wire_name("requires_2fa"), "requires2FA");
    EXPECT_EQ(wire_name("url"), "url");
    EXPECT_EQ(wire_name("recovery_wrapped_mk"), "recoveryWrappedMk");
}

TEST(Reading, fills_every_kind_of_member)
{
    auto const read = read_body<Everything>(good);
    EXPECT_EQ(read.email, "a@b");
    EXPECT_EQ(read.password.size(), 3U);
    EXPECT_TRUE(read.remember_me);
    EXPECT_EQ(read.count, 7);
    EXPECT_FALSE(read.callback_url);
    ASSERT_EQ(read.devices.size(), 2U);
    EXPECT_EQ(read.devices[1].floor, 2);
    EXPECT_EQ(to_text(read.created_at), "2026-11-22T07:05:09.123Z");
    EXPECT_EQ(json::to_text(read.extra), R"({"x":[1]})");
    EXPECT_EQ(read.id, ThingId("7"));
}

TEST(Reading, names_the_first_bad_member_and_lists_them_all)
{
    auto const refusal
        = refusal_of([] { read_body<Everything>(R"({"email":{},"password":["x"],"count":"7"})"); });
    EXPECT_EQ(refusal.reason, domain::Reason::validation);
    EXPECT_EQ(refusal.error, "email must be a text");
    std::vector<std::string> fields;
    for (auto const& detail : refusal.details)
        fields.push_back(detail.field);
    EXPECT_EQ(
        fields,
        (std::vector<std::string>{
            "email", "password", "rememberMe", "count", "devices", "createdAt", "id"
        })
    );
}

TEST(Reading, treats_null_as_absent)
{
    EXPECT_EQ(refusal_of([] { read_body<Device>(R"({"name":null})"); }).error, "name is required");
    EXPECT_FALSE(read_body<OnlyOptional>(R"({"a":null})").a);
}

struct Choosy {
    Given role;
};
BOOST_DESCRIBE_STRUCT(Choosy, (), (role))

TEST(Reading, tells_null_from_absent_where_a_member_asks_for_it)
{
    EXPECT_FALSE(read_body<Choosy>("{}").role.is_there);
    auto const null = read_body<Choosy>(R"({"role":null})").role;
    EXPECT_TRUE(null.is_there && null.value.is_null());
    EXPECT_EQ(json::to_text(read_body<Choosy>(R"({"role":["x"]})").role.value), R"(["x"])");
}

TEST(Reading, names_members_of_members)
{
    auto const refusal = refusal_of([] {
        read_body<Everything>(good.substr(0, good.size() - 1) + R"(,"x":1})");
        auto bad = good;
        bad.replace(bad.find(R"("name":"e")"), 10, R"("name":  5)");
        read_body<Everything>(bad);
    });
    EXPECT_EQ(refusal.error, "devices.name must be a text");
}

TEST(Reading, refuses_a_NUL_in_any_text_but_a_password)
{
    EXPECT_EQ(
        refusal_of([] { read_body<Device>(R"({"name":"a\u0000b"})"); }).error,
        "name must not hold a NUL character"
    );
    EXPECT_EQ(
        refusal_of([] {
            auto bad = good;
            bad.replace(bad.find(R"({"x":[1]})"), 9, R"({"x":"\u0000"})");
            read_body<Everything>(bad);
        }).error,
        "extra must not hold a NUL character"
    );
}

TEST(Reading, HT08_HT09_refuses_odd_JSON_without_guessing)
{
    std::string deep(33, '[');
    deep += std::string(33, ']');
    std::string wide = "{\"name\":\"a\",\"x\":[0";
    for (int i = 0; i < 100'000; ++i)
        wide += ",0";
    wide += "]}";
    for (auto const& body :
         {R"({"name":"a","name":"b"})"s,
          R"({"name":"a")"s,
          "[]"s,
          "\"a\""s,
          "null"s,
          "1"s,
          "{\"name\":\"\xff\"}"s,
          R"({"name":"\ud800"})"s,
          "\xEF\xBB\xBF{\"name\":\"a\"}"s,
          "{} {}"s,
          "{,}"s,
          R"({"name":"a","x":1e400})"s,
          R"({"name":"a","x":18446744073709551616})"s,
          R"({"name":"a","x":-0})"s,
          R"({'name':'a'})"s,
          "{\"name\":\"a\"}//"s,
          R"({"name":"a","x":)" + deep + "}",
          wide,
          R"({"name":"a","x":)" + std::string(1'000'000, '9') + "}"})
        EXPECT_EQ(refusal_of([&] { read_body<Device>(body); }).reason, domain::Reason::validation)
            << body.substr(0, 60);
}

TEST(Reading, takes_no_body_for_an_empty_object)
{
    EXPECT_FALSE(read_body<OnlyOptional>("").a);
    EXPECT_EQ(refusal_of([] { read_body<Device>(""); }).error, "name is required");
    read_body<Nothing>("");
    read_body<Nothing>("{}");
    EXPECT_EQ(refusal_of([] { read_body<Nothing>("{"); }).reason, domain::Reason::validation);
}

TEST(ReadingQueries, decodes_strictly)
{
    auto const read = read_target<OnlyOptional>("/x?a=%C3%A4+b%2B&b=true&n=-12&unknown=1");
    EXPECT_EQ(read.a, "\xC3\xA4 b+");
    EXPECT_EQ(read.b, true);
    EXPECT_EQ(read.n, -12);
    EXPECT_EQ(read_target<OnlyOptional>("/x?a").a, "");
    EXPECT_FALSE(read_target<OnlyOptional>("/x?").a);
}

TEST(ReadingQueries, HT11_refuses_repeated_and_broken_parameters)
{
    for (auto const* const target :
         {"/x?a=1&a=2",
          "/x?a=1&%61=2",
          "/x?u=1&u=2",
          "/x?a=%zz",
          "/x?a=%0",
          "/x?a=%00",
          "/x?a=%ff",
          "/x?b=yes",
          "/x?b=",
          "/x?n=1.5",
          "/x?n=01",
          "/x?n=",
          "/x?n=9223372036854775808"})
        EXPECT_EQ(
            refusal_of([&] { read_target<OnlyOptional>(target); }).reason,
            domain::Reason::validation
        ) << target;
}

TEST(Writing, D91_escapes_what_could_be_markup_and_writes_absent_members_as_null)
{
    Everything made;
    made.email = "<script>&\"\\\n\xE2\x80\xA8";
    made.password = SecretString("s<");
    made.devices.push_back({"d", std::nullopt});
    made.extra = json::Value(nullptr);
    made.id = ThingId("7");
    std::string text;
    describe::write(text, made);
    EXPECT_EQ(
        text,
        R"({"email":"\u003cscript\u003e\u0026\"\\\n\u2028","password":"s\u003c","rememberMe":false,"count":0,)"
        R"("callbackURL":null,"devices":[{"name":"d","floor":null}],"createdAt":"1970-01-01T00:00:00.000Z",)"
        R"("extra":null,"id":"7"})"
    );
}

TEST(Writing, a_variant_is_written_as_what_it_holds)
{
    std::string text;
    std::variant<Device, OnlyOptional> const either = OnlyOptional{"x", false, {}};
    describe::write(text, either);
    EXPECT_EQ(text, R"({"a":"x","b":false,"n":null})");
}

TEST(Schemas, say_what_is_read_and_what_is_written)
{
    using describe::Direction;
    EXPECT_EQ(
        describe::schema<Device>(Direction::request),
        R"({"type":"object","properties":{"name":{"type":"string"},)"
        R"("floor":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"required":["name"]})"
    );
    EXPECT_NE(
        describe::schema<Device>(Direction::answer).find(R"("required":["name","floor"])"),
        std::string::npos
    );
}

} // namespace
} // namespace gatehouse::http
