// The fuzz target of rows on a small corpus, for builds without libFuzzer.
#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/hammer.h"
#include "tests/fuzz/store_codec.cc"

namespace heed {
namespace {

TEST(FuzzTargets, RowsHold) {
  PostRow post{.newest = 2, .case_id = 7, .changed_at = Instant{seconds{1'900'000'000}}, .versions = {"a", "b"}};
  SourceState state;
  state.message = "words";
  state.gaps = {{Instant{seconds{1}}, std::nullopt, "why"}};
  Case c;
  c.id = 3;
  c.school = "oakmoor";
  Event event;
  event.sequence = 1;
  event.details = "{}";
  Hammer(&LLVMFuzzerTestOneInput, {Encode(post), Encode(state), Encode(c), Encode(event), Encode(Head{}), Encode(Person{}), Encode(Session{}), Encode(AuditRow{}), Encode(Paper{}), Encode(AlikeRow{}), Encode(Preferences{}), Encode(Batch{}),
                                   Encode(RuleRecord{}), Encode(RuleStretch{}), Encode(PausedRule{})});
}

}  // namespace
}  // namespace heed
