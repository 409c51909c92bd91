#include "src/app/tips.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <tuple>

#include "src/app/originals.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/casework/observe.h"

namespace heed {
namespace {

constexpr std::size_t kBatch = 4'096;  // messages judged at a time
constexpr std::uint64_t kMaxPage = 10ull << 20;
constexpr milliseconds kPageTime{30'000};
constexpr std::size_t kMaxThings = 200;  // files, texts and links of one tip
constexpr std::int32_t kHandedInWeight = 100;  // the threshold of pipeline/mention.h: enough by itself

// A message of an export, or the whole of something, on its way into the store.
struct Candidate {
  std::size_t item = 0, post = 0;  // indices
  Assessment assessment;
  bool wanted = false;             // becomes a case; else it names the school and no more
};

std::string Folder(const std::string& data) { return data + "/tips"; }

std::string ToldFolder(const std::string& data) { return data + "/tips-told"; }

bool IsTipId(std::string_view id) { return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == id.npos; }

void AddEvidence(Assessment& assessment, std::string what, std::int32_t weight) {
  assessment.mention.mentions = true;
  assessment.mention.score += weight;
  assessment.mention.evidence.push_back({std::move(what), weight, 0, 0});
}

bool Worse(const Assessment& a, const Assessment& b) { return std::tuple(QueueRank(a), a.priority) > std::tuple(QueueRank(b), b.priority); }

}  // namespace

bool TipReport::complete() const {
  return not_read.empty() && std::ranges::all_of(items, [](const TipItemReport& item) { return item.unsure.empty() && item.left_out == 0; });
}

std::string ToJson(const TipReport& report) {
  JsonWriter out;
  out.Object().Field("opened", report.opened).Field("edited", report.edited).Field("reopened", report.reopened).Field("known", report.known).Key("items").Array();
  for (const auto& item : report.items) {
    out.Object().Field("name", item.name).Field("kind", item.kind).Field("place", item.place).Field("collection", item.collection).Field("messages", item.messages);
    out.Field("flagged", item.flagged).Field("naming", item.naming).Field("forgotten", item.forgotten).Field("left_out", item.left_out).Field("without_words", item.without_words);
    out.Field("original_kept", item.original_kept).Key("cases").Array();
    for (const auto id : item.cases) out.Int(static_cast<std::int64_t>(id));
    out.EndArray().Key("notes").Array();
    for (const auto& note : item.notes) out.String(note);
    out.EndArray().Field("unsure", item.unsure).EndObject();
  }
  out.EndArray().Key("not_read").Array();
  for (const auto& trouble : report.not_read) out.Object().Field("name", trouble.name).Field("why", trouble.why).EndObject();
  out.EndArray().EndObject();
  return out.Take();
}

Result<TipReport> ParseTipReport(std::string_view json) {
  JsonParser parser;
  const Json root = HEED_TRY(parser.Parse(json));
  const auto count = [](Json in, std::string_view key) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, in[key].Int().value_or(0))); };
  TipReport report;
  report.opened = count(root, "opened");
  report.edited = count(root, "edited");
  report.reopened = count(root, "reopened");
  report.known = count(root, "known");
  root["items"].Each([&](Json one) {
    TipItemReport item;
    item.name = one["name"].StringOr("");
    item.kind = one["kind"].StringOr("");
    item.place = one["place"].StringOr("");
    item.collection = one["collection"].Bool().value_or(false);
    item.messages = count(one, "messages");
    item.flagged = count(one, "flagged");
    item.naming = count(one, "naming");
    item.forgotten = count(one, "forgotten");
    item.left_out = count(one, "left_out");
    item.without_words = count(one, "without_words");
    item.original_kept = one["original_kept"].Bool().value_or(false);
    one["cases"].Each([&](Json id) { item.cases.push_back(static_cast<CaseId>(id.Int().value_or(0))); });
    one["notes"].Each([&](Json note) { item.notes.emplace_back(note.StringOr("")); });
    item.unsure = one["unsure"].StringOr("");
    report.items.push_back(std::move(item));
  });
  root["not_read"].Each([&](Json one) { report.not_read.push_back({std::string(one["name"].StringOr("")), std::string(one["why"].StringOr(""))}); });
  return report;
}

