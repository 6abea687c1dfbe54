// QR codes by libqrencode, drawn as SVG.
#include "protocols/one_time_codes/key_uri.h"

#include <qrencode.h>

#include <memory>
#include <stdexcept>

namespace gatehouse::one_time_codes {
namespace {

constexpr int quiet_zone = 4; // modules around it (ISO/IEC 18004)

// One path of unit-high bars: a picture of some kilobytes instead of one element for each module.
std::string bars_of(QRcode const& code)
{
    std::string path;
    for (int row = 0; row < code.width; ++row)
        for (int column = 0; column < code.width;) {
            auto const is_dark = [&](int at) {
                return (code.data[row * code.width + at] & 1) != 0;
            };
            auto const from = column;
            while (column < code.width && is_dark(column))
                ++column;
            if (auto const length = column - from; length > 0)
                path += "M" + std::to_string(from + quiet_zone) + " "
                    + std::to_string(row + quiet_zone) + "h" + std::to_string(length) + "v1h-"
                    + std::to_string(length) + "z";
            else
                ++column;
        }
    return path;
}

} // namespace

SecretString qr_picture(SecretString const& text)
{
    std::unique_ptr<QRcode, decltype(&QRcode_free)> const code(
        QRcode_encodeString8bit(std::string(text.reveal()).c_str(), 0, QR_ECLEVEL_M), &QRcode_free
    );
    if (!code)
        throw std::runtime_error("a text has no QR code");
    auto const size = std::to_string(code->width + 2 * quiet_zone);
    return SecretString(
        R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + size + " " + size
        + R"(" shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/>)"
        + R"(<path fill="#000" d=")" + bars_of(*code) + R"("/></svg>)"
    );
}

} // namespace gatehouse::one_time_codes
