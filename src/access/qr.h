// A QR code as an SVG image.  The only host of libqrencode.
#pragma once

#include <string>

namespace heed {

// Black squares on white with the quiet zone the standard asks for; "" where the text is too long for a QR code.
std::string QrSvg(const std::string& text);

}  // namespace heed
