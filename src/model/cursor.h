// How far a connector has read: opaque to everyone but the connector that wrote it.
//
// Stored in the same batch as the posts it covers, so a crash repeats work and never loses a post.  Holds
// no secrets.  Empty means "never read".
#pragma once

#include <string>

namespace heed {

struct Cursor {
  std::string value;
  bool empty() const { return value.empty(); }
  bool operator==(const Cursor&) const = default;
};

}  // namespace heed
