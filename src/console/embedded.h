// The console's templates and assets, inside the binary.  Which files: src/console/console.cmake.
#pragma once

#include <span>
#include <string_view>

namespace heed {

struct Embedded {
  std::string_view name;  // "templates/queue.mustache", "assets/heed.css"
  std::string_view bytes;
};

// By name, in order; made by console.cmake.
std::span<const Embedded> AllEmbedded();
// nullptr when there is none.
const Embedded* FindEmbedded(std::string_view name);

}  // namespace heed
