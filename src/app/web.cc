#include "src/app/web.h"

#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "src/app/clock_watch.h"
#include "src/app/desk.h"
#include "src/app/health.h"
#include "src/app/lexicon_desk.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/console/console.h"
#include "src/evidence/pdf.h"
#include "src/http/server.h"

namespace heed {
namespace {

std::string When(const Gap& gap) {
  std::string when;
  if (gap.from) when += " from " + FormatLocal(*gap.from);
  if (gap.until) when += " until " + FormatLocal(*gap.until);
  return when;
}

Result<std::vector<SourceHealth>> HealthOf(const Config& config, const Store& store, Instant now) {
  std::vector<SourceHealth> all;
  for (auto& known : HEED_TRY(ReadHealth(config, &store, now))) {
    const SourceView& view = known.view;
    SourceHealth health;
    health.id = view.entry->spec.id;
    health.school = view.entry->spec.school;
    health.connector = view.entry->spec.connector;
    health.summary = view.entry->card ? std::string(view.entry->card->summary) : health.connector;
    health.schedule = view.entry->schedule.Words();
    health.state = StateOf(view, now);
    health.message = std::move(known.says);
    health.todo = std::move(known.todo);
    health.quota = view.state.quota;
    if (known.lag) health.lag = FormatDuration(*known.lag);
    health.sign_in_ends = view.state.sign_in_ends;
    health.last_success = view.state.last_success;
    health.next = view.next;
    health.read = view.state.posts_read;
    health.mentioning = view.state.posts_mentioning;
    health.trouble = known.standing == Standing::kTrouble || (view.entry->enabled && view.state.fault.has_value());
    for (const auto& gap : view.state.gaps) health.gaps.push_back("not read" + When(gap) + ": " + gap.why);
    all.push_back(std::move(health));
  }
  return all;
}

}  // namespace

GateRules GateRulesOf(const Config& config) {
  GateRules rules;
  rules.second_factor = config.console.second_factor;
  return rules;
}

namespace {

EntryLine LineOf(const Entry& e) { return {e.id, std::string(ToString(e.status)), std::string(ToString(e.category)), e.language, e.why, e.severity}; }

// What editors do with the lexicons' folder, one at a time.
class LexiconShelf {
 public:
  LexiconShelf(std::string folder, Store& store, LiveJudge& judge, const Reloader& reloader, const Clock& clock)
      : folder_(std::move(folder)), store_(store), judge_(judge), reloader_(reloader), clock_(clock) {}

  Result<EntryView> Find(std::string_view id) const {
    const Judge now = judge_.Now().judge;
    // What stands in the files is newer than the judge for some seconds after a change, and for as long as they are wrong.
    std::optional<Lexicon> read;
    if (reloader_.Changed()) {
      auto fresh = ReadLexicon(folder_);
      if (fresh) read = *std::move(fresh);
    }
    const Entry* e = read ? read->Find(id) : now.FindEntry(id);
    if (!e) return Fail(Fault::kNotFound, "there is no entry \"" + std::string(id) + "\"");
    const Entry* used = now.FindEntry(id);
    EntryView view;
    view.line = LineOf(*e);
    view.is_rule = e->is_rule;
    view.in_use = used && used->status == e->status;
    view.phrases = e->phrases;
    view.parts = e->elements;
    view.ordered = e->ordered;
    view.within = e->within;
    view.scope = e->scope == RuleScope::kNext ? "next" : e->scope == RuleScope::kPost ? "post" : "sentence";
    view.has_more = !e->with.empty() || e->at != Stand::kAnywhere || e->characteristic || !e->concepts.empty() || !e->except.empty();
    for (const auto& unless : e->unless) view.unless.push_back(unless.ToString());
    view.matches = e->matches;
    view.ignores = e->ignores;
    view.rationale = e->rationale;
    view.source = e->source;
    view.author = e->author;
    view.added = e->added;
    const auto inside = e->place.file.starts_with(folder_ + "/") ? e->place.file.substr(folder_.size() + 1) : e->place.file;
    view.place = inside + ", line " + std::to_string(e->place.line);
    return view;
  }

  Result<std::vector<DraftMistake>> Propose(const EntryDraft& draft, std::string_view author) {
    NewEntry entry;
    entry.id = draft.id;
    entry.category = draft.category;
    entry.why = draft.why;
    entry.language = draft.language;
    entry.status = "draft";
    entry.author = author;
    entry.added = Today();
    entry.rationale = draft.rationale;
    entry.source = draft.source;
    entry.severity = draft.severity;
    entry.phrases = draft.phrases;
    entry.matches = draft.matches;
    entry.ignores = draft.ignores;
    entry.parts = draft.parts;
    entry.ordered = draft.ordered;
    entry.within = draft.within;
    entry.scope = draft.scope;
    entry.unless = draft.unless;
    std::vector<EntryMistake> mistakes;
    const std::lock_guard lock(mutex_);
    const auto added = AddEntry(folder_, entry, &mistakes);
    std::vector<DraftMistake> told;
    for (auto& [key, what] : mistakes) told.push_back({std::move(key), std::move(what)});
    if (added || !told.empty()) return told;
    HEED_TRY(Tidied(added));
    return told;
  }