TipDesk::TipDesk(const Config& config, const LiveJudge& judge, Store& store, HttpClient& http, const Clock& clock, std::string data, TipTools tools, AddressGuard guard)
    : config_(config), judge_(judge), store_(store), http_(http), clock_(clock), data_(std::move(data)), tools_(std::move(tools)), guard_(std::move(guard)) {}

// The page of a link.  One that cannot be had is a tip all the same: a person can open it.
TipItem TipDesk::Fetch(const std::string& link, std::vector<TipTrouble>& not_read, std::vector<TipItem>& more) const {
  TipItem item;
  item.kind = TipKind::kPage;
  item.name = link;
  const auto unread = [&](std::string why) {
    Post post;
    post.platform = ToString(TipKind::kPage);
    post.native_id = post.permalink = link;
    post.global_id = "page:" + link;
    if (const auto origin = UrlOrigin(link)) post.instance = origin->substr(origin->find("//") + 2);
    post.handed_in.emplace();
    post.handed_in->kind = Describe(TipKind::kPage);
    post.handed_in->item = link;
    item.posts.push_back(std::move(post));
    item.unsure = std::move(why);
    return item;
  };
  const auto response = http_.Send({.url = link, .headers = {{"Accept", "text/html,application/xhtml+xml,text/plain,application/pdf,image/*;q=0.8"}, {"Accept-Language", "en-GB,en;q=0.8"}}, .max_body = kMaxPage, .timeout = kPageTime, .guard = &guard_});
  const std::string instead = ": open it in a browser and hand in a screenshot, or save the page and hand that in";
  if (!response) {
    const Fault fault = response.error().fault();
    if (fault == Fault::kInvalid || fault == Fault::kDenied || fault == Fault::kCancelled) {
      not_read.push_back({link, "was not followed: " + response.error().message()});
      return item;
    }
    return unread("the page could not be fetched (" + response.error().message() + ")" + instead);
  }
  if (response->status == 404 || response->status == 410) return unread("the page is not there (it answers " + std::to_string(response->status) + "): it may have been removed, or need a sign-in");
  if (response->status < 200 || response->status > 299) return unread("the page was not shown to heed (it answers " + std::to_string(response->status) + ")" + instead);
  TipReading reading = ReadFetchedPage(response->final_url, response->Header("content-type"), response->body, tools_);
  for (auto& trouble : reading.not_read) not_read.push_back(std::move(trouble));
  if (reading.items.empty()) return unread("what is there could not be read" + instead);
  item = std::move(reading.items.front());
  for (std::size_t i = 1; i < reading.items.size(); ++i) more.push_back(std::move(reading.items[i]));
  return item;
}

Done TipDesk::Check(const Tip& tip) const {
  std::vector<std::string_view> ids;
  for (const auto& school : config_.schools) ids.push_back(school.id);
  if (std::ranges::find(ids, tip.school) == ids.end()) return Fail(Fault::kInvalid, "there is no school with the id \"" + ForTerminal(tip.school) + "\"" + DidYouMean(tip.school, ids));
  if (Trim(tip.from).empty()) return Fail(Fault::kInvalid, "say who sent it and how: without that it is worth little as evidence");
  if (Trim(tip.by).empty()) return Fail(Fault::kInvalid, "say who hands it in");
  if (tip.files.size() + tip.texts.size() + tip.links.size() == 0) return Fail(Fault::kInvalid, "nothing is handed in: name a file, a link or a text");
  if (tip.files.size() + tip.texts.size() + tip.links.size() > kMaxThings) return Fail(Fault::kInvalid, "at most " + std::to_string(kMaxThings) + " things can be handed in at once");
  return {};
}

