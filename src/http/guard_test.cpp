// The framing guard over a real socket: each odd request gets one refusal and a closed connection.
#include "support/odd_requests.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

using support::body_of;
using support::get;
using support::header_of;
using support::host;
using support::HttpWorld;

using support::Odd;
using support::odd_request_endpoints;
using support::post;
using support::RawClient;
using support::RunningServer;
using support::status_of;

class FramingGuard : public ::testing::TestWithParam<Odd> {
protected:
    HttpWorld world;
    RunningServer server{world, odd_request_endpoints()};
};

// One answer, then the end: a leftover that is parsed as a request of its own would be a second
// one.
TEST_P(FramingGuard, refuses_and_closes)
{
    RawClient client(server.port());
    ASSERT_TRUE(client.send(GetParam().bytes));
    client.finish_sending();
    auto const all = client.read_all();
    EXPECT_EQ(status_of(all), GetParam().status) << all;
    EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << "a second answer: " << all;
    EXPECT_EQ(header_of(all, "Connection"), "close");
    EXPECT_EQ(header_of(all, "X-Content-Type-Options"), "nosniff");
    EXPECT_NE(body_of(all).find("\"requestId\""), std::string::npos);
}

std::string const smuggled = "GET /items/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Requests,
    FramingGuard,
    ::testing::Values(
        Odd{"HT01_gzip_then_length",
            post("Transfer-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"),
            400},
        Odd{"HT02_gzip_alone_with_a_request_as_body",
            post("Transfer-Encoding: gzip\r\n", smuggled),
            400},
        Odd{"HT01_chunked_then_gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400
        },
        Odd{"HT01_gzip_then_chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400
        },
        Odd{"HT01_xchunked_with_length",
            post("Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n", "{}"),
            400},
        Odd{"HT01_chunked_with_length",
            post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"),
            400},
        Odd{"HT01_length_with_chunked",
            post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            400},
        Odd{"HT01_chunked_twice",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            400},
        Odd{"HT01_chunked_identity", post("Transfer-Encoding: identity\r\n", "{}"), 400},
        Odd{"HT01_chunked_with_parameter",
            post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"),
            400},
        Odd{"HT01_chunked_in_http_1_0",
            "POST /echo HTTP/1.0\r\n" + host + support::json_type
                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400},
        Odd{"HT01_empty_transfer_encoding",
            post("Transfer-Encoding:\r\nContent-Length: 2\r\n", "{}"),
            400},
        Odd{"HT01_two_lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{} "), 400},
        Odd{"HT01_two_equal_lengths", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400
        },
        Odd{"HT01_length_list", post("Content-Length: 2, 2\r\n", "{}"), 400},
        Odd{"HT01_signed_length", post("Content-Length: +2\r\n", "{}"), 400},
        Odd{"HT01_negative_length", post("Content-Length: -2\r\n", "{}"), 400},
        Odd{"HT01_hex_length", post("Content-Length: 0x2\r\n", "{}"), 400},
        Odd{"HT01_blank_in_length", post("Content-Length: 1 2\r\n", "{}"), 400},
        Odd{"HT01_length_beyond_64_bits",
            post("Content-Length: 18446744073709551617\r\n", "{}"),
            400},
        Odd{"HT01_empty_length", post("Content-Length:\r\n", "{}"), 400},
        Odd{"HT03_authorization_in_trailer",
            post(
                "Transfer-Encoding: chunked\r\n",
                "2\r\n{}\r\n0\r\nAuthorization: Bearer good\r\n\r\n"
            ),
            400},
        Odd{"HT03_forwarded_in_trailer",
            post(
                "Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"
            ),
            400},
        Odd{"HT04_folded_header", get("/items/1", host + "X-A: 1\r\n 2\r\n"), 400},
        Odd{"HT04_folded_with_tab", get("/items/1", host + "X-A: 1\r\n\t2\r\n"), 400},
        Odd{"HT04_folded_transfer_encoding",
            post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
            400},
        Odd{"HT04_bare_lf", "GET /items/1 HTTP/1.1\nHost: a\n\n", 400},
        Odd{"HT04_bare_lf_inside", get("/items/1", "Host: a\nX-A: 1\r\n"), 400},
        Odd{"HT04_bare_cr", get("/items/1", "Host: a\rX-A: 1\r\n"), 400},
        Odd{"HT04_blank_before_colon", get("/items/1", "Host : a\r\n"), 400},
        Odd{"HT04_line_without_colon", get("/items/1", host + "nonsense\r\n"), 400},
        Odd{"HT04_empty_name", get("/items/1", host + ": 1\r\n"), 400},
        Odd{"HT04_nul_in_value", get("/items/1", host + std::string("X-A: a\0b\r\n", 10)), 400},
        Odd{"HT04_control_byte_in_value", get("/items/1", host + "X-A: a\x01\r\n"), 400},
        Odd{"no_host", get("/items/1", "X-A: 1\r\n"), 400},
        Odd{"two_hosts", get("/items/1", "Host: a\r\nHost: b\r\n"), 400},
        Odd{"empty_host", get("/items/1", "Host:\r\n"), 400},
        Odd{"host_with_a_path", get("/items/1", "Host: a/b\r\n"), 400},
        Odd{"host_with_a_user", get("/items/1", "Host: u@a\r\n"), 400},
        Odd{"two_authorizations",
            get("/items/1", host + "Authorization: Bearer a\r\nauthorization: Bearer b\r\n"),
            400},
        Odd{"two_content_types",
            post("Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}"),
            400},
        Odd{"two_origins", get("/items/1", host + "Origin: http://a\r\nOrigin: http://b\r\n"), 400},
        Odd{"absolute_form", get("http://a/items/1"), 400},
        Odd{"authority_form", "CONNECT a:80 HTTP/1.1\r\n" + host + "\r\n", 400},
        Odd{"asterisk_form_of_get", get("*"), 400},
        Odd{"relative_target", get("items/1"), 400},
        Odd{"HT17_raw_utf8_in_target", get("/items/\xC3\xA4"), 400},
        Odd{"HT17_control_byte_in_target", get("/items/\x01"), 400},
        Odd{"HT17_blank_in_target", get("/items/a b"), 400},
        Odd{"HT17_fragment_in_target", get("/items/a#b"), 400},
        Odd{"HT17_target_of_9_kB", get("/" + std::string(9000, 'a')), 400},
        Odd{"HT07_header_of_9_kB",
            get("/items/1", host + "X-A: " + std::string(9000, 'a') + "\r\n"),
            431},
        Odd{"FO05_authorization_of_64_kB",
            get("/items/1", host + "Authorization: Bearer " + std::string(65536, 'a') + "\r\n"),
            431},
        Odd{"HT07_101_headers",
            get("/items/1",
                [] {
                    std::string fields = host;
                    for (int i = 0; i < 100; ++i)
                        fields += "X-" + std::to_string(i) + ": 1\r\n";
                    return fields;
                }()),
            431},
        Odd{"HT07_declared_10_TB", post("Content-Length: 10995116277760\r\n"), 413},
        Odd{"HT07_declared_just_too_much", post("Content-Length: 1048577\r\n"), 413},
        Odd{"HT07_chunk_of_too_much",
            post(
                "Transfer-Encoding: chunked\r\n",
                "100001\r\n" + std::string(1048577, ' ') + "\r\n0\r\n\r\n"
            ),
            413},
        Odd{"HT07_chunk_header_without_end",
            post("Transfer-Encoding: chunked\r\n", "2;" + std::string(20000, 'a')),
            400},
        Odd{"chunk_size_is_no_number",
            post("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"),
            400},
        Odd{"chunk_size_beyond_64_bits",
            post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
            400},
        Odd{"chunk_longer_than_it_says",
            post("Transfer-Encoding: chunked\r\n", "1\r\n{}\r\n0\r\n\r\n"),
            400},
        Odd{"chunk_with_bare_lf", post("Transfer-Encoding: chunked\r\n", "2\n{}\r\n0\r\n\r\n"), 400
        },
        Odd{"expects_the_impossible", post("Expect: 200-maybe\r\nContent-Length: 2\r\n", "{}"), 417
        },
        Odd{"http_2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        Odd{"http_1_2", "GET /items/1 HTTP/1.2\r\n" + host + "\r\n", 400},
        Odd{"http_0_9", "GET /items/1\r\n\r\n", 400},
        Odd{"a_TLS_greeting", std::string("\x16\x03\x01\x02\x00\x01\x00", 7), 400},
        Odd{"lower_case_version", "GET /items/1 http/1.1\r\n" + host + "\r\n", 400}
    ),
    [](auto const& odd) { return odd.param.name; }
);

