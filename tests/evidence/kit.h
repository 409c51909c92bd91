// What the tests of evidence share: a store with cases in it, packs made of them, and other people's tools.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "src/evidence/capture.h"
#include "src/evidence/pack.h"
#include "src/store/store.h"
#include "tests/fakes/shell.h"
#include "tests/fakes/temp_folder.h"

namespace heed {

extern const Instant kStart;

// Words in many scripts, and what would do harm where it is not escaped.
extern const std::vector<std::string> kWords;
// A post on social.example.
Post Theirs();

// A store of its own with `cases` cases of Oakmoor School, numbered from 1; the second one's post was edited, case 3 closed.
class Kit {
 public:
  explicit Kit(std::size_t cases = 4);
  Store& store() { return *store_; }
  const TempFolder& folder() const { return folder_; }
  std::string operator/(std::string_view name) const { return folder_ / name; }

  PackRequest Request(std::vector<CaseId> cases, std::string_view file = "pack.zip");
  // Adds a capture to a case as `heed capture add` does.
  void Attach(CaseId id, CapturedPost captured, std::string_view actor, Instant at = kStart + hours{2});
  // Made without a PDF unless the request says so; a failure fails the test.
  PackMade Make(const PackRequest& request);
  // Unpacked by `unzip` into a folder of that name; the bag's own folder.
  std::string Unpack(std::string_view zip, std::string_view into);

 private:
  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

std::map<std::string, std::string> ReadTree(const std::string& folder);

}  // namespace heed
