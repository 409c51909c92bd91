#include "tests/console/fixture.h"

#include <regex>

#include "pipeline/likeness.h"
#include "src/base/text.h"
#include "src/casework/observe.h"

namespace heed {

void ConsoleTest::SetUp() {
  store_ = Store::Open(folder_.path()).value();
  GateRules rules;
  rules.effort = Effort::kLeast;
  gate_ = std::make_unique<Gate>(*store_, clock_, rules);
  SourceHealth source;
  source.id = "social";
  source.school = "oakmoor";
  source.connector = "file";
  source.summary = "posts from a file";
  source.state = "ok";
  sources_.push_back(source);
  entry_.line = {"abuse.clown", "draft", "abuse", "en", "Calls somebody a clown.", 2};
  entry_.phrases = {"clown"};
  entry_.matches = {"you clown"};
  Build();
}

void ConsoleTest::Build(const std::function<void(ConsoleParts&)>& change) {
  ConsoleParts parts{.store = *store_, .gate = *gate_, .clock = clock_};
  School oakmoor, ashford;
  oakmoor.id = "oakmoor";
  oakmoor.name = "Oakmoor School";
  oakmoor.clauses[Category::kAbuse] = "Swearing at people";
  ashford.id = "ashford";
  ashford.name = "Ashford School";
  parts.schools = {oakmoor, ashford};
  parts.organisation = "Vale Trust";
  parts.requests_per_second = 1000;
  parts.sources = [this] { return Result<std::vector<SourceHealth>>(sources_); };
  parts.lexicon.entries = [] { return std::vector<EntryLine>{{"abuse.clown", "live", "abuse", "en", "Calls somebody a clown.", 2}, {"abuse.old", "retired", "abuse", "en", "An old word.", 1}}; };
  parts.lexicon.explain = [](std::string_view text) {
    Explanation e;
    e.assessment.flag = text.find("clown") != text.npos;
    e.arithmetic = {"so it is"};
    return Result<Explanation>(e);
  };
  parts.lexicon.resume = [](std::string_view rule) -> Result<std::uint64_t> {
    if (rule != "abuse.clown") return Fail(Fault::kNotFound, "rule " + std::string(rule) + " is not paused");
    return 3;
  };
  parts.lexicon.groups = [] { return std::vector<WordGroup>{{"group.race", "en", 1, {"some <b>slur</b>"}}, {"negator", "en", 9, {"not", "never"}}, {"person.staff", "en", 2, {"the head", "a teacher"}}}; };
  parts.lexicon.entry = [this](std::string_view id) -> Result<EntryView> {
    if (id != entry_.line.id) return Fail(Fault::kNotFound, "there is no entry \"" + std::string(id) + "\"");
    return entry_;
  };
  parts.lexicon.propose = [this](const EntryDraft& draft, std::string_view author) -> Result<std::vector<DraftMistake>> {
    if (!draft_mistakes_.empty()) return draft_mistakes_;
    drafts_.push_back(draft);
    edits_.push_back("propose " + draft.id + " by " + std::string(author));
    return std::vector<DraftMistake>{};
  };
  parts.lexicon.set_status = [this](std::string_view id, std::string_view status, std::string_view why) -> Done {
    if (!lexicon_mistake_.empty()) return Fail(Fault::kInvalid, lexicon_mistake_);
    edits_.push_back(std::string(status) + " " + std::string(id) + ": " + std::string(why));
    entry_.line.status = status;
    return {};
  };
  parts.lexicon.backtest = [](std::string_view, const std::vector<std::string>& schools) -> Result<BacktestView> {
    BacktestView view;
    view.posts = 40;
    view.flagged_before = 3;
    view.flagged_after = 5;
    view.fired = 2;
    view.all_newly = 2;
    view.newly = {{schools.front(), std::nullopt, {"some words"}}, {"oakmoor", CaseId{1}, {"other <b>words</b>"}}};
    return view;
  };
  parts.pdf = [](const std::string& html, Instant) -> Result<std::string> { return "%PDF " + html; };
  parts.lexicon.trouble = [] { return std::string(); };
  parts.evidence.hand_in = [this](const TipGiven& tip) -> Result<std::string> {
    tips_.push_back(tip);
    return std::string("tip") + std::to_string(tips_.size());
  };
  parts.evidence.tip = [this](const std::string& id) -> Result<TipTold> {
    if (!tips_told_.count(id)) return Fail(Fault::kNotFound, "no such tip");
    return tips_told_[id];
  };
  parts.evidence.pack = [this](const PackAsked& asked) -> Result<std::string> {
    packs_asked_.push_back(asked);
    return std::string("pack") + std::to_string(packs_asked_.size());
  };
  parts.evidence.find_pack = [this](const std::string& id) -> Result<PackTold> {
    if (!packs_told_.count(id)) return Fail(Fault::kNotFound, "no such pack");
    return packs_told_[id];
  };
  parts.evidence.packs = [this] {
    std::vector<PackTold> all;
    for (const auto& [id, told] : packs_told_) all.push_back(told);
    return all;
  };
  parts.evidence.pack_file = [](const std::string& id) { return "/somewhere/" + id + ".zip"; };
  parts.evidence.capture = [this](CaptureGiven given) -> Result<KeptFile> {
    if (given.file.bytes == "no kind of file") return Fail(Fault::kInvalid, "this is none of the kinds heed takes");
    captures_.push_back(std::move(given));
    return KeptFile{};
  };
  parts.evidence.files = [this](const Case&) -> Result<std::vector<KeptFile>> {
    std::vector<KeptFile> all;
    for (const auto& file : files_) all.push_back(file.about);
    return all;
  };
  parts.evidence.file = [this](const Case&, const std::string& key) -> Result<KeptBytes> {
    for (const auto& file : files_)
      if (file.about.key == key) return file;
    return Fail(Fault::kNotFound, "no such file is kept");
  };
  if (change) change(parts);
  console_ = std::make_unique<Console>(std::move(parts));
}

Post ConsoleTest::APost(std::string_view id, std::string_view text) {
  Post post;
  post.platform = "mastodon";
  post.native_id = post.global_id = post.version_id = id;
  post.permalink = "https://social.example/" + std::string(id);
  post.author = {"acct-" + std::string(id), "somebody", "Some Body"};
  post.text = text;
  post.created_at = post.first_seen_at = clock_.Now();
  return post;
}

CaseId ConsoleTest::Keep(const std::string& school, Post post, std::vector<Hit> hits) {
  Assessment assessment;
  assessment.mention = {true, 6, {{"name \"" + school + "\"", 6, 0, 0}}};
  assessment.flag = true;
  assessment.severity = 3;
  assessment.priority = 500;
  assessment.categories = {Category::kAbuse};
  assessment.hits = std::move(hits);
  PageCommit page;
  page.source = "social";
  page.at = clock_.Now();
  const std::string id = post.global_id;
  std::string scratch;
  const auto words = signed_words_ ? LikenessOf(JudgedText(post, scratch)) : std::nullopt;
  page.posts.push_back({school, std::move(post), std::move(assessment), std::nullopt, false, words});
  EXPECT_TRUE(store_->Commit(page, &Observe));
  return store_->FindPost(school, id)->case_id.value_or(0);
}

void ConsoleTest::AddPerson(const std::string& id, std::vector<Grant> grants) {
  const auto added = gate_->Add(id, id, std::move(grants), "heed");
  EXPECT_TRUE(added) << added.error().message();
}

http::Response ConsoleTest::Browser::Send(const std::string& method, const std::string& target, const std::string& body, const std::string& type) {
  http::Request request;
  request.method = method;
  const auto parsed = http::ParseTarget(target);
  EXPECT_TRUE(parsed) << target;
  request.path = parsed->path;
  request.query = parsed->query;
  request.peer = peer;
  request.headers.emplace_back("host", host);
  std::string all;
  for (const auto& [name, value] : cookies) all += (all.empty() ? "" : "; ") + name + "=" + value;
  if (!all.empty()) request.headers.emplace_back("cookie", all);
  if (!type.empty()) request.headers.emplace_back("content-type", type);
  for (const auto& header : extra) request.headers.push_back(header);
  request.body = body;
  auto response = test.console_->Answer(request);
  for (const auto& [name, value] : response.headers) {
    if (name != "Set-Cookie") continue;
    const auto equals = value.find('='), end = value.find(';');
    if (value.find("Max-Age=0") != std::string::npos) cookies.erase(value.substr(0, equals));
    else cookies[value.substr(0, equals)] = value.substr(equals + 1, end - equals - 1);
  }
  constexpr std::string_view kField = "name=\"csrf\" value=\"";
  if (const auto at = response.body.find(kField); at != std::string::npos) csrf = response.body.substr(at + kField.size(), 43);
  return response;
}

http::Response ConsoleTest::Browser::Post(const std::string& target, Form form) {
  bool has_token = false;
  std::string body;
  const auto add = [&](const std::string& name, const std::string& value) { body += (body.empty() ? "" : "&") + http::PercentEncode(name) + "=" + http::PercentEncode(value); };
  for (const auto& [name, value] : form) {
    has_token = has_token || name == "csrf";
    add(name, value);
  }
  if (!has_token) add("csrf", csrf);
  return Send("POST", target, body, "application/x-www-form-urlencoded");
}

http::Response ConsoleTest::Browser::Upload(const std::string& target, const Form& form, const std::vector<Sent>& files) {
  const std::string boundary = "----a-boundary-17";
  std::string body;
  const auto part = [&](const std::string& head, const std::string& bytes) { body += "--" + boundary + "\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + bytes + "\r\n"; };
  bool has_token = false;
  for (const auto& [name, value] : form) {
    has_token = has_token || name == "csrf";
    part("name=\"" + name + "\"", value);
  }
  if (!has_token) part("name=\"csrf\"", csrf);
  for (const auto& file : files) part("name=\"" + file.field + "\"; filename=\"" + file.name + "\"\r\nContent-Type: application/octet-stream", file.bytes);
  body += "--" + boundary + "--\r\n";
  return Send("POST", target, body, "multipart/form-data; boundary=" + boundary);
}

http::Response ConsoleTest::Browser::PostFrom(const std::string& page, const std::string& target, Form form) {
  Get(page);
  return Post(target, std::move(form));
}

ConsoleTest::Browser ConsoleTest::SignedIn(const std::string& id) {
  Browser browser{*this};
  const auto link = gate_->MakeLink(id, LinkKind::kSignIn, "heed");
  EXPECT_TRUE(link);
  const auto response = browser.PostFrom("/link/" + *link, "/link/" + *link);
  EXPECT_EQ(response.status, 303) << response.body;
  return browser;
}

void OneCaseTest::SetUp() {
  ConsoleTest::SetUp();
  AddPerson("amina", {{Role::kTriage, "oakmoor"}});
  AddPerson("head", {{Role::kHead, "oakmoor"}});
  id_ = Keep("oakmoor", APost("1", "Oakmoor School is run by clowns"), {{"abuse.clown", Category::kAbuse, 2, 25, 31, View::kPlain, "Calls somebody a clown."}});
}

http::Response OneCaseTest::Submit(Browser& browser, const std::string& page, const std::string& target, Form form) {
  const auto seen = browser.Get(page);
  static const std::regex kMoment("name=\"moment\" value=\"([0-9]+)\"");
  std::smatch match;
  if (std::regex_search(seen.body, match, kMoment)) form.emplace_back("moment", match[1]);
  return browser.Post(target, std::move(form));
}

}  // namespace heed
