// What the store's tests share: a folder that goes away, example posts, the raw rows, and a scripted workload
// whose end is known.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "src/store/store.h"

namespace heed {

class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

extern const Instant kStart;  // "2026-11-02T08:00:00Z"

// A post of that id and version whose text says both.
Post APost(std::string_view id, std::string_view version = "1");
Assessment Harmless();
// Flagged; severity 1..4.
Assessment Bad(std::uint8_t severity, std::vector<Category> categories = {Category::kAbuse});

// A page of one source ("src-" and the school) for one school.
PageCommit APage(std::string school, std::vector<std::pair<Post, Assessment>> posts, std::string cursor = "c", Instant at = kStart);

// Fails the test where the store counts anything else than its queue holds.
void ExpectCountsOfItsQueue(const Store& store);

// Every row of a closed or running store's families, "family/hex key" -> value; opened read-only.
std::map<std::string, std::string> RawRows(const std::string& folder);
// The same, told so that two runs of one workload compare equal: events decoded, without salt and hashes.
std::string Story(const std::string& folder);

// A workload of `kSteps` steps over two schools: new posts, duplicates, edits, pages of both, decisions,
// failures of a source, retention.  Where it stands is read from the store itself, so it goes on
// after a crash like heed does: cursor first, then the next page.
class Workload {
 public:
  static constexpr int kSteps = 14;
  // Does the steps that are still to do; the first failure ends it.  `acknowledged`: how many steps the store has
  // said are kept, whatever happens next.
  static Done Run(Store& store, int* acknowledged = nullptr);
  static int Kept(const Store& store);
};

}  // namespace heed