class FramingGuardAdmits : public ::testing::Test {
protected:
    HttpWorld world;
    RunningServer server{world, odd_request_endpoints()};

    std::string ask(std::string const& bytes)
    {
        RawClient client(server.port());
        client.send(bytes);
        return client.read_answer();
    }
};

TEST_F(FramingGuardAdmits, a_chunked_body_as_one)
{
    auto const answer = ask(
        post("Transfer-Encoding: chunked\r\n", "1\r\n{\r\n4;x=y\r\n\"a\":\r\n2\r\n1}\r\n0\r\n\r\n")
    );
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_EQ(body_of(answer), R"({"body":"{\"a\":1}","authorization":"","forwarded":""})");
}

TEST_F(FramingGuardAdmits, an_empty_line_before_the_request)
{
    EXPECT_EQ(status_of(ask("\r\n" + get("/items/1"))), 200);
}

TEST_F(FramingGuardAdmits, HT17_odd_text_in_a_path_as_an_id_that_names_nothing_or_something)
{
    EXPECT_EQ(
        body_of(ask(get("/items/%27%20OR%201%3D1"))),
        R"({"body":"' OR 1=1","authorization":"","forwarded":""})"
    );
    EXPECT_EQ(
        body_of(ask(get("/items/a%2Fb"))), R"({"body":"a/b","authorization":"","forwarded":""})"
    );
    for (auto const* const path :
         {"/items/%00",
          "/items/%zz",
          "/items/%",
          "/items/%c3%28",
          "/items/%c0%ae",
          "/items/",
          "/items",
          "//items/1",
          "/items/1/",
          "/../items/1"})
        EXPECT_EQ(status_of(ask(get(path))), 404) << path;
}

TEST_F(FramingGuardAdmits, bytes_beyond_ASCII_in_a_value_so_that_such_a_credential_is_401_later)
{
    EXPECT_EQ(status_of(ask(get("/items/1", host + "X-A: \xC3\x28\r\n"))), 200);
}

TEST_F(FramingGuardAdmits, HT12_no_compressed_body)
{
    EXPECT_EQ(status_of(ask(post("Content-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"))), 415);
    EXPECT_EQ(
        status_of(ask(post("Content-Encoding: identity\r\nContent-Length: 2\r\n", "{}"))), 415
    );
}

TEST_F(FramingGuardAdmits, CS05_no_override_of_the_method)
{
    EXPECT_EQ(status_of(ask(get("/echo", host + "X-HTTP-Method-Override: POST\r\n"))), 405);
}

} // namespace
} // namespace gatehouse::http
