// A time-stamp authority of the tests' own, run by `openssl ts -reply`: a root, and a certificate for time stamps below it.
#pragma once

#include <string>

#include "tests/fakes/temp_folder.h"

namespace heed {

class Authority {
 public:
  Authority();
  // DER of TimeStampResp for DER of TimeStampReq.
  std::string Reply(const std::string& query) const;
  std::string certificates() const { return folder_ / "ca.pem"; }
  const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
};

}  // namespace heed