  Done SetStatus(std::string_view id, std::string_view status, std::string_view why) {
    for (const auto to : {EntryStatus::kDraft, EntryStatus::kShadow, EntryStatus::kLive, EntryStatus::kRetired}) {
      if (ToString(to) != status) continue;
      const std::lock_guard lock(mutex_);
      return Tidied(SetEntryStatus(folder_, id, to, why, Today()));
    }
    return Fail(Fault::kInvalid, "there is no status \"" + std::string(status) + "\"");
  }

  Result<BacktestView> Test(std::string_view id, const std::vector<std::string>& schools) {
    const std::unique_lock lock(testing_, std::try_to_lock);
    if (!lock) return Fail(Error{Fault::kBusy, "another back-test is running; try again when it is done"}.RetryAfter(seconds{20}));
    const Judge before = judge_.Now().judge;
    const auto after = HEED_TRY(JudgeWithEntry(folder_, id, before.schools()));
    const auto report = HEED_TRY(Backtest(store_, before, after, schools));
    BacktestView view;
    view.posts = report.posts;
    view.flagged_before = report.flagged_before;
    view.flagged_after = report.flagged_after;
    view.all_newly = report.newly.size();
    if (const auto found = report.rules.find(std::string(id)); found != report.rules.end()) view.fired = found->second.second;
    for (const auto& item : report.newly) {
      if (view.newly.size() == 100) break;
      BacktestView::Line line{item.school, item.case_id, {}};
      for (const Hit& hit : item.after.hits)
        if (hit.rule == id) line.words.push_back(item.text.substr(std::min<std::size_t>(hit.begin, item.text.size()), hit.end - hit.begin));
      view.newly.push_back(std::move(line));
    }
    return view;
  }

 private:
  std::string Today() const { return FormatRfc3339(clock_.Now()).substr(0, 10); }
  // A mistake is for the editor; a folder that cannot be written is for the administrator.
  static Done Tidied(const Result<std::string>& changed) {
    if (changed) return {};
    if (changed.error().fault() == Fault::kIo) return Fail(Error(changed.error()).While("changing the lexicons (their folder must belong to heed; set lexicons = \"...\" in the configuration to a copy that does)"));
    return Fail(changed.error());
  }

  const std::string folder_;
  Store& store_;
  LiveJudge& judge_;
  const Reloader& reloader_;
  const Clock& clock_;
  std::mutex mutex_, testing_;
};

// One PDF at a time: each is a program of its own for a second or so.
class PdfDesk {
 public:
  Result<std::string> Make(const std::string& html, Instant at) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return Fail(Error{Fault::kBusy, "another PDF is being made; try again in a few seconds"}.RetryAfter(seconds{5}));
    std::string folder = (std::filesystem::temp_directory_path() / "heed-letter-XXXXXX").string();
    if (!::mkdtemp(folder.data())) return Fail(Fault::kIo, "no folder can be made for the PDF");
    const auto made = [&]() -> Result<std::string> {
      HEED_TRY(WriteFile(folder + "/letter.html", html, 0600));
      HEED_TRY(MakePdf(folder + "/letter.html", folder + "/letter.pdf", Sha256Hex(html).substr(0, 32), at, seconds{30}));
      return ReadFile(folder + "/letter.pdf");
    }();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return made;
  }

 private:
  std::mutex mutex_;
};

}  // namespace

struct Web::Impl {
  const Config& config;
  std::unique_ptr<OidcClient> school_accounts;
  std::unique_ptr<LexiconShelf> shelf;
  std::unique_ptr<PdfDesk> pdfs;
  Console console;
  std::unique_ptr<http::Server> server;
};

