#include "src/access/qr.h"

#include <qrencode.h>

#include <memory>

namespace heed {

std::string QrSvg(const std::string& text) {
  constexpr int kQuiet = 4;
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1), &QRcode_free);
  if (!code) return {};
  const std::string side = std::to_string(code->width + 2 * kQuiet);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side + "\" width=\"264\" height=\"264\" shape-rendering=\"crispEdges\">" +
                    "<rect width=\"" + side + "\" height=\"" + side + "\" fill=\"#fff\"/><path fill=\"#000\" d=\"";
  for (int y = 0; y < code->width; ++y)
    for (int x = 0; x < code->width; ++x)
      if (code->data[y * code->width + x] & 1) out += "M" + std::to_string(x + kQuiet) + " " + std::to_string(y + kQuiet) + "h1v1h-1z";
  return out + "\"/></svg>\n";
}

}  // namespace heed
