// Masking for working copies: who wrote it, who is named, how they are reached.  Pure.
//
// It finds what can be found by form (handles, addresses, numbers, "Mr So-and-so", "my son So-and-so") and the names staff
// give it; it does not understand a text.  A person must read a masked copy before it is passed on, and the pack says so.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

class Masker {
 public:
  // Names staff gave: children, parents, anybody.  Compared without regard to upper and lower case (ASCII), whole words.
  explicit Masker(std::vector<std::string> names);

  // Of the post at hand: their handle and display name are masked wherever they stand.
  void SetAuthor(std::string_view handle, std::string_view display_name);

  // The text with "[handle]", "[name]", ... in place of what is masked; counts by kind.
  std::string Text(std::string_view text);

  // How often each kind was masked since the last call.
  std::map<std::string, int> TakeCounts();

 private:
  std::vector<std::string> names_, author_;
  std::map<std::string, int> counts_;
};

}  // namespace heed
