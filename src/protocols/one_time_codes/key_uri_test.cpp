// Links and pictures for authenticators.
#include "protocols/one_time_codes/key_uri.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace gatehouse::one_time_codes {
namespace {

std::string uri(std::string_view issuer, std::string_view account)
{
    return std::string(key_uri(issuer, account, SecretString("JBSWY3DPEHPK3PXP")).reveal());
}

TEST(KeyUri, HasEveryParameterOfTheFormat)
{
    EXPECT_EQ(
        uri("id.example.test", "ann@example.test"),
        "otpauth://totp/id.example.test:ann%40example.test?secret=JBSWY3DPEHPK3PXP"
        "&issuer=id.example.test&algorithm=SHA1&digits=6&period=30"
    );
}

TEST(KeyUri, NothingInANameEndsItsPart)
{
    EXPECT_EQ(
        uri("Big & Co: a/b", "o'ann+1?x=&y#z@ä.test"),
        "otpauth://totp/Big%20%26%20Co%20a%2Fb:o%27ann%2B1%3Fx%3D%26y%23z%40%C3%A4.test"
        "?secret=JBSWY3DPEHPK3PXP&issuer=Big%20%26%20Co%20a%2Fb&algorithm=SHA1&digits=6&period=30"
    );
}

TEST(KeyUri, TheIssuerIsTheHostOfTheInstallation)
{
    EXPECT_EQ(issuer_of("https://id.example.test"), "id.example.test");
    EXPECT_EQ(issuer_of("https://id.example.test:8443/door?x#y"), "id.example.test");
    EXPECT_EQ(issuer_of("http://127.0.0.1:8080"), "127.0.0.1");
    EXPECT_EQ(issuer_of("http://[::1]:8080"), "gatehouse");
    EXPECT_EQ(issuer_of(""), "gatehouse");
}

TEST(QrPicture, IsAnSvgOfBarsWithinItsQuietZone)
{
    auto const picture = qr_picture(SecretString(uri("id.example.test", "ann@example.test")));
    auto const svg = std::string(picture.reveal());
    EXPECT_EQ(svg.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", 0), 0U);
    EXPECT_TRUE(svg.ends_with("\"/></svg>"));
    // The finder pattern of the first row: seven dark modules, four from the edge.
    EXPECT_NE(svg.find("d=\"M4 4h7v1h-7z"), std::string::npos);
    EXPECT_EQ(svg.find("<script"), std::string::npos);
    EXPECT_EQ(svg.find("JBSWY"), std::string::npos) << "the secret stands in it as text";
}

TEST(QrPicture, ATextThatIsTooLongIsAFault)
{
    EXPECT_THROW((void)qr_picture(SecretString(std::string(5000, 'a'))), std::runtime_error);
}

} // namespace
} // namespace gatehouse::one_time_codes
