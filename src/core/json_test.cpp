// Strict JSON: what is refused, what is kept, how it is written.
#include "core/json.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace gatehouse::json {
namespace {

using namespace std::string_literals;

ParseError refusal_of(std::string_view text)
{
    auto const parsed = parse(text);
    EXPECT_FALSE(parsed.has_value()) << text.substr(0, 100);
    return parsed ? ParseError::malformed : parsed.error();
}

std::string round_trip(std::string_view text)
{
    auto const parsed = parse(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed ? canonical(*parsed) : "refused";
}

TEST(Json, keeps_every_kind_of_value_and_the_order_of_members)
{
    auto const parsed = parse(R"( {"z":[1,-2,3.5,true,false,null,"x"],"a":{"b":{}}} )");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(to_text(*parsed), R"({"z":[1,-2,3.5,true,false,null,"x"],"a":{"b":{}}})");
    ASSERT_TRUE(parsed->find("z") && parsed->find("z")->array());
    auto const& z = *parsed->find("z")->array();
    EXPECT_EQ(*z[0].integer(), 1);
    EXPECT_EQ(z[0].number(), nullptr);
    EXPECT_EQ(*z[2].number(), 3.5);
    EXPECT_TRUE(*z[3].boolean());
    EXPECT_TRUE(z[5].is_null());
    EXPECT_EQ(*z[6].text(), "x");
    EXPECT_EQ(parsed->find("nothing"), nullptr);
    EXPECT_EQ(z[6].find("z"), nullptr);
}

TEST(Json, refuses_a_name_given_twice_at_any_depth)
{
    EXPECT_EQ(refusal_of(R"({"role":"staff","role":"owner"})"), ParseError::duplicate_name);
    EXPECT_EQ(refusal_of(R"([{"a":{"b":1,"b":1}}])"), ParseError::duplicate_name);
    EXPECT_EQ(refusal_of(R"({"role":1,"\u0072ole":2})"), ParseError::duplicate_name);
    EXPECT_EQ(refusal_of(R"({"":1,"":2})"), ParseError::duplicate_name);
    std::string many = "{";
    for (int i = 0; i < 50; ++i)
        many += "\"k" + std::to_string(i) + "\":0,";
    EXPECT_EQ(refusal_of(many + "\"k7\":1}"), ParseError::duplicate_name);
    EXPECT_TRUE(parse(many + "\"K7\":1}"));
    EXPECT_TRUE(parse(R"([{"a":1},{"a":1}])"));
}

TEST(Json, refuses_numbers_that_do_not_fit)
{
    for (auto const* const text :
         {"1e400",
          "-1e400",
          "9223372036854775808",
          "18446744073709551616",
          "-9223372036854775809",
          "-0",
          "-0.0",
          "-1e-999",
          "[1e999]"})
        EXPECT_EQ(refusal_of(text), ParseError::number_out_of_range) << text;
    EXPECT_EQ(*parse("9223372036854775807")->integer(), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(*parse("-9223372036854775808")->integer(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(*parse("1e308")->number(), 1e308);
    EXPECT_EQ(*parse("0.1")->number(), 0.1);
    EXPECT_EQ(*parse("2.2250738585072011e-308")->number(), 2.2250738585072011e-308);
    EXPECT_EQ(refusal_of(std::string(1'000'000, '1')), ParseError::number_out_of_range);
    EXPECT_EQ(refusal_of("0." + std::string(1'000'000, '1')), ParseError::number_out_of_range);
}

TEST(Json, refuses_what_the_grammar_does_not_have)
{
    for (auto const& text :
         {""s,
          " "s,
          "{"s,
          "[1,]"s,
          "{\"a\":1,}"s,
          "{a:1}"s,
          "'a'"s,
          "NaN"s,
          "Infinity"s,
          "-Infinity"s,
          "nan"s,
          "01"s,
          "+1"s,
          ".5"s,
          "1."s,
          "0x10"s,
          "1 2"s,
          "{}{}"s,
          "{} x"s,
          "[1] //"s,
          "/*c*/{}"s,
          "{}//c"s,
          "\xef\xbb\xbf{}"s,
          "\"a"s,
          "\"\n\""s,
          "\"\\x41\""s,
          "\"\\u12g4\""s,
          "tru"s,
          "True"s,
          "null\0"s,
          "\0"s,
          "[1}"s,
          "]"s,
          "\"\t\""s,
          "{\"a\" 1}"s,
          "{1:2}"s})
        EXPECT_EQ(refusal_of(text), ParseError::malformed) << text;
}

TEST(Json, refuses_text_that_is_not_unicode)
{
    for (auto const* const text :
         {"\"\xff\"",
          "\"\xc0\xaf\"",
          "\"\xed\xa0\x80\"",
          "\"\xf4\x90\x80\x80\"",
          "\"\xe0\x27\"",
          "\"\xc3\"",
          "\"\\ud800\"",
          "\"\\udc00\"",
          "\"\\ud800\\ud800\"",
          "\"\\ud800x\"",
          "\"\\ud800\\u0041\"",
          "{\"\xff\":1}",
          "{\"\\udfff\":1}"})
        EXPECT_EQ(refusal_of(text), ParseError::malformed) << text;
    EXPECT_EQ(*parse(R"("\ud83d\ude00")")->text(), "\U0001f600");
    EXPECT_EQ(*parse("\"\xf0\x9f\x98\x80\"")->text(), "\U0001f600");
}

TEST(Json, refuses_depth_beyond_the_limit)
{
    auto const nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(parse(nested(32)));
    EXPECT_EQ(refusal_of(nested(33)), ParseError::too_deep);
    EXPECT_EQ(refusal_of(std::string(1'000'000, '[')), ParseError::too_deep);
    std::string objects;
    for (int i = 0; i < 33; ++i)
        objects += "{\"a\":";
    EXPECT_EQ(refusal_of(objects), ParseError::too_deep);
    EXPECT_FALSE(parse("[[1]]", {.depth = 1}));
}

TEST(Json, refuses_too_many_values)
{
    EXPECT_TRUE(parse("[1,2]", {.values = 3}));
    EXPECT_EQ(parse("[1,2,3]", {.values = 3}).error(), ParseError::too_many_values);
    std::string many = "[0";
    for (int i = 0; i < 300'000; ++i)
        many += ",0";
    EXPECT_EQ(refusal_of(many + "]"), ParseError::too_many_values);
}

TEST(Json, a_hundred_thousand_names_take_no_quadratic_time)
{
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i)
        text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
    text += "}";
    auto const before = std::chrono::steady_clock::now();
    EXPECT_TRUE(parse(text));
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
}

TEST(Json, keeps_a_nul_and_can_tell)
{
    auto const parsed = parse(R"({"a":["x\u0000y"]})");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*(*parsed->find("a")->array())[0].text(), "x\0y"s);
    EXPECT_TRUE(holds_nul(*parsed));
    EXPECT_TRUE(holds_nul(*parse(R"({"a\u0000":1})")));
    EXPECT_FALSE(holds_nul(*parse(R"({"a":["xy",1,null]})")));
}

TEST(Json, long_strings_with_escapes_come_out_whole)
{
    std::string expected;
    std::string text = "\"";
    for (int i = 0; i < 20'000; ++i) {
        text += i % 7 == 0 ? "\\n" : i % 5 == 0 ? "\\u00e9" : "ab";
        expected += i % 7 == 0 ? "\n" : i % 5 == 0 ? "\u00e9" : "ab";
    }
    auto const parsed = parse(text + "\"");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed->text(), expected);
}

TEST(Json, writes_nothing_that_looks_like_markup)
{
    std::string text;
    append_escaped(text, "</script>&\u2028\u2029\"\\\n\x01\u00e9\U0001f600"s + "\0"s);
    EXPECT_EQ(
        text,
        R"("\u003c/script\u003e\u0026\u2028\u2029\"\\\n\u0001)"
        "\u00e9\U0001f600"
        R"(\u0000")"
    );
    auto const back = parse(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back->text(), "</script>&\u2028\u2029\"\\\n\x01\u00e9\U0001f600"s + "\0"s);
}

TEST(Json, writes_bytes_that_are_not_unicode_as_replacement)
{
    std::string text;
    append_escaped(text, "a\xff\xed\xa0\x80z");
    EXPECT_EQ(text, R"("a\ufffd\ufffd\ufffd\ufffdz")");
}

// The examples of RFC 8785 3.2.2 and 3.2.3, and its appendix B.
TEST(Json, canonical_form_is_that_of_rfc_8785)
{
    EXPECT_EQ(
        round_trip(
            R"({"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],)"
            R"("string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",)"
            R"("literals":[null,true,false]})"
        ),
        R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
        "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
    );
    EXPECT_EQ(
        round_trip(R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7})"
        ),
        "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\U0001f600\":5,\"\ufb33\":3}"
    );
    EXPECT_EQ(round_trip(R"(["<&>"])"), R"(["<&>"])");
    EXPECT_EQ(round_trip(R"({"ab":1,"a":2,"":3})"), R"({"":3,"a":2,"ab":1})");
}

