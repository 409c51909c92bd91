#include "src/app/runner.h"

#include <algorithm>
#include <unordered_set>

#include "pipeline/mention.h"
#include "src/app/clock_watch.h"
#include "src/app/tally.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/casework/observe.h"
#include "src/evidence/capture.h"
#include "src/net/pace.h"
#include "src/net/recording.h"
#include "src/report/outbox.h"

namespace heed {
namespace {

// A connector that never says "up to date" must not keep a run going for ever.
constexpr int kMaxPages = 1'000'000;
// What is older when a source is read for the first time has waited already.
constexpr seconds kOld{days{2}};

// Evidence of what was left at the school's own place.
constexpr std::string_view kLeftThere = "left where people write to or about the school";
Mention LeftThere() { return {true, kMentionThreshold, {{std::string(kLeftThere), kMentionThreshold, 0, 0}}}; }
// What posts that were looked at by themselves were read by.
constexpr std::string_view kLookAgain = "look-again";

std::string OptionalTime(const std::optional<Instant>& at) { return at ? FormatRfc3339(*at) : ""; }

// An edit took the school's name out of a post we keep: that it happened is kept, the new words are not.
Post WithoutWords(Post post) {
  post.version_id = ContentVersion(post);
  post.title.clear();
  post.warning.clear();
  post.text.clear();
  post.raw.clear();
  post.media.clear();
  return post;
}

bool NeedsPerson(const Assessment& assessment) { return assessment.flag || !assessment.could_not_judge.empty(); }

// The exchange that brought a post, as the event that keeps it where the post changes its case.
std::optional<Event> CaptureOf(const Post& post, const HttpRecording& recording, Instant now) {
  if (recording.exchanges().empty()) return std::nullopt;
  auto captured = CaptureExchange(post, recording.exchanges(), AboutTheClock());
  if (!captured) return std::nullopt;
  Event event;
  event.kind = EventKind::kCaptured;
  event.at = now;
  event.actor = "heed";
  event.details = WriteCapture(captured->capture);
  event.attachment = std::move(captured->bytes);
  return event;
}

bool LooksBack(const SourceEntry& source) {
  return std::ranges::any_of(source.card->settings, [](const Setting& setting) { return setting.key == "look_back"; });
}

bool IsBacklog(const Post& post, const Assessment& assessment, Instant now) {
  constexpr std::uint8_t kWorst = 4;
  const auto written = post.edited_at ? post.edited_at : post.created_at;
  return written && *written < now - kOld && assessment.severity < kWorst;
}

void Fail(SourceState& state, const Error& error, Instant now) {
  state.fault = error.fault();
  state.message = error.message();
  if (error.fault() == Fault::kCancelled) return;
  ++state.failures;
  const std::uint64_t dice = Hash64(error.message() + std::to_string(now.time_since_epoch().count()));
  if (error.retry_after()) state.not_before = now + *error.retry_after();
  else if (!NeedsPerson(error.fault())) state.not_before = now + BackOff(state.failures, dice);
}

void AddGap(SourceState& state, Gap gap) {
  state.gaps.push_back(std::move(gap));
  while (state.gaps.size() > SourceState::kMaxGaps) {  // the two oldest become one
    Gap& second = state.gaps[1];
    second.from = state.gaps[0].from;
    if (second.why != state.gaps[0].why && second.why.size() < 500) second.why = state.gaps[0].why + "; " + second.why;
    state.gaps.erase(state.gaps.begin());
  }
}

// A run brought something new: how long it was quiet before is remembered, and forgotten by a tenth each time.
void HeardSomething(SourceState& state, Instant now) {
  if (state.last_news && now > *state.last_news) {
    const auto quiet = std::chrono::floor<seconds>(now - *state.last_news);
    state.longest_quiet = std::clamp(std::max(quiet, state.longest_quiet * 9 / 10), seconds{0}, seconds{days{366}});
  }
  state.last_news = now;
  ++state.times_news;
}

}  // namespace

bool NeedsPerson(Fault fault) {
  return fault == Fault::kSignIn || fault == Fault::kDenied || fault == Fault::kGone || fault == Fault::kInvalid || fault == Fault::kUnsupported;
}

std::string ToJson(const SourceRun& run) {
  JsonWriter out;
  out.Object().Field("source", run.source).Field("read", run.read).Field("mentioning", run.mentioning).Field("opened", run.opened).Field("backlog", run.backlog);
  out.Field("edited", run.edited).Field("reopened", run.reopened).Field("unjudged", run.unjudged);
  out.Key("notes").Array();
  for (const auto& note : run.notes) out.String(note);
  out.EndArray().Key("paused").Array();
  for (const auto& rule : run.paused) out.String(rule);
  out.EndArray().Key("gaps").Array();
  for (const auto& gap : run.gaps)
    out.Object().Field("from", OptionalTime(gap.from)).Field("until", OptionalTime(gap.until)).Field("why", gap.why).EndObject();
  out.EndArray();
  if (run.fault) out.Field("fault", ToString(*run.fault)).Field("message", run.message);
  if (!run.skipped.empty()) out.Field("skipped", run.skipped);
  out.EndObject();
  return out.Take();
}

Result<SourceRun> ParseSourceRun(std::string_view json) {
  JsonParser parser;
  const Json root = HEED_TRY(parser.Parse(json));
  const auto count = [&](std::string_view key) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, root[key].Int().value_or(0))); };
  SourceRun run;
  run.source = root["source"].StringOr("");
  run.read = count("read");
  run.mentioning = count("mentioning");
  run.opened = count("opened");
  run.backlog = count("backlog");
  run.edited = count("edited");
  run.reopened = count("reopened");
  run.unjudged = count("unjudged");
  root["notes"].Each([&](Json note) { run.notes.emplace_back(note.StringOr("")); });
  root["paused"].Each([&](Json rule) { run.paused.emplace_back(rule.StringOr("")); });
  root["gaps"].Each([&](Json gap) {
    run.gaps.push_back({ParseRfc3339(gap["from"].StringOr("")), ParseRfc3339(gap["until"].StringOr("")), std::string(gap["why"].StringOr(""))});
  });
  if (root["fault"]) run.fault = ParseFault(root["fault"].StringOr("")).value_or(Fault::kIo);
  run.message = root["message"].StringOr("");
  run.skipped = root["skipped"].StringOr("");
  return run;
}

