// The conformance suite over the forums: Lemmy, Discourse, NodeBB, Reddit and Telegram, each the ways it is read.
#include "tests/connectors/conformance.h"
#include "tests/connectors/forum_fakes.h"

namespace heed {
namespace {

template <typename Fake, bool other_way>
std::unique_ptr<Imitation> Play() {
  return std::make_unique<Fake>(other_way);
}
std::unique_ptr<Imitation> PlayTelegram() { return std::make_unique<FakeTelegram>(); }

INSTANTIATE_TEST_SUITE_P(Forums, Conformance,
                         testing::Values(ConformanceEntry{"lemmy_search", &Play<FakeLemmy, false>}, ConformanceEntry{"lemmy_community", &Play<FakeLemmy, true>},
                                         ConformanceEntry{"discourse_search", &Play<FakeDiscourse, false>}, ConformanceEntry{"discourse_latest", &Play<FakeDiscourse, true>},
                                         ConformanceEntry{"nodebb_search", &Play<FakeNodebb, false>}, ConformanceEntry{"nodebb_latest", &Play<FakeNodebb, true>},
                                         ConformanceEntry{"reddit_search", &Play<FakeReddit, false>}, ConformanceEntry{"reddit_subreddit", &Play<FakeReddit, true>},
                                         ConformanceEntry{"telegram", &PlayTelegram}),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
