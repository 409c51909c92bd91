#include "src/console/embedded.h"

namespace heed {

const Embedded* FindEmbedded(std::string_view name) {
  for (const auto& file : AllEmbedded())
    if (file.name == name) return &file;
  return nullptr;
}

}  // namespace heed