TEST(Json, numbers_are_written_as_ecmascript_writes_them)
{
    std::pair<double, char const*> const samples[]
        = {{0, "0"},
           {-0.0, "0"},
           {5e-324, "5e-324"},
           {-5e-324, "-5e-324"},
           {1.7976931348623157e308, "1.7976931348623157e+308"},
           {9007199254740992, "9007199254740992"},
           {295147905179352830000.0, "295147905179352830000"},
           {9.999999999999997e22, "9.999999999999997e+22"},
           {1e23, "1e+23"},
           {1e21, "1e+21"},
           {999999999999999900000.0, "999999999999999900000"},
           {9.999999999999997e-7, "9.999999999999997e-7"},
           {0.000001, "0.000001"},
           {333333333.3333332, "333333333.3333332"},
           {1e20, "100000000000000000000"},
           {-0.0000033333333333333333, "-0.0000033333333333333333"},
           {1.5, "1.5"},
           {100, "100"},
           {123456.789, "123456.789"},
           {1e-7, "1e-7"},
           {0.1, "0.1"},
           {-12.5, "-12.5"}};
    for (auto const& [number, expected] : samples) {
        std::string text;
        append_number(text, number);
        EXPECT_EQ(text, expected);
    }
    std::string text;
    EXPECT_THROW(
        append_number(text, std::numeric_limits<double>::infinity()), std::invalid_argument
    );
    EXPECT_THROW(
        append_number(text, std::numeric_limits<double>::quiet_NaN()), std::invalid_argument
    );
}

} // namespace
} // namespace gatehouse::json