Runner::Runner(const Config& config, LiveJudge& judge, Store& store, HttpClient& http, const Clock& clock, std::string data)
    : config_(config), judge_(judge), store_(store), http_(http), clock_(clock), data_(std::move(data)) {}

Runner::~Runner() = default;

Result<Connector*> Runner::ConnectorFor(const SourceEntry& source) {
  const std::lock_guard lock(mutex_);
  auto& kept = connectors_[source.spec.id];
  if (!kept) {
    const auto left = [this, id = source.spec.id](Instant since) -> Result<std::uint32_t> {
      const auto all = HEED_TRY(LeftSince(store_, since));
      const auto own = all.find(id);
      return own == all.end() ? 0 : own->second;
    };
    auto& tally = tallies_[source.spec.id];
    if (!tally) tally = std::make_unique<FileTally>(data_, source.spec.id, &clock_);
    kept = HEED_TRY(source.card->make(source.spec, config_.schools[source.school], ConnectorTools{http_, clock_, left, tally.get()}));
  }
  return kept.get();
}

Done Runner::Take(const SourceEntry& source, const Case& c, Post post) {
  const Instant now = clock_.Now();
  post.first_seen_at = now;
  // Where it was left stands for the mention, as it did when it was found.
  const bool about_school = std::ranges::any_of(c.assessment.mention.evidence, [](const auto& piece) { return piece.what == kLeftThere; });
  LiveWorker workers(judge_);
  auto* worker = HEED_TRY(workers.Now());
  std::string scratch;
  const std::string_view text = JudgedText(post, scratch);
  std::vector<Assessment> assessments;
  worker->Assess(source.school, std::vector<std::string_view>{text}, about_school ? MentionPolicy::kAny : MentionPolicy::kRequired, assessments);
  Assessment& assessment = assessments.at(0);
  if (about_school) assessment.mention = LeftThere();
  // A source of its own: the one it came from may be reading, and its place is that reading's to move.
  PageCommit commit{.source = std::string(kLookAgain), .state = HEED_TRY(store_.Source(kLookAgain)), .posts = {}, .at = now};
  commit.state.last_attempt = commit.state.last_success = now;
  if (assessment.mention.mentions || !assessment.could_not_judge.empty()) {
    auto words = WordsOf(text, assessment);
    commit.posts.push_back({source.spec.school, std::move(post), std::move(assessment), std::nullopt, false, std::move(words)});
  } else {
    commit.posts.push_back({source.spec.school, WithoutWords(std::move(post)), Assessment{}, std::nullopt});
  }
  HEED_TRY(store_.Commit(commit, Observe));
  return {};
}