Result<TipReport> TipDesk::HandIn(const Tip& tip) {
  HEED_TRY(Check(tip));
  const auto school = static_cast<std::size_t>(std::ranges::find(config_.schools, tip.school, &School::id) - config_.schools.begin());

  // Read.
  TipReport report;
  std::vector<TipItem> items;
  std::vector<std::string> digests;           // per item; "" where there is no file
  std::vector<std::size_t> files;             // per item: which file, or none
  constexpr std::size_t kNoFile = static_cast<std::size_t>(-1);
  const auto add = [&](TipItem item, const std::string& digest, std::size_t file) {
    items.push_back(std::move(item));
    digests.push_back(digest);
    files.push_back(file);
  };
  for (std::size_t i = 0; i < tip.files.size(); ++i) {
    TipReading reading = ReadTip(tip.files[i].name, tip.files[i].bytes, tools_);
    const std::string digest = Sha256Hex(tip.files[i].bytes);
    for (auto& item : reading.items) add(std::move(item), digest, i);
    for (auto& trouble : reading.not_read) report.not_read.push_back(std::move(trouble));
  }
  for (const auto& text : tip.texts) {
    TipItem item = ReadPastedText(text);
    if (item.posts.front().text.empty()) report.not_read.push_back({item.name, "has no words"});
    else add(std::move(item), "", kNoFile);
  }
  for (const auto& link : tip.links) {
    std::vector<TipItem> more;
    TipItem item = Fetch(std::string(Trim(RepairUtf8(link))), report.not_read, more);
    if (!item.posts.empty()) add(std::move(item), "", kNoFile);
    for (auto& one : more) add(std::move(one), "", kNoFile);
  }

  // Judge.
  LiveWorker workers(judge_);
  Judge::Worker& worker = *HEED_TRY(workers.Now());
  const Instant now = clock_.Now();
  std::vector<Candidate> wanted, naming;
  std::vector<std::string> scratch(kBatch);
  std::vector<std::string_view> texts;
  std::vector<Assessment> judged, mentions;
  report.items.resize(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    TipItem& item = items[i];
    TipItemReport& told = report.items[i];
    told.name = item.name;
    told.kind = Describe(item.kind);
    told.place = item.place;
    told.collection = item.collection;
    told.without_words = item.without_words;
    told.notes = item.notes;
    told.unsure = item.unsure;
    told.messages = item.posts.size() - item.asides;
    // Whether the chat's own name names the school: shown with what is kept of it.
    bool place_names_school = false;
    if (item.collection && !item.place.empty()) {
      const std::string_view place = item.place;
      worker.Assess(school, std::span(&place, 1), MentionPolicy::kRequired, mentions);
      place_names_school = mentions.front().mention.mentions;
    }
    for (std::size_t from = 0; from < item.posts.size(); from += kBatch) {
      const std::size_t count = std::min(kBatch, item.posts.size() - from);
      texts.clear();
      for (std::size_t j = 0; j < count; ++j) texts.push_back(JudgedText(item.posts[from + j], scratch[j]));
      worker.Assess(school, texts, MentionPolicy::kAny, judged);
      worker.Assess(school, texts, MentionPolicy::kRequired, mentions);
      for (std::size_t j = 0; j < count; ++j) {
        Assessment assessment = std::move(judged[j]);
        assessment.mention = std::move(mentions[j].mention);
        const bool harmful = assessment.flag || !assessment.could_not_judge.empty();
        if (item.collection && !harmful) {
          if (from + j >= told.messages) ++told.without_words;  // the app's own
          else if (assessment.mention.mentions) naming.push_back({i, from + j, std::move(assessment), false});
          else ++told.forgotten;
          continue;
        }
        if (place_names_school) AddEvidence(assessment, "the chat's name \"" + item.place + "\"", 0);
        AddEvidence(assessment, std::string(kHandedIn), kHandedInWeight);
        assessment.flag = true;
        // Words were found in what could be read: they speak for themselves.
        if (assessment.could_not_judge.empty() && assessment.hits.empty()) assessment.could_not_judge = item.unsure;
        wanted.push_back({i, from + j, std::move(assessment), true});
      }
    }
  }

  // What one tip may bring, the worst of it first.
  if (wanted.size() > kMaxTipCases) {
    std::ranges::stable_sort(wanted, [](const Candidate& a, const Candidate& b) { return Worse(a.assessment, b.assessment); });
    for (std::size_t i = kMaxTipCases; i < wanted.size(); ++i) ++report.items[wanted[i].item].left_out;
    wanted.resize(kMaxTipCases);
  }
  if (naming.size() > kMaxTipNaming) {
    for (std::size_t i = kMaxTipNaming; i < naming.size(); ++i) ++report.items[naming[i].item].forgotten;
    naming.resize(kMaxTipNaming);
  }

  // Files of which the whole is meant, before the posts that point to them.
  std::vector<bool> keep(tip.files.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    if (files[i] != kNoFile && !items[i].collection) keep[files[i]] = true;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (files[i] != kNoFile && items[i].collection && items[i].kind != TipKind::kMail) keep[files[i]] = false;  // others' words lie in the same file
  for (std::size_t i = 0; i < tip.files.size(); ++i)
    if (keep[i]) HEED_TRY(KeepOriginal(data_, tip.school, tip.files[i].bytes));

  PageCommit commit{.source = std::string(kTipSource), .state = {}, .posts = {}, .at = now};
  std::vector<Candidate*> kept;
  for (auto& one : wanted) kept.push_back(&one);
  for (auto& one : naming) kept.push_back(&one);
  std::ranges::stable_sort(kept, [](const Candidate* a, const Candidate* b) { return std::tuple(a->item, a->post) < std::tuple(b->item, b->post); });
  for (Candidate* one : kept) {
    Post& post = items[one->item].posts[one->post];
    TipItemReport& told = report.items[one->item];
    if (post.first_seen_at == Instant{}) post.first_seen_at = now;
    HandedIn& handed = *post.handed_in;
    handed.by = tip.by;
    handed.from = Trim(tip.from);
    handed.note = Trim(tip.note);
    handed.digest = digests[one->item];
    handed.kept = files[one->item] != kNoFile && keep[files[one->item]];
    told.original_kept = told.original_kept || handed.kept;
    ++(one->wanted ? told.flagged : told.naming);
    std::string joined;
    commit.posts.push_back({tip.school, post, one->assessment, std::nullopt, false, WordsOf(JudgedText(post, joined), one->assessment)});
  }

  const std::lock_guard lock(mutex_);
  commit.state = HEED_TRY(store_.Source(kTipSource));
  commit.state.last_attempt = commit.state.last_success = now;
  for (const auto& told : report.items) commit.state.posts_read += told.messages;
  commit.state.posts_mentioning += commit.posts.size();
  const Committed committed = HEED_TRY(store_.Commit(commit, Observe));
  report.opened = committed.opened;
  report.edited = committed.edited;
  report.reopened = committed.reopened;
  report.known = committed.unchanged;

  // Which cases these are, worst first.
  std::ranges::stable_sort(wanted, [](const Candidate& a, const Candidate& b) { return Worse(a.assessment, b.assessment); });
  for (const auto& one : wanted) {
    const auto stored = store_.FindPost(tip.school, items[one.item].posts[one.post].global_id);
    if (stored && stored->case_id) report.items[one.item].cases.push_back(*stored->case_id);
  }
  return report;
}

Result<std::string> PutDownTip(const std::string& data, const Tip& tip) {
  const std::string id = Hex(RandomBytes(16)), folder = Folder(data) + "/" + id;
  HEED_TRY(MakeFolder(folder));
  JsonWriter out;
  out.Object().Field("school", tip.school).Field("by", tip.by).Field("from", tip.from).Field("note", tip.note).Key("texts").Array();
  for (const auto& text : tip.texts) out.String(text);
  out.EndArray().Key("links").Array();
  for (const auto& link : tip.links) out.String(link);
  out.EndArray().Key("files").Array();
  for (std::size_t i = 0; i < tip.files.size(); ++i) {
    HEED_TRY(WriteFile(folder + "/" + std::to_string(i), tip.files[i].bytes, 0600));
    out.String(tip.files[i].name);
  }
  out.EndArray().EndObject();
  // Last: what has no tip.json was not put down whole.
  HEED_TRY(WriteFile(folder + "/tip.json", out.Take(), 0600));
  return id;
}

Result<TipReport> TipDesk::HandInPutDown(const std::string& id) {
  if (!IsTipId(id)) return Fail(Fault::kInvalid, "no tip is called \"" + ForTerminal(id.substr(0, 80)) + "\"");
  const std::string folder = Folder(data_) + "/" + id;
  const std::string text = HEED_TRY(ReadFile(folder + "/tip.json", 256ull << 20));
  JsonParser parser;
  const Json root = HEED_TRY(parser.Parse(text));
  Tip tip;
  tip.school = root["school"].StringOr("");
  tip.by = root["by"].StringOr("");
  tip.from = root["from"].StringOr("");
  tip.note = root["note"].StringOr("");
  root["texts"].Each([&](Json one) { tip.texts.emplace_back(one.StringOr("")); });
  root["links"].Each([&](Json one) { tip.links.emplace_back(one.StringOr("")); });
  for (std::size_t i = 0; i < root["files"].size(); ++i)
    tip.files.push_back({std::string(root["files"][i].StringOr("")), HEED_TRY(ReadFile(folder + "/" + std::to_string(i), kMaxTipBytes + 1))});
  auto report = HandIn(tip);
  JsonWriter told;
  told.Object().Field("school", tip.school).Field("by", tip.by).Field("at", FormatRfc3339(clock_.Now())).Field("message", report ? "" : report.error().message());
  told.Field("report", report ? ToJson(*report) : "").EndObject();
  HEED_TRY(MakeFolder(ToldFolder(data_)));
  HEED_TRY(WriteFile(ToldFolder(data_) + "/" + id + ".json", told.Take(), 0600));
  // What a person must put right was told to that person; only the disk's troubles are worth another try.
  if (report || report.error().fault() == Fault::kInvalid) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  return report;
}

Result<TipOutcome> TipDesk::Outcome(const std::string& id) const {
  const auto none = [] { return Fail(Fault::kNotFound, "no such tip is remembered"); };
  if (!IsTipId(id)) return none();
  const std::string told = ToldFolder(data_) + "/" + id + ".json", put_down = Folder(data_) + "/" + id + "/tip.json";
  const bool waiting = !Exists(told);
  if (waiting && !Exists(put_down)) return none();
  const std::string text = HEED_TRY(ReadFile(waiting ? put_down : told, 256ull << 20));
  JsonParser parser;
  const Json root = HEED_TRY(parser.Parse(text));
  TipOutcome outcome;
  outcome.school = root["school"].StringOr("");
  outcome.by = root["by"].StringOr("");
  outcome.waiting = waiting;
  if (waiting) return outcome;
  const auto at = ParseRfc3339(root["at"].StringOr(""));
  if (!at || clock_.Now() >= *at + kTipTold) return none();
  outcome.message = root["message"].StringOr("");
  if (outcome.message.empty()) outcome.report = HEED_TRY(ParseTipReport(root["report"].StringOr("")));
  return outcome;
}

Done TipDesk::Tidy(Instant now) { return RemoveOld(ToldFolder(data_), now - kTipTold); }

std::uint64_t TipDesk::HandInLeftOver() {
  std::uint64_t done = 0;
  std::error_code error;
  std::vector<std::string> ids;
  for (std::filesystem::directory_iterator at(Folder(data_), error), end; !error && at != end; at.increment(error)) ids.push_back(at->path().filename().string());
  std::ranges::sort(ids);
  for (const auto& id : ids) {
    if (!IsTipId(id) || !Exists(Folder(data_) + "/" + id + "/tip.json")) continue;
    const auto report = HandInPutDown(id);
    done += report.has_value();
    if (!report) LogError("a tip that was left over: " + report.error().message());
  }
  return done;
}

}  // namespace heed
