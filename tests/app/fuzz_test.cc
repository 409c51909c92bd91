// The fuzz target of configurations on a small corpus, for builds without libFuzzer.
#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/app_config.cc"
#include "tests/fuzz/hammer.h"

namespace heed {
namespace {

TEST(FuzzTargets, ConfigurationsHold) {
  const std::string school = "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nplaces = [\"Brackwell\"]\n[[school.other]]\nname = \"Oakmoor School, Leeds\"\nmarkers = [\"Leeds\"]\n[[school.staff]]\nname = \"Ms Adeyemi\"\nagreed_on = 2026-09-01\n";
  Hammer(&LLVMFuzzerTestOneInput,
         {school + "[[source]]\nid = \"sky\"\nschool = \"oakmoor\"\nconnector = \"bluesky\"\nevery = \"15m\"\nqueries = [\"Oakmoor School\"]\nhandle = \"a.example\"\npassword_env = \"P\"\n",
          school + "[[source]]\nid = \"f\"\nschool = \"oakmoor\"\nconnector = \"feed\"\nurl = \"https://news.example/feed\"\ncron = \"30 7 * * 1-5\"\n[retention]\nunflagged = \"30d\"\n[console]\nport = 8420\nurl = \"https://heed.example\"\n[alarm]\nmail_to = "
                   "[\"a@b.example\"]\nfailures = 3\n"});
}

}  // namespace
}  // namespace heed