Web::Web(const Config& config, Store& store, Gate& gate, LiveJudge& judge, Reloader& reloader, HttpClient& http, const std::string& lexicons, const Clock& clock, WebDoors doors) {
  ConsoleParts parts{.store = store, .gate = gate, .clock = clock};
  parts.schools = config.schools;
  parts.organisation = config.console.organisation;
  parts.contact = config.contact;
  parts.url = config.console.url;
  if (config.console.address.find_first_not_of("0123456789.:") == std::string::npos) parts.hosts.push_back(config.console.address);
  parts.trusted_proxies = config.console.trusted_proxies;
  parts.sign_in_header = config.console.sign_in_header;
  parts.retention = config.retention;
  parts.evidence = std::move(doors.evidence);
  parts.sources = [&config, &store, &clock] { return HealthOf(config, store, clock.Now()); };
  parts.computer = [&store, &clock]() -> Result<std::vector<std::pair<std::string, std::string>>> {
    std::vector<std::pair<std::string, std::string>> told;
    for (const auto& step : HEED_TRY(ClockSteps(store, clock.Now() - days{30}))) told.emplace_back(ClockWords(step), ClockTodo());
    return told;
  };
  parts.lexicon.entries = [&judge] {
    std::vector<EntryLine> lines;
    const Judge now = judge.Now().judge;
    for (const Entry& e : now.lexicon().entries) lines.push_back(LineOf(e));
    return lines;
  };
  parts.lexicon.explain = [&judge](std::string_view text) -> Result<Explanation> {
    LiveWorker workers(judge);
    return HEED_TRY(workers.Now())->Explain(kAnySchool, text);
  };
  parts.lexicon.resume = [&judge, &store, &clock](std::string_view rule) { return ResumeRule(store, judge, rule, clock.Now()); };
  parts.reports = std::move(doors.reports);
  parts.lexicon.trouble = [&reloader] { return reloader.Look().error; };
  auto shelf = std::make_unique<LexiconShelf>(lexicons, store, judge, reloader, clock);
  parts.lexicon.entry = [&shelf = *shelf](std::string_view id) { return shelf.Find(id); };
  parts.lexicon.groups = [&judge] {
    std::map<std::string, WordGroup> groups;
    const Judge now = judge.Now().judge;
    for (const Concept& c : now.lexicon().concepts) {
      WordGroup& group = groups[c.id];
      group.id = c.id;
      group.language = c.language;
      group.phrases += c.phrases.size();
      for (const auto* list : {&c.phrases, &c.includes})
        for (const auto& one : *list)
          if (group.some.size() < 6) group.some.push_back(list == &c.phrases ? one : "all of " + one);
    }
    std::vector<WordGroup> list;
    for (auto& [id, group] : groups) list.push_back(std::move(group));
    return list;
  };
  parts.lexicon.propose = [&shelf = *shelf](const EntryDraft& draft, std::string_view author) { return shelf.Propose(draft, author); };
  parts.lexicon.set_status = [&shelf = *shelf](std::string_view id, std::string_view status, std::string_view why) { return shelf.SetStatus(id, status, why); };
  parts.lexicon.backtest = [&shelf = *shelf](std::string_view id, const std::vector<std::string>& schools) { return shelf.Test(id, schools); };
  auto pdfs = std::make_unique<PdfDesk>();
  parts.pdf = [&pdfs = *pdfs](const std::string& html, Instant at) { return pdfs.Make(html, at); };
  std::unique_ptr<OidcClient> school_accounts;
  if (config.console.oidc) {
    school_accounts = std::make_unique<OidcClient>(*config.console.oidc, [&http](const OidcRequest& asked) -> Result<OidcAnswer> {
      HttpRequest request;
      request.method = asked.post ? "POST" : "GET";
      request.url = asked.url;
      request.headers = asked.headers;
      request.body = asked.body;
      request.max_body = kOidcMostBytes;
      request.connect_timeout = milliseconds{5'000};
      request.timeout = kOidcPatience;
      request.max_redirects = 0;
      // A code is good for one exchange: what a kept connection swallowed must not be sent again.
      bool begun = false;
      if (asked.post) request.begun = &begun;
      auto answer = HEED_TRY(http.Send(request));
      return OidcAnswer{answer.status, std::move(answer.body)};
    });
    parts.school_accounts = school_accounts.get();
  }
  impl_.reset(new Impl{config, std::move(school_accounts), std::move(shelf), std::move(pdfs), Console(std::move(parts)), nullptr});
}

Web::~Web() { Stop(); }

Done Web::Start() {
  http::ServerOptions options;
  options.address = impl_->config.console.address;
  options.port = impl_->config.console.port;
  options.body_limit = [this](const http::Request& head) { return impl_->console.BodyLimit(head); };
  impl_->server = HEED_TRY(http::Server::Start(
      std::move(options), [this](const http::Request& request) { return impl_->console.Answer(request); }, [this](int status) { return impl_->console.Refuse(status); }));
  return {};
}

void Web::Stop() { impl_->server.reset(); }

std::string Web::url() const {
  const auto& settings = impl_->config.console;
  if (!settings.url.empty()) return settings.url;
  const std::string host = settings.address.find(':') == std::string::npos ? settings.address : "[" + settings.address + "]";
  return "http://" + host + ":" + std::to_string(impl_->server ? impl_->server->port() : settings.port);
}

}  // namespace heed
