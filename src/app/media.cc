#include "src/app/media.h"

#include <algorithm>
#include <set>

#include "src/app/originals.h"
#include "src/base/hash.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/evidence/capture.h"
#include "src/evidence/item.h"
#include "src/net/hls.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr days kLookBack{14};
constexpr std::uint32_t kTries = 6;
constexpr milliseconds kPatience{30'000}, kPatienceWithVideos{180'000};  // of one request
constexpr std::uint64_t kMaxPlaylist = 1 << 20;
constexpr int kTimesQuicker = 20;

// The platforms whose posts come with addresses of their pictures and videos.
bool GivesMedia(std::string_view platform) { return platform == "bluesky" || platform == "mastodon"; }

bool MayBeFetched(const Case& c) { return c.decision && c.decision->finding == Finding::kBreach; }

}  // namespace

MediaDesk::MediaDesk(Store& store, HttpClient& http, const Clock& clock, std::string data, MediaWanted wanted, AddressGuard guard)
    : store_(store), http_(http), clock_(clock), data_(std::move(data)), wanted_(wanted), guard_(std::move(guard)) {}

Result<std::vector<MediaStep>> MediaDesk::Look() {
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
    std::size_t pictures = 0, videos = 0;
    for (const auto& event : HEED_TRY(store_.History(id)))
      if (event.kind == EventKind::kCaptured && !event.erased)
        if (const auto capture = ReadCapture(event.details); capture && capture->whose == "media" && known.insert(capture->address).second) ++(capture->media_type.starts_with("video/") ? videos : pictures);
    for (const auto& version : post->versions) {
      if (!GivesMedia(version.post.platform)) continue;
      for (const auto& media : version.post.media) {
        const bool video = media.kind == "video";
        if (media.url.empty() || !(video ? wanted_.videos : wanted_.pictures && media.kind == "image")) continue;
        if ((video ? videos < kMaxVideos : pictures < kMaxPictures) && known.insert(media.url).second) {
          ++(video ? videos : pictures);
          waiting_.try_emplace({id, media.url}, Waiting{.video = video});
        }
      }
    }
  }
  seen_ = newest;

  std::vector<MediaStep> steps;
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    if (http_.stopped()) break;
    auto& [which, waits] = *each;
    if (waits.not_before > now) {
      ++each;
      continue;
    }
    MediaStep step = Fetch(which.first, which.second, waits.video);
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

MediaStep MediaDesk::Fetch(CaseId id, const std::string& address, bool video) {
  MediaStep step{id, address, "", false, video};
  const auto failed = [&](const Error& error) {
    const Fault fault = error.fault();
    step.problem = error.message();
    step.final = fault == Fault::kInvalid || fault == Fault::kDenied || fault == Fault::kTooLarge || fault == Fault::kGone || fault == Fault::kUnsupported || fault == Fault::kMalformed;
    return step;
  };
  // As it is now: the decision may have been taken back, or be another one.
  const auto c = store_.FindCase(id);
  if (!c || !MayBeFetched(*c)) return failed(Error{Fault::kDenied, "the case is not a breach any more"});
  auto got = video ? GetVideo(address) : Result<Got>();
  if (!video) {
    auto picture = Get(address, false, kMaxPicture);
    if (!picture) return failed(picture.error());
    got = Got{*std::move(picture)};
  }
  if (!got) return failed(got.error());
  const OriginalKind kind = KindOfOriginal(got->bytes);
  if (!(video ? kind.video : kind.picture)) return failed(Error{Fault::kUnsupported, std::string("what is there is no ") + (video ? "video" : "picture") + " of a kind heed keeps"});
  if (const auto kept = Keep(id, address, *got, clock_.Now()); !kept) step.problem = kept.error().message();
  return step;
}

// kGone, kDenied, kTooLarge and kInvalid are final; any other failure may pass.
Result<std::string> MediaDesk::Get(const std::string& address, bool video, std::uint64_t most) {
  auto response = http_.Send({.url = address, .headers = {{"Accept", video ? "video/mp4,video/webm,application/vnd.apple.mpegurl,video/*" : "image/png,image/jpeg,image/webp,image/gif"}}, .max_body = most,
                              .timeout = video ? kPatienceWithVideos : kPatience, .guard = &guard_});
  if (!response) {
    // Half an answer, or none that is HTTP, may be another one next time.
    if (response.error().fault() == Fault::kMalformed) return Fail(Fault::kUnavailable, response.error().message());
    return Fail(std::move(response).error());
  }
  if (response->status == 404 || response->status == 410) return Fail(Fault::kGone, "it is not there any more (" + std::to_string(response->status) + ")");
  if (response->status < 200 || response->status > 299) return Fail(Fault::kUnavailable, "it was not shown to heed (" + std::to_string(response->status) + ")");
  return std::move(response->body);
}

Result<MediaDesk::Got> MediaDesk::GetVideo(const std::string& address) {
  std::string body = HEED_TRY(Get(address, true, kMaxVideo));
  if (!IsHls(body)) return Got{std::move(body)};
  return Join(std::move(body), address);
}

Result<MediaDesk::Got> MediaDesk::Join(std::string playlist, std::string url) {
  const auto read = [](std::string_view body, const std::string& at) -> Result<HlsPlaylist> {
    if (body.size() > kMaxPlaylist) return Fail(Fault::kTooLarge, "the playlist of the video is larger than 1 MB");
    return ParseHls(body, at);
  };
  HlsPlaylist list = HEED_TRY(read(playlist, url));
  auto sizes = std::move(list.variants);
  std::ranges::stable_sort(sizes, std::ranges::greater{}, &HlsPlaylist::Variant::bits_per_second);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string inner = HEED_TRY(Get(sizes[i].url, true, kMaxPlaylist));
    list = HEED_TRY(read(inner, sizes[i].url));
    if (!list.variants.empty()) return Fail(Fault::kUnsupported, "the playlist of the video names playlists of playlists");
    const auto expected = static_cast<std::uint64_t>(list.length.count()) * sizes[i].bits_per_second / 8;
    if (expected <= kMaxVideo) break;  // the smallest is tried whatever it promises
  }
  if (list.locked) return Fail(Fault::kUnsupported, "the video is encrypted");
  if (!list.whole) return Fail(Fault::kUnsupported, "the video is a broadcast that goes on");
  Got got;
  got.parts = list.parts.size();
  for (const auto& part : list.parts) {
    if (http_.stopped()) return Fail(Fault::kUnavailable, "heed was told to stop");
    got.bytes += HEED_TRY(Get(part, true, kMaxVideo - got.bytes.size()));
  }
  return got;
}

Done MediaDesk::Keep(CaseId id, const std::string& address, const Got& got, Instant at) {
  const std::string& bytes = got.bytes;
  const OriginalKind kind = KindOfOriginal(bytes);
  Capture capture;
  capture.whose = "media";
  capture.extension = ExtensionOf(bytes);
  capture.name = (kind.video ? "video." : "picture.") + capture.extension;
  capture.media_type = kind.media_type;
  capture.address = address;
  capture.how = "fetched by heed from the address the platform gave for it, after a person had decided on the case";
  if (got.parts > 1) capture.how += "; served in " + std::to_string(got.parts) + " parts, which follow each other here unchanged";
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
    if (!steps && std::exchange(last, steps.error().message()) != steps.error().message()) LogError("fetching pictures and videos: " + steps.error().message());
    if (steps)
      for (const auto& step : *steps)
        if (step.final) LogWarning("case " + std::to_string(step.case_id) + std::string(step.video ? ": a video" : ": a picture") + " of the post is not kept: " + step.problem);
  };
}

}  // namespace heed
