// A case as a scan opens it, for tests of what becomes of it.
#pragma once

#include "src/casework/observe.h"

namespace heed {

const inline Instant kNow = *ParseRfc3339("2026-11-02T08:00:00Z");

// Number 12, a threat of severity 3 at Oakmoor.
inline Case AnOpenCase() {
  Post post;
  post.platform = "mastodon";
  post.global_id = "https://social.example/1";
  post.version_id = "1";
  post.text = "about Oakmoor School";
  post.first_seen_at = kNow;
  Assessment assessment;
  assessment.mention.mentions = true;
  assessment.flag = true;
  assessment.severity = 3;
  assessment.categories = {Category::kThreat};
  assessment.hits = {{"threat.kill-you", Category::kThreat, 3, 0, 5, View::kPlain, "a threat"}};
  Case c = Observe(nullptr, {post, assessment, "oakmoor", "masto", kNow, 1, false})->after;
  c.id = 12;
  return c;
}

}  // namespace heed