SourceRun Runner::Run(const SourceEntry& source, const std::function<void(const RunProgress&)>& progress) {
  SourceRun run;
  run.source = source.spec.id;
  const auto end_early = [&](const Error& error) {
    run.fault = error.fault();
    run.message = error.message();
    return run;
  };
  if (!source.enabled) {
    run.skipped = source.off_because;
    return run;
  }
  auto known = store_.Source(source.spec.id);
  if (!known) return end_early(known.error());
  SourceState state = *std::move(known);
  const Instant start = clock_.Now();
  // A last attempt in the future: the clock was set back, and what was to be waited for is over or unknown.
  if (state.last_attempt && *state.last_attempt > start + kLeastClockStep) state.not_before.reset();
  if (state.not_before && *state.not_before > start) {
    run.skipped = "left alone until " + FormatLocal(*state.not_before) + (state.message.empty() ? "" : ": " + state.message);
    return run;
  }
  state.last_attempt = start;
  const auto fail = [&](const Error& error) {
    Fail(state, error, clock_.Now());
    if (auto saved = store_.SaveSource(source.spec.id, state); !saved)
      LogError("keeping the state of source " + source.spec.id + ": " + saved.error().message());
    return end_early(error);
  };

  auto connector = ConnectorFor(source);
  if (!connector) return fail(connector.error());
  LiveWorker workers(judge_);
  // How far it looks back was chosen by a person, and what it finds there has waited already.
  const bool first_reading = !state.last_success && LooksBack(source);
  bool news = false;  // whether this run brought a post or a version that was not known
  std::vector<std::string> scratch;
  std::vector<std::string_view> texts;
  std::vector<Assessment> assessments;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    if (http_.stopped()) return fail(Error{Fault::kCancelled, "stopped; the next run goes on from here"});
    const HttpRecording recording;  // what is flagged is kept with the exchange that brought it
    auto fetched = (*connector)->Fetch(state.cursor);
    if (!fetched) return fail(fetched.error());
    Page& page = *fetched;
    const Instant now = clock_.Now();

    const auto worker = workers.Now();
    if (!worker) return fail(worker.error());
    texts.clear();
    if (scratch.size() < page.posts.size()) scratch.resize(page.posts.size());
    for (std::size_t i = 0; i < page.posts.size(); ++i) texts.push_back(JudgedText(page.posts[i], scratch[i]));
    (*worker)->Assess(source.school, texts, page.about_school ? MentionPolicy::kAny : MentionPolicy::kRequired, assessments);
    // Where it was left stands for the mention, and staff are told so.
    if (page.about_school)
      for (auto& assessment : assessments) assessment.mention = LeftThere();

    PageCommit commit{.source = source.spec.id, .state = {}, .posts = {}, .at = now};
    // A post we keep may have been edited so that it no longer names the school; what we keep may have come with this
    // very page, so the page's order stays.
    const auto ours = [&](std::size_t i) { return assessments[i].mention.mentions || !assessments[i].could_not_judge.empty(); };
    std::vector<std::string_view> ids;
    for (std::size_t i = 0; i < page.posts.size(); ++i)
      if (!ours(i)) ids.push_back(page.posts[i].global_id);
    std::vector<bool> kept;
    if (!ids.empty()) {
      auto known_ids = store_.Knows(source.spec.school, ids);
      if (!known_ids) return fail(known_ids.error());
      kept = *std::move(known_ids);
    }
    // A harmless version of a post that has a case is an edit of it, and is kept with its exchange too.
    std::vector<std::string_view> harmless;
    for (std::size_t i = 0; i < page.posts.size(); ++i)
      if (ours(i) && !NeedsPerson(assessments[i])) harmless.push_back(page.posts[i].global_id);
    std::vector<bool> harmless_kept;
    if (!harmless.empty() && !recording.exchanges().empty()) {
      auto known_ids = store_.Knows(source.spec.school, harmless);
      if (!known_ids) return fail(known_ids.error());
      harmless_kept = *std::move(known_ids);
    }
    std::unordered_set<std::string> on_this_page;
    std::uint64_t mentioning = 0;
    for (std::size_t i = 0, other = 0, quiet = 0; i < page.posts.size(); ++i) {
      Post& post = page.posts[i];
      const bool wanted = ours(i);
      if (!wanted && !kept[other++] && !on_this_page.contains(post.global_id)) continue;
      if (post.first_seen_at == Instant{}) post.first_seen_at = now;
      if (wanted) {
        ++mentioning;
        run.unjudged += !assessments[i].could_not_judge.empty();
        const bool seen_on_page = !on_this_page.insert(post.global_id).second;
        bool keep = NeedsPerson(assessments[i]);
        if (!keep && !harmless_kept.empty()) keep = harmless_kept[quiet++] || seen_on_page;
        auto capture = keep ? CaptureOf(post, recording, now) : std::nullopt;
        auto words = WordsOf(texts[i], assessments[i]);
        const bool backlog = first_reading && IsBacklog(post, assessments[i], now);
        commit.posts.push_back({source.spec.school, std::move(post), std::move(assessments[i]), std::move(capture), backlog, std::move(words)});
      } else {
        commit.posts.push_back({source.spec.school, WithoutWords(std::move(post)), Assessment{}, std::nullopt});
      }
    }

    // Becomes the source's state only with the commit: a failed one must not move the cursor.
    SourceState next = state;
    next.posts_read += page.posts.size();
    next.posts_mentioning += mentioning;
    next.cursor = std::move(page.next);
    if (page.sign_in_ends) next.sign_in_ends = *page.sign_in_ends == Instant::max() ? std::nullopt : page.sign_in_ends;
    if (!page.quota.empty()) next.quota = std::move(page.quota);
    if (page.gap) AddGap(next, *page.gap);
    const bool done = !page.more;
    if (done) {
      next.last_success = now;
      next.fault.reset();
      next.message.clear();
      next.failures = 0;
      next.not_before.reset();
    }
    const bool pause = page.wait && *page.wait > seconds{0};
    if (pause) next.not_before = now + *page.wait;
    commit.state = next;
    auto committed = store_.Commit(commit, Observe);
    if (!committed) return fail(committed.error());
    state = std::move(next);
    if (!committed->paused.empty()) {
      const auto paused = PausedIds(store_);
      if (!paused) return fail(paused.error());
      judge_.SetPaused(*paused);
    }
    for (const auto& one : committed->paused) {
      run.paused.push_back(one.rule);
      LogWarning("rule " + one.rule + " suddenly fired on " + std::to_string(one.fired) + " of " + std::to_string(one.posts) +
                 " posts and is paused: it goes on counting, but queues nothing until somebody looks (heed lexicon resume " + one.rule + ")");
    }

    news = news || committed->new_posts + committed->new_versions > 0;
    run.read += page.posts.size();
    run.mentioning += mentioning;
    run.opened += committed->opened;
    run.backlog += committed->backlog;
    run.edited += committed->edited;
    run.reopened += committed->reopened;
    if (page.gap) run.gaps.push_back(*std::move(page.gap));
    for (auto& note : page.notes)
      if (run.notes.size() < SourceRun::kMaxNotes) run.notes.push_back(std::move(note));
    if (progress) progress({source.spec.id, run.read, run.mentioning, run.opened, page.progress});
    if (done && news) {  // what is new is known only after the commit, and is no reason to fail a run
      HeardSomething(state, now);
      if (auto saved = store_.SaveSource(source.spec.id, state); !saved) LogWarning("source " + source.spec.id + ": " + saved.error().message());
    }
    if (done) return run;
    if (pause) {
      run.notes.push_back("the platform asked for a pause of " + FormatDuration(*page.wait) + "; the next run goes on from there");
      return run;
    }
  }
  return fail(Error{Fault::kMalformed, "the source never came to an end after " + std::to_string(kMaxPages) + " pages"});
}

}  // namespace heed
