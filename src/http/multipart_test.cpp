// Forms as browsers send them, and as nobody may.
#include "http/multipart.h"

#include "domain/refusal.h"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::http {
namespace {
using namespace std::string_literals;
using domain::Reason;
using domain::Refusal;

constexpr std::size_t limit = 1000;
std::string const file_head = "Content-Disposition: form-data; name=\"file\"; "
                              "filename=\"me.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n";

Upload read(std::string const& body, std::string const& type = "multipart/form-data; boundary=b")
{
    Request request;
    request.method = Method::post;
    request.add_header("content-type", type);
    request.body = body;
    return read_upload(request, limit);
}

std::string form(std::string const& content, std::string const& head = file_head)
{
    return "--b\r\n" + head + content + "\r\n--b--\r\n";
}

Reason refused(std::string const& body, std::string const& type = "multipart/form-data; boundary=b")
{
    try {
        read(body, type);
    } catch (Refusal const& refusal) {
        return refusal.reason;
    }
    ADD_FAILURE() << "accepted: " << body << " as " << type;
    return Reason::not_found;
}

TEST(Multipart, the_content_of_the_file_is_taken_byte_for_byte)
{
    for (auto const& content :
         {"picture"s,
          ""s,
          "\0\r\n\r\n--"s,
          "\r\n--"s,
          "\r\n--c\r\n"s,
          "--b"s,
          "--b--\r\n"s,
          "\r\n"s,
          std::string(limit, '\xFF')})
        EXPECT_EQ(read(form(content)).file, content);
}

TEST(Multipart, boundaries_may_be_quoted_and_end_without_a_line)
{
    EXPECT_EQ(read("--b\r\n" + file_head + "x\r\n--b--").file, "x");
    EXPECT_EQ(read(form("x"), "Multipart/Form-Data; Boundary=\"b\"").file, "x");
    EXPECT_EQ(read(form("x"), "multipart/form-data ; charset=utf-8 ;boundary=b").file, "x");
    auto const longest = std::string(70, 'b');
    EXPECT_EQ(
        read(
            "--" + longest + "\r\n" + file_head + "x\r\n--" + longest + "--",
            "multipart/form-data; boundary=" + longest
        )
            .file,
        "x"
    );
}

TEST(Multipart, unusable_boundaries_are_refused)
{
    for (auto const& type :
         {"multipart/form-data"s,
          "multipart/form-data; boundary"s,
          "multipart/form-data; boundary="s,
          "multipart/form-data; boundary=\"\""s,
          "multipart/form-data; boundary=\"b"s,
          "multipart/form-data; boundary=\"b \""s,
          "multipart/form-data; boundary=b; boundary=b"s,
          "multipart/form-data; boundary=b; boundary=c"s,
          "multipart/form-data; boundary=b<"s,
          "multipart/form-data boundary=b"s,
          "multipart/form-data; boundary=" + std::string(71, 'b')})
        EXPECT_EQ(refused(form("x"), type), Reason::validation) << type;
}

TEST(Multipart, what_is_cut_off_anywhere_is_refused)
{
    auto const whole = "--b\r\n" + file_head + "x\r\n--b--"s;
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(refused(whole.substr(0, length)), Reason::validation) << length;
}

TEST(Multipart, nothing_may_stand_before_between_or_behind)
{
    for (auto const& body :
         {"preamble\r\n" + form("x"),
          "\r\n" + form("x"),
          form("x") + "epilogue",
          form("x") + "\r\n",
          form("x") + form("y"),
          "--b \r\n" + file_head + "x\r\n--b--\r\n",
          "--bb\r\n" + file_head + "x\r\n--bb--\r\n",
          "--b\n" + file_head + "x\n--b--\n",
          form("x\r\n--bc"),
          "--b--\r\n"s,
          "{}"s})
        EXPECT_EQ(refused(body), Reason::validation) << body;
}

TEST(Multipart, the_file_comes_exactly_once)
{
    auto const note = "Content-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--b\r\n"s;
    EXPECT_EQ(read("--b\r\n" + note + file_head + "x\r\n--b--").file, "x");
    EXPECT_EQ(
        refused("--b\r\n" + file_head + "x\r\n--b\r\n" + file_head + "y\r\n--b--"),
        Reason::validation
    );
    for (auto const* name :
         {"name=\"File\"", "name=\"files\"", "name=\"\"", "name=\"file \"", "name=\"file[]\""})
        EXPECT_EQ(
            refused(form("x", "Content-Disposition: form-data; "s + name + "\r\n\r\n")),
            Reason::validation
        ) << name;
    std::string many = "--b\r\n";
    for (int part = 0; part < 17; ++part)
        many += note;
    EXPECT_EQ(refused(many + file_head + "x\r\n--b--"), Reason::validation);
}

TEST(Multipart, heads_of_parts_are_bounded_and_clean)
{
    auto const disposition = "Content-Disposition: form-data; name=\"file\""s;
    for (auto const& head :
         {"\r\n"s,
          "Content-Type: image/png\r\n\r\n"s,
          "Content-Disposition: attachment; name=\"file\"\r\n\r\n"s,
          "Content-Disposition: form-data\r\n\r\n"s,
          disposition + "; name=\"file\"\r\n\r\n",
          disposition + "\r\n" + disposition + "\r\n\r\n",
          disposition + "; filename=\"a\0b\"\r\n\r\n"s,
          disposition + "; filename=\"a\nb\"\r\n\r\n",
          disposition + "; filename=\"a\rb\"\r\n\r\n",
          disposition + "; filename=\"a\r\n\r\n",
          disposition + "\r\n folded\r\n\r\n",
          disposition + "\r\nno colon\r\n\r\n",
          disposition + "\r\nBad Name: x\r\n\r\n",
          disposition + "\r\nContent-Transfer-Encoding: base64\r\n\r\n",
          disposition + "\r\nX: " + std::string(2100, 'x') + "\r\n\r\n"})
        EXPECT_EQ(refused(form("x", head)), Reason::validation) << head;
    EXPECT_EQ(
        read(form(
                 "x",
                 "content-disposition:form-data;name=file;filename=\"../../a\\\"b.svg\"\r\n\r\n"
             ))
            .file,
        "x"
    );
    EXPECT_EQ(
        read(form("x", "Content-Transfer-Encoding: binary\r\n" + disposition + "\r\n\r\n")).file,
        "x"
    );
}

TEST(Multipart, a_larger_file_is_too_large)
{
    EXPECT_EQ(refused(form(std::string(limit + 1, 'x'))), Reason::payload_too_large);
}

TEST(Multipart, only_a_form_is_a_form)
{
    EXPECT_TRUE(is_multipart_form("multipart/form-data; boundary=x"));
    EXPECT_TRUE(is_multipart_form("Multipart/Form-Data"));
    for (auto const* type :
         {"application/json", "multipart/mixed; boundary=x", "multipart/form-data2", "", "image/png"
         })
        EXPECT_FALSE(is_multipart_form(type)) << type;
    EXPECT_FALSE(is_multipart_form(std::nullopt));
}

} // namespace
} // namespace gatehouse::http
