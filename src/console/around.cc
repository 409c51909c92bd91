#include "src/console/around.h"

#include <algorithm>

#include "src/base/text.h"
#include "src/console/console.h"
#include "src/console/pages.h"

namespace heed {
namespace {

constexpr std::size_t kMostAlike = 20, kMostOfThread = 50, kLineAround = 300;

Instant WrittenAt(const Post& post) { return post.created_at.value_or(post.first_seen_at); }

// A kept post as a line of its thread.
Result<Slots> ThreadLine(const Visit& visit, const StoredPost& stored, const Post& about, const Looking& looking) {
  const StoredVersion* version = &stored.versions[stored.newest];
  std::optional<Case> c;
  if (stored.case_id) {
    auto found = visit.parts.store.FindCase(*stored.case_id);
    if (!found && found.error().fault() != Fault::kNotFound && found.error().fault() != Fault::kGone) return Fail(found.error());
    if (found) c = *std::move(found);
  }
  if (c) version = &stored.Version(c->worst);
  Slots line;
  const bool locked = c && c->decision && c->decision->finding == Finding::kChildImage;
  const std::string text = TextOf(version->post);
  const std::string words = locked ? "(not to be viewed)" : text.empty() ? "(no words)" : OneLine(text, version->assessment.hits, looking.how, kLineAround);
  line.Set("posted", FormatLocal(WrittenAt(version->post))).Set("words", words);
  if (looking.peek && !locked)
    if (const std::string bare = OneLine(text, {}, Words::kShown, kLineAround); bare != words) line.Set("bare", bare);
  const std::string& id = version->post.global_id;
  line.Set("place", id == about.global_id ? "This post" : id == about.thread_root ? "Began the thread" : id == about.in_reply_to ? "What this post answers" : version->post.in_reply_to == about.global_id ? "Answers this post" : "In the same thread");
  line.Set("own", id == about.global_id);
  if (c && id != about.global_id) line.Set("case", c->id).Set("state", Capital(ToString(c->state)));
  return line;
}

}  // namespace

Done AddAround(const Visit& visit, const StoredPost& post, const StoredVersion& shown, const Looking& looking, Slots& view) {
  const Case& c = *visit.c;
  std::vector<Slots> similar;
  for (const auto& one : HEED_TRY(visit.parts.store.Alike(c, kMostAlike))) {
    auto row = HEED_TRY(CaseRow(visit, one.c, looking.how, looking.peek, kLineAround));
    if (!row) continue;
    std::vector<std::string> ties;
    for (const auto tie : one.ties) ties.emplace_back(ToString(tie));
    row->Set("ties", Capital(Join(ties, " and ")));
    if (one.c.decision && one.c.decision->finding != Finding::kChildImage) row->Set("finding", FindingWords(one.c.decision->finding));
    else if (one.c.decision) row->Set("finding", "not to be viewed");
    similar.push_back(*std::move(row));
  }
  view.Set("has_similar", !similar.empty()).Set("similar", std::move(similar));
  const auto waiting = HEED_TRY(visit.parts.store.BurstOf(c, visit.now));
  if (waiting.size() > 1) view.Set("burst_size", waiting.size());

  const auto others = HEED_TRY(visit.parts.store.Thread(c.school, shown.post, kMostOfThread));
  std::vector<const StoredPost*> thread = {&post};
  for (const auto& other : others) thread.push_back(&other);
  std::ranges::stable_sort(thread, {}, [](const StoredPost* one) { return WrittenAt(one->versions.front().post); });
  std::vector<Slots> lines;
  if (!others.empty())
    for (const StoredPost* one : thread) lines.push_back(HEED_TRY(ThreadLine(visit, *one, shown.post, looking)));
  view.Set("has_thread", !lines.empty()).Set("thread", std::move(lines)).Set("answers", !AnswersOf(shown.post).empty());
  view.Set("platform", Visible(shown.post.platform));
  return {};
}

}  // namespace heed
