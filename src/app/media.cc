#include "src/app/media.h"

#include <algorithm>
#include <set>

#include "src/app/originals.h"
#include "src/base/hash.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/evidence/capture.h"
#include "src/evidence/item.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr days kLookBack{14};
constexpr std::uint32_t kTries = 6;
constexpr milliseconds kPatience{30'000};
constexpr int kTimesQuicker = 20;

// The platforms whose posts come with addresses of their pictures.
bool GivesPictures(std::string_view platform) { return platform == "bluesky" || platform == "mastodon"; }

bool MayBeFetched(const Case& c) { return c.decision && c.decision->finding == Finding::kBreach; }

}  // namespace

MediaDesk::MediaDesk(Store& store, HttpClient& http, const Clock& clock, std::string data, AddressGuard guard)
    : store_(store), http_(http), clock_(clock), data_(std::move(data)), guard_(std::move(guard)) {}

Result<std::vector<PictureStep>> MediaDesk::Look() {
  const Instant now = clock_.Now();
  // What was decided since.
  std::set<CaseId> decided;
  std::uint64_t newest = seen_;
  HEED_TRY(store_.EachEventBack([&](const Event& event) {
    newest = std::max(newest, event.sequence);
    if (event.sequence <= seen_ || event.at < now - kLookBack) return false;
    if (event.kind == EventKind::kDecided || event.kind == EventKind::kEdited) decided.insert(event.case_id);
    return true;
  }));
  for (const CaseId id : decided) {
    const auto c = store_.FindCase(id);
    if (!c && (c.error().fault() == Fault::kNotFound || c.error().fault() == Fault::kGone)) continue;
    if (!c) return Fail(c.error());
    if (!MayBeFetched(*c)) continue;
    const auto post = store_.PostOf(*c);
    if (!post && post.error().fault() == Fault::kNotFound) continue;
    if (!post) return Fail(post.error());
    std::set<std::string> known;
    for (const auto& event : HEED_TRY(store_.History(id)))
      if (event.kind == EventKind::kCaptured && !event.erased)
        if (const auto capture = ReadCapture(event.details); capture && capture->whose == "media") known.insert(capture->address);
    for (const auto& version : post->versions)
      for (const auto& media : version.post.media)
        if (GivesPictures(version.post.platform) && media.kind == "image" && !media.url.empty() && known.size() < kMaxPictures && known.insert(media.url).second) waiting_.try_emplace({id, media.url});
  }
  seen_ = newest;

  std::vector<PictureStep> steps;
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    if (http_.stopped()) break;
    auto& [which, waits] = *each;
    if (waits.not_before > now) {
      ++each;
      continue;
    }
    PictureStep step = Fetch(which.first, which.second);
    if (!step.problem.empty() && !step.final) {
      ++waits.failures;
      waits.not_before = now + BackOff(waits.failures, Hash64(which.second));
      step.final = waits.failures >= kTries;
    }
    const bool over = step.problem.empty() || step.final;
    steps.push_back(std::move(step));
    each = over ? waiting_.erase(each) : std::next(each);
  }
  return steps;
}

PictureStep MediaDesk::Fetch(CaseId id, const std::string& address) {
  PictureStep step{id, address, "", false};
  const auto give_up = [&](std::string why) {
    step.problem = std::move(why);
    step.final = true;
    return step;
  };
  // As it is now: the decision may have been taken back, or be another one.
  const auto c = store_.FindCase(id);
  if (!c || !MayBeFetched(*c)) return give_up("the case is not a breach any more");
  const auto response = http_.Send({.url = address, .headers = {{"Accept", "image/png,image/jpeg,image/webp,image/gif"}}, .max_body = kMaxPicture, .timeout = kPatience, .guard = &guard_});
  if (!response) {
    const Fault fault = response.error().fault();
    if (fault == Fault::kInvalid || fault == Fault::kDenied || fault == Fault::kTooLarge) return give_up(response.error().message());
    step.problem = response.error().message();
    return step;
  }
  if (response->status == 404 || response->status == 410) return give_up("it is not there any more (" + std::to_string(response->status) + ")");
  if (response->status < 200 || response->status > 299) {
    step.problem = "it was not shown to heed (" + std::to_string(response->status) + ")";
    return step;
  }
  if (!KindOfOriginal(response->body).picture) return give_up("what is there is no picture of a kind heed keeps");
  if (const auto kept = Keep(id, address, response->body, clock_.Now()); !kept) step.problem = kept.error().message();
  return step;
}

Done MediaDesk::Keep(CaseId id, const std::string& address, const std::string& bytes, Instant at) {
  const OriginalKind kind = KindOfOriginal(bytes);
  Capture capture;
  capture.whose = "media";
  capture.name = "picture." + ExtensionOf(bytes);
  capture.extension = ExtensionOf(bytes);
  capture.media_type = kind.media_type;
  capture.address = address;
  capture.how = "fetched by heed from the address the platform gave for it, after a person had decided on the case";
  capture.clock = AboutTheClock();
  capture.tool = "heed " HEED_VERSION;
  capture.taken_at = at;
  capture.sha256 = Sha256Hex(bytes);
  capture.bytes = bytes.size();
  for (int tries = 0;; ++tries) {
    Change change;
    change.after = HEED_TRY(store_.FindCase(id));
    if (!MayBeFetched(change.after)) return Fail(Fault::kDenied, "the case is not a breach any more");
    // The file first: an event without its picture would be a hole.
    HEED_TRY(KeepOriginal(data_, change.after.school, bytes));
    Event& event = change.events.emplace_back();
    event.case_id = id;
    event.kind = EventKind::kCaptured;
    event.at = at;
    event.actor = "heed";
    event.details = WriteCapture(capture);
    ++change.after.events;
    const auto recorded = store_.Record(change);
    if (recorded) return {};
    if (recorded.error().fault() != Fault::kExists || tries == kTimesQuicker) return Fail(recorded.error());
  }
}

std::function<void()> Fetching(MediaDesk& desk) {
  return [&desk, last = std::string()]() mutable {
    const auto steps = desk.Look();
    if (!steps && std::exchange(last, steps.error().message()) != steps.error().message()) LogError("fetching pictures: " + steps.error().message());
    if (steps)
      for (const auto& step : *steps)
        if (step.final) LogWarning("case " + std::to_string(step.case_id) + ": a picture of the post is not kept: " + step.problem);
  };
}

}  // namespace heed
