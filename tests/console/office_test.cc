// What editors, administrators and auditors do in the console beside cases: entries, letters, access requests, the trail.
#include "src/base/json.h"
#include "src/casework/acts.h"
#include "src/console/letters.h"
#include "tests/console/fixture.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Office : public ConsoleTest {
 protected:
  std::vector<AuditRow> Trail() { return store_->AuditTrail({.limit = 1000}).value(); }
  const AuditRow* Noted(const std::vector<AuditRow>& trail, std::string_view action) {
    for (const auto& row : trail)
      if (row.action == action) return &row;
    return nullptr;
  }
};

// --- entries of the lexicons

class EntryPages : public Office {};

TEST_F(EntryPages, AnEntryGoesFromDraftToShadowToLiveAndIsRetired) {
  AddPerson("dsl", {{Role::kLexicon, ""}});
  auto dsl = SignedIn("dsl");
  const std::string page = "/lexicon/entries/abuse.clown";
  EXPECT_THAT(dsl.Get(page).body, AllOf(HasSubstr("Run it in shadow"), HasSubstr("Back-test"), HasSubstr("you clown"), Not(HasSubstr("Publish it"))));
  EXPECT_THAT(dsl.Post(page + "/status", {{"to", "shadow"}, {"why", " "}}).body, HasSubstr("Say why"));
  EXPECT_THAT(dsl.Post(page + "/status", {{"to", "live"}, {"why", "hurry"}}).body, HasSubstr("shadow first"));
  EXPECT_TRUE(edits_.empty());
  EXPECT_EQ(dsl.Post(page + "/status", {{"to", "shadow"}, {"why", "to see"}}).status, 303);
  EXPECT_THAT(dsl.Get(page).body, HasSubstr("Publish it"));
  EXPECT_EQ(dsl.Post(page + "/status", {{"to", "live"}, {"why", "right often enough"}}).status, 303);
  dsl.Get(page);
  EXPECT_EQ(dsl.Post(page + "/status", {{"to", "retired"}, {"why", "nobody says it"}}).status, 303);
  EXPECT_EQ(edits_, (std::vector<std::string>{"shadow abuse.clown: to see", "live abuse.clown: right often enough", "retired abuse.clown: nobody says it"}));
  const auto trail = Trail();
  ASSERT_TRUE(Noted(trail, "entry-published"));
  EXPECT_EQ(Noted(trail, "entry-published")->details, "shadow to live: right often enough");
  EXPECT_EQ(Noted(trail, "entry-published")->actor, "dsl");
  EXPECT_TRUE(Noted(trail, "entry-retired"));
  EXPECT_EQ(dsl.Get("/lexicon/entries/nothing").status, 404);
}

TEST_F(EntryPages, WhatWouldMakeTheLexiconsWrongIsShownAndChangesNothing) {
  AddPerson("dsl", {{Role::kLexicon, ""}});
  auto dsl = SignedIn("dsl");
  lexicon_mistake_ = "lexicons/en/a.toml:3:1: \"you <b>\" is not found\nlexicons/en/a.toml:9:1: another";
  dsl.Get("/lexicon/entries/abuse.clown");
  const auto refused = dsl.Post("/lexicon/entries/abuse.clown/status", {{"to", "shadow"}, {"why", "x"}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("you &lt;b&gt;"), HasSubstr("a.toml:9:1: another")));
  EXPECT_FALSE(Noted(Trail(), "entry-status-changed"));
}

TEST_F(EntryPages, AProposalNeedsExamplesBothWays) {
  AddPerson("dsl", {{Role::kLexicon, ""}});
  auto dsl = SignedIn("dsl");
  const Form right = {{"phrases", "wait outside\r\nwait by the gate\r\n"}, {"why", "Threatens to wait for somebody"}, {"category", "threat"}, {"severity", "3"}, {"matches", "I'll wait outside for you"},
                      {"ignores", "the parents wait outside at three"}, {"id", "threat.wait-outside"}, {"language", "en"}};
  for (const char* missing : {"phrases", "why", "category", "severity", "matches", "ignores", "id"}) {
    Form form;
    for (const auto& field : right)
      if (field.first != missing) form.push_back(field);
    dsl.Get("/lexicon/propose");
    const auto refused = dsl.Post("/lexicon/propose", form);
    EXPECT_EQ(refused.status, 422) << missing;
    EXPECT_THAT(refused.body, HasSubstr("id=\"" + std::string(missing) + "-error\""));
    if (std::string(missing) != "phrases") EXPECT_THAT(refused.body, HasSubstr("wait by the gate")) << "what was typed is not lost";
  }
  EXPECT_TRUE(edits_.empty());
  dsl.Get("/lexicon/propose");
  EXPECT_EQ(dsl.Post("/lexicon/propose", right).Header("Location"), "/lexicon/entries/threat.wait-outside");
  EXPECT_EQ(edits_, std::vector<std::string>{"propose threat.wait-outside by dsl"});
  EXPECT_TRUE(Noted(Trail(), "entry-proposed"));
  EXPECT_THAT(dsl.Get("/lexicon/propose?from=abuse.clown").body, AllOf(HasSubstr("abuse.clown-2"), HasSubstr("you clown"))) << "a changed version starts from the one there is";
}

const Form kRule = {{"part1", "[person.staff]\r\nthe caretaker\r\n"}, {"part2", "is a thief\r\n= nicks things"}, {"order", "given"}, {"within", "5"}, {"scope", "next"}, {"unless1", "negator"}, {"where1", "before:4"}, {"quoted", "yes"},
                    {"why", "Says that somebody steals"}, {"category", "defamation"}, {"severity", "3"}, {"matches", "the caretaker is a thief"}, {"ignores", "the caretaker is not a thief"}, {"id", "defamation.thief"}, {"language", "en"}};

Form With(Form form, const std::string& name, const std::string& value) {
  std::erase_if(form, [&](const auto& field) { return field.first == name; });
  if (!value.empty()) form.emplace_back(name, value);
  return form;
}

TEST_F(EntryPages, ARuleIsProposedAsPeopleWriteIt) {
  AddPerson("dsl", {{Role::kLexicon, ""}});
  auto dsl = SignedIn("dsl");
  const std::string form = dsl.Get("/lexicon/propose/rule").body;
  EXPECT_THAT(form, AllOf(HasSubstr("<option value=\"person.staff\">"), HasSubstr("name=\"part4\""), HasSubstr("name=\"unless3\""), Not(HasSubstr("name=\"unless4\""))));
  EXPECT_EQ(dsl.Post("/lexicon/propose/rule", kRule).Header("Location"), "/lexicon/entries/defamation.thief");
  ASSERT_EQ(drafts_.size(), 1u);
  const EntryDraft& draft = drafts_[0];
  EXPECT_EQ(draft.parts, (std::vector<std::vector<std::string>>{{"person.staff", "=the caretaker"}, {"=is a thief", "=nicks things"}}));
  EXPECT_TRUE(draft.ordered);
  EXPECT_EQ(draft.within, 5);
  EXPECT_EQ(draft.scope, "next");
  EXPECT_EQ(draft.unless, (std::vector<std::string>{"negator:before:4", "quoted"}));
  EXPECT_EQ(draft.matches, std::vector<std::string>{"the caretaker is a thief"});
  EXPECT_TRUE(Noted(Trail(), "entry-proposed"));
  dsl.Get("/lexicon/propose/rule");
  EXPECT_EQ(dsl.Post("/lexicon/propose/rule", With(With(With(kRule, "order", "any"), "within", ""), "scope", "sentence")).status, 303);
  EXPECT_FALSE(drafts_[1].ordered);
  EXPECT_FALSE(drafts_[1].within);
  EXPECT_EQ(drafts_[1].scope, "");
}

TEST_F(EntryPages, WhatIsWrongWithARuleIsSaidAtItsField) {
  AddPerson("dsl", {{Role::kLexicon, ""}});
  auto dsl = SignedIn("dsl");
  const struct {
    const char *field, *value, *at, *says;
  } all[] = {
      {"part1", "", "part1", "Enter what must stand there"},
      {"part1", "[person.staf]", "part1", "There is no word group “person.staf” (did you mean &quot;person.staff&quot;?)"},
      {"part4", "x", "part3", "This part is empty and the one below is not"},
      {"order", "", "order", "Choose whether the order matters"},
      {"within", "many", "within", "Enter a number of words from 0 to 100"},
      {"within", "101", "within", "Enter a number of words"},
      {"scope", "page", "scope", "Choose where they stand"},
      {"unless2", "negattor", "unless2", "There is no word group “negattor” (did you mean"},
      {"matches", "", "matches", "Enter at least one sentence it must find"},
      {"ignores", "", "ignores", "Enter at least one sentence that looks alike"},
      {"id", "Thief!", "id", "Enter a name of small letters"},
      {"why", "", "why", "Say in one sentence"},
  };
  for (const auto& each : all) {
    dsl.Get("/lexicon/propose/rule");
    const auto refused = dsl.Post("/lexicon/propose/rule", With(kRule, each.field, each.value));
    EXPECT_EQ(refused.status, 422) << each.field;
    EXPECT_THAT(refused.body, AllOf(HasSubstr("id=\"" + std::string(each.at) + "-error\""), HasSubstr(each.says), HasSubstr("href=\"#" + std::string(each.at) + "\""))) << each.field;
    EXPECT_THAT(refused.body, HasSubstr("is a thief")) << "what was typed is not lost";
  }
  dsl.Get("/lexicon/propose/rule");
  EXPECT_THAT(dsl.Post("/lexicon/propose/rule", With(With(kRule, "order", "any"), "part2", "")).body, HasSubstr("enter a second part"));
  // What the lexicons' own check says.
  draft_mistakes_ = {{"matches", "defamation.thief should match \"<b>\" and does not: its words were not found near enough"}, {"sequence", "the phrase \"is a thief\" is no good"}, {"unless", "\"negator:before:4\": no"}, {"", "elsewhere.toml:3:1: abuse.other should ignore this"}};
  dsl.Get("/lexicon/propose/rule");
  const auto refused = dsl.Post("/lexicon/propose/rule", kRule);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("It should match &quot;&lt;b&gt;&quot; and does not"), HasSubstr("id=\"matches-error\""), HasSubstr("id=\"part2-error\""), HasSubstr("id=\"unless1-error\""), HasSubstr("abuse.other should ignore this")));
  EXPECT_TRUE(drafts_.empty());
  EXPECT_FALSE(Noted(Trail(), "entry-proposed"));
}

TEST_F(EntryPages, ARuleIsShownInWordsAndAChangedVersionStartsFromIt) {
  AddPerson("dsl", {{Role::kLexicon, ""}});
  auto dsl = SignedIn("dsl");
  entry_.is_rule = true;
  entry_.phrases.clear();
  entry_.parts = {{"person.staff", "=the caretaker"}, {"=is a thief"}};
  entry_.within = 6;
  entry_.scope = "next";
  entry_.unless = {"negator:before:5", "quoted", "group.race"};
  const std::string page = dsl.Get("/lexicon/entries/abuse.clown").body;
  EXPECT_THAT(page, AllOf(HasSubstr("[person.staff] or “the caretaker”"), HasSubstr("In this order, at most 6 other words between one and the next"), HasSubstr("href=\"/lexicon/propose/rule?from=abuse.clown\"")));
  const std::string form = dsl.Get("/lexicon/propose/rule?from=abuse.clown").body;
  EXPECT_THAT(form, AllOf(HasSubstr(">[person.staff]\nthe caretaker"), HasSubstr("value=\"negator\""), HasSubstr("<option value=\"before:5\" selected>before:5"), HasSubstr("value=\"group.race\""), HasSubstr("name=\"quoted\" type=\"checkbox\" value=\"yes\" checked"), HasSubstr("value=\"6\"")));
  EXPECT_THAT(dsl.Get("/lexicon/propose?from=abuse.clown").body, Not(HasSubstr("caretaker"))) << "the form for words has no place for it";
  entry_.has_more = true;
  EXPECT_THAT(dsl.Get("/lexicon/entries/abuse.clown").body, Not(HasSubstr("?from=abuse.clown")));
}

TEST_F(EntryPages, WordGroupsAreListedAndTheirWordsCovered) {
  AddPerson("ben", {{Role::kTriage, "oakmoor"}});
  auto ben = SignedIn("ben");
  EXPECT_THAT(ben.Get("/lexicon/groups").body, AllOf(HasSubstr("3 groups."), HasSubstr("group.race"), HasSubstr("s••• "), Not(HasSubstr("slur"))));
  EXPECT_THAT(ben.Get("/lexicon/groups?text=SLUR").body, AllOf(HasSubstr("1 group."), HasSubstr("group.race"), Not(HasSubstr("person.staff"))));
  EXPECT_THAT(ben.Get("/lexicon/groups?text=weather").body, HasSubstr("No group is like that"));
  ben.Get("/settings");
  ben.Post("/settings/words", {{"words", "shown"}});
  EXPECT_THAT(ben.Get("/lexicon/groups").body, HasSubstr("some &lt;b&gt;slur&lt;/b&gt;"));
}

TEST_F(EntryPages, ABackTestShowsPostsToWhoReadsCasesOnly) {
  AddPerson("dsl", {{Role::kLexicon, ""}});
  AddPerson("both", {{Role::kLexicon, ""}, {Role::kTriage, "oakmoor"}});
  for (const std::string id : {"dsl", "both"}) {
    auto browser = SignedIn(id);
    const auto tested = browser.PostFrom("/lexicon/entries/abuse.clown", "/lexicon/entries/abuse.clown/backtest");
    EXPECT_EQ(tested.status, 200);
    EXPECT_THAT(tested.body, AllOf(HasSubstr("40 kept posts"), HasSubstr("s••• w••••"), Not(HasSubstr("<b>words"))));
    EXPECT_EQ(tested.body.find("/cases/1") != std::string::npos, id == "both");
  }
  EXPECT_TRUE(Noted(Trail(), "entry-back-tested"));
}

TEST_F(EntryPages, OnlyEditorsForEverySchoolChangeAnything) {
  AddPerson("reader", {{Role::kTriage, ""}});
  AddPerson("local", {{Role::kLexicon, "oakmoor"}});
  for (const std::string id : {"reader", "local"}) {
    auto browser = SignedIn(id);
    EXPECT_THAT(browser.Get("/lexicon/entries/abuse.clown").body, Not(HasSubstr("Run it in shadow")));
    EXPECT_EQ(browser.Post("/lexicon/entries/abuse.clown/status", {{"to", "shadow"}, {"why", "x"}}).status, 403);
  }
  EXPECT_TRUE(edits_.empty());
}

// --- letters

class LetterPages : public Office {};

TEST_F(LetterPages, ATextIsEditedPreviewedKeptAndHadBack) {
  AddPerson("boss", {{Role::kAdministrator, ""}});
  auto boss = SignedIn("boss");
  EXPECT_THAT(boss.Get("/letters").body, AllOf(HasSubstr("Time-limited ban"), HasSubstr("As heed comes with it")));
  EXPECT_THAT(boss.Get("/letters/letter").body, HasSubstr("I ask you to stop publishing"));
  const std::string own = "Dear [[name]],\r\n{posted} {school} <b> {clause}\r\nYours";
  const auto preview = boss.Post("/letters/letter", {{"school", ""}, {"number", "0"}, {"text", own}, {"do", "preview"}});
  EXPECT_EQ(preview.status, 200);
  EXPECT_THAT(preview.body, AllOf(HasSubstr("1 Mar 2031 Oakmoor School &lt;b&gt; It says: “Swearing at people”."), HasSubstr("What it becomes")));
  EXPECT_TRUE(store_->PaperVersions("letter/letter")->empty()) << "a preview saves nothing";
  EXPECT_EQ(boss.Post("/letters/letter", {{"school", ""}, {"number", "0"}, {"text", own}, {"do", "save"}}).status, 303);
  EXPECT_EQ(*LetterText(*store_, ResponseKind::kLetter, "oakmoor"), "Dear [[name]],\n{posted} {school} <b> {clause}\nYours\n");
  // One school's own stands before every school's.
  EXPECT_EQ(boss.Post("/letters/letter", {{"school", "ashford"}, {"number", "0"}, {"text", own + " of Ashford"}, {"do", "save"}}).status, 303);
  EXPECT_THAT(*LetterText(*store_, ResponseKind::kLetter, "ashford"), HasSubstr("of Ashford"));
  EXPECT_THAT(*LetterText(*store_, ResponseKind::kLetter, "oakmoor"), Not(HasSubstr("of Ashford")));
  // Two people at once: the second is told.
  EXPECT_EQ(boss.Post("/letters/letter", {{"school", ""}, {"number", "0"}, {"text", own + " again"}, {"do", "save"}}).status, 409);
  EXPECT_EQ(boss.Post("/letters/letter/reset", {{"school", ""}, {"number", "1"}}).status, 303);
  EXPECT_EQ(*LetterText(*store_, ResponseKind::kLetter, "oakmoor"), LetterFor(ResponseKind::kLetter).text);
  EXPECT_THAT(boss.Get("/letters/letter?version=1").body, AllOf(HasSubstr("{posted} {school} &lt;b&gt;"), HasSubstr("Version 2")));
  const auto trail = Trail();
  ASSERT_TRUE(Noted(trail, "letter-changed"));
  EXPECT_TRUE(Noted(trail, "letter-reset"));
  EXPECT_EQ(boss.Get("/letters/nothing").status, 404);
}

TEST_F(LetterPages, WhatALetterNeedsCannotBeTakenOut) {
  AddPerson("boss", {{Role::kAdministrator, ""}});
  auto boss = SignedIn("boss");
  boss.Get("/letters/ban");
  struct Case {
    const char* text;
    const char* problem;
  };
  for (const auto& one : {Case{"{school} {clause} [[date]]", "Put {posted} somewhere"}, Case{"{school} {posted} {clause}", "Put [[date]] somewhere"}, Case{"{school} {posted} {clause} [[date]] {scool}", "did you mean &quot;{school}&quot;"},
                          Case{"{school} {posted} {clause} [[date]] [[open", "does not end with ]]"}, Case{"", "Write the text"}}) {
    const auto refused = boss.Post("/letters/ban", {{"school", ""}, {"number", "0"}, {"text", one.text}, {"do", "save"}});
    EXPECT_EQ(refused.status, 422) << one.text;
    EXPECT_THAT(refused.body, HasSubstr(one.problem));
  }
  for (const auto kind : kResponseKinds) EXPECT_TRUE(CheckLetterText(LetterFor(kind), LetterFor(kind).text).empty()) << ToString(kind);
}

TEST_F(LetterPages, AnAdministratorOfOneSchoolChangesThatSchoolsOnly) {
  AddPerson("local", {{Role::kAdministrator, "oakmoor"}});
  auto local = SignedIn("local");
  EXPECT_THAT(local.Get("/letters").body, Not(HasSubstr("Every school")));
  for (const std::string school : {"", "ashford", "nowhere"}) {
    local.Get("/letters/letter");
    EXPECT_EQ(local.Post("/letters/letter", {{"school", school}, {"number", "0"}, {"text", "{school} {posted} {clause}"}, {"do", "save"}}).status, 404) << school;
  }
  EXPECT_EQ(local.Post("/letters/letter", {{"school", "oakmoor"}, {"number", "0"}, {"text", "{school} {posted} {clause}"}, {"do", "save"}}).status, 303);
}

TEST_F(LetterPages, ALetterIsAPdfThatSaysWhenItIsADraft) {
  AddPerson("amina", {{Role::kTriage, "oakmoor"}});
  AddPerson("head", {{Role::kHead, "oakmoor"}});
  const CaseId id = Keep("oakmoor", APost("1", "words of the post"));
  NewDecision decision;
  decision.finding = Finding::kBreach;
  decision.category = Category::kAbuse;
  decision.severity = 2;
  decision.why = "insults";
  decision.proposals = {{ResponseKind::kLetter, "the author", "Dear <b>you</b>,\n\nplease stop.\n", ""}, {ResponseKind::kReport, "mastodon", "A post", ""}};
  ASSERT_TRUE(store_->Record(*Decide(*store_->FindCase(id), "amina", decision, clock_.Now())));
  auto amina = SignedIn("amina");
  const std::string page = "/cases/" + std::to_string(id) + "/responses/1";
  EXPECT_THAT(amina.Get(page).body, HasSubstr(page + "/letter.pdf"));
  const auto draft = amina.Get(page + "/letter.pdf");
  EXPECT_EQ(draft.Header("Content-Type"), "application/pdf");
  EXPECT_THAT(draft.body, AllOf(HasSubstr("Not approved"), HasSubstr("Dear &lt;b&gt;you&lt;/b&gt;,"), HasSubstr("Oakmoor School"), Not(HasSubstr("words of the post"))));
  ASSERT_TRUE(store_->Record(*Approve(*store_->FindCase(id), "head", 1, minutes{5}, clock_.Now())));
  EXPECT_THAT(amina.Get(page + "/letter.pdf").body, HasSubstr("can still be cancelled"));
  clock_.Advance(minutes{6});
  EXPECT_THAT(amina.Get(page + "/letter.pdf").body, AllOf(Not(HasSubstr("class=\"draft\""))));
  EXPECT_EQ(amina.Get("/cases/" + std::to_string(id) + "/responses/2/letter.pdf").status, 404) << "a report to a platform is no letter";
  EXPECT_EQ(amina.Get("/cases/" + std::to_string(id) + "/responses/x/letter.pdf").status, 404);
  Build([](ConsoleParts& parts) { parts.pdf = [](const std::string&, Instant) -> Result<std::string> { return Fail(Fault::kNotFound, "WeasyPrint is not installed"); }; });
  EXPECT_THAT(amina.Get(page + "/letter.pdf").body, HasSubstr("WeasyPrint is not installed"));
}

// --- access requests

class AccessRequests : public Office {
 protected:
  void SetUp() override {
    Office::SetUp();
    AddPerson("boss", {{Role::kAdministrator, ""}});
    auto written = APost("1", "Oakmoor School is full of clowns");
    written.author = {"id-77", "zoe_k", "Zoë Kessler"};
    first_ = Keep("oakmoor", written);
    Keep("oakmoor", APost("2", "ask ZOË  kessler about Oakmoor School"));
    Keep("ashford", APost("3", "=cmd|' zoe_k knows Ashford School"));
    Keep("oakmoor", APost("4", "somebody else about Oakmoor School"));
    noted_ = Keep("oakmoor", APost("5", "yet another about Oakmoor School"));
    ASSERT_TRUE(store_->Record(*AddNote(*store_->FindCase(noted_), "amina", "Zoe_K rang the office", clock_.Now())));
  }
  Form Wanted(std::string what = "show", std::string ask = "access") {
    return {{"ask", ask}, {"school", ""}, {"names", "@zoe_k\nZoë Kessler"}, {"reference", "DP/7"}, {"reason", "letter of 1 March"}, {"checked", "yes"}, {"do", what}, {"decided_by", "the head"}};
  }
  CaseId first_ = 0, noted_ = 0;
};

TEST_F(AccessRequests, FindWhatWasWrittenByOrAboutAPersonAndAreLoggedFirst) {
  auto boss = SignedIn("boss");
  const auto found = boss.PostFrom("/access-requests", "/access-requests", Wanted());
  EXPECT_EQ(found.status, 200) << found.body;
  EXPECT_THAT(found.body, AllOf(HasSubstr("4 posts found"), HasSubstr("Wrote it"), HasSubstr("Is named in it"), HasSubstr("Is named in what staff wrote"), Not(HasSubstr("somebody else about"))));
  const auto trail = Trail();
  const AuditRow* row = Noted(trail, "person-searched");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->actor, "boss");
  EXPECT_EQ(row->subject, "request DP/7");
  EXPECT_THAT(row->details, AllOf(HasSubstr("letter of 1 March"), HasSubstr("access")));
  for (const auto& each : trail) EXPECT_THAT(each.details + each.subject, AllOf(Not(HasSubstr("zoe_k")), Not(HasSubstr("Kessler")))) << "the trail does not keep the name";
  EXPECT_FALSE(Noted(trail, "author-viewed"));
}

TEST_F(AccessRequests, NeedAReferenceAReasonAndSomebodyWhoIsWhoTheySay) {
  auto boss = SignedIn("boss");
  for (const char* field : {"ask", "names", "reference", "reason", "checked"}) {
    Form form = Wanted();
    for (auto& [name, value] : form)
      if (name == field) value.clear();
    boss.Get("/access-requests");
    EXPECT_EQ(boss.Post("/access-requests", form).status, 422) << field;
  }
  for (const auto& [field, value] : Form{{"names", "ab"}, {"names", std::string(101, 'a')}, {"names", "aaa\nbbb\nccc\nddd\neee\nfff\nggg\nhhh\niii\njjj\nkkk"}, {"reason", "Zoë Kessler asked"}, {"reference", "zoe_k"}, {"school", "nowhere"}}) {
    Form form = Wanted();
    for (auto& [name, old] : form)
      if (name == field) old = value;
    boss.Get("/access-requests");
    EXPECT_EQ(boss.Post("/access-requests", form).status, 422) << field << " " << value;
  }
  EXPECT_FALSE(Noted(Trail(), "person-searched"));
}

TEST_F(AccessRequests, KeepToTheSchoolsOfWhoAsks) {
  AddPerson("local", {{Role::kAdministrator, "ashford"}});
  auto local = SignedIn("local");
  const auto found = local.PostFrom("/access-requests", "/access-requests", Wanted());
  EXPECT_THAT(found.body, AllOf(HasSubstr("1 post found"), Not(HasSubstr("clowns"))));
  Form other = Wanted();
  for (auto& [name, value] : other)
    if (name == "school") value = "oakmoor";
  EXPECT_EQ(local.PostFrom("/access-requests", "/access-requests", other).status, 422);
}

TEST_F(AccessRequests, ExportsAreWholeAndCannotStartAFormula) {
  auto boss = SignedIn("boss");
  const auto csv = boss.PostFrom("/access-requests", "/access-requests", Wanted("csv"));
  EXPECT_THAT(csv.Header("Content-Disposition"), HasSubstr("attachment; filename=\"request-DP-7.csv\""));
  EXPECT_THAT(csv.body, AllOf(HasSubstr("'=cmd|"), Not(HasSubstr(",=cmd")), HasSubstr("clowns")));
  const auto exported = boss.PostFrom("/access-requests", "/access-requests", Wanted("json"));
  JsonParser parser;
  const auto root = parser.Parse(exported.body);
  ASSERT_TRUE(root) << exported.body;
  EXPECT_EQ((*root)["posts"].size(), 4u);
  EXPECT_EQ((*root)["reference"].StringOr(""), "DP/7");
  EXPECT_THAT(exported.body, AllOf(HasSubstr("Zoe_K rang the office"), HasSubstr("\"handle\":\"zoe_k\"")));
  EXPECT_TRUE(Noted(Trail(), "person-exported"));
}

TEST_F(AccessRequests, AnImageOfAChildIsNotHandedOut) {
  NewDecision decision;
  decision.finding = Finding::kChildImage;
  decision.why = "told to the police";
  ASSERT_TRUE(store_->Record(*Decide(*store_->FindCase(first_), "amina", decision, clock_.Now())));
  auto boss = SignedIn("boss");
  for (const std::string what : {"show", "csv", "json"}) EXPECT_THAT(boss.PostFrom("/access-requests", "/access-requests", Wanted(what)).body, Not(HasSubstr("clowns"))) << what;
}

TEST_F(AccessRequests, AnObjectionIsWrittenOnOpenCasesAndErasedOnceTheyAreClosed) {
  auto boss = SignedIn("boss");
  const auto shown = boss.PostFrom("/access-requests", "/access-requests", Wanted("show", "erasure"));
  EXPECT_THAT(shown.body, AllOf(HasSubstr("Cases that are open: 4"), Not(HasSubstr("Posts that can be erased now"))));
  EXPECT_THAT(boss.Post("/access-requests", Wanted("note", "erasure")).body, HasSubstr("stands on 4 cases"));
  const auto history = store_->History(first_).value();
  EXPECT_THAT(history.back().details, HasSubstr("request DP/7"));
  NewDecision decision;
  decision.finding = Finding::kCriticism;
  decision.why = "criticism";
  ASSERT_TRUE(store_->Record(*Decide(*store_->FindCase(first_), "amina", decision, clock_.Now())));
  ASSERT_EQ(store_->FindCase(first_)->state, CaseState::kClosed);
  Form nobody = Wanted("erase", "erasure");
  for (auto& [name, value] : nobody)
    if (name == "decided_by") value.clear();
  EXPECT_EQ(boss.PostFrom("/access-requests", "/access-requests", nobody).status, 422);
  EXPECT_EQ(boss.PostFrom("/access-requests", "/access-requests", Wanted("erase", "access")).status, 422) << "who asks for a copy does not ask for erasure";
  const auto erased = boss.PostFrom("/access-requests", "/access-requests", Wanted("erase", "erasure"));
  EXPECT_THAT(erased.body, AllOf(HasSubstr("1 post is erased"), HasSubstr("3 posts found")));
  EXPECT_FALSE(store_->FindPost("oakmoor", "1"));
  EXPECT_EQ(store_->FindCase(first_).error().fault(), Fault::kGone);
  EXPECT_FALSE(store_->VerifyChain()->broken);
  EXPECT_THAT(store_->History(first_)->back().details, HasSubstr("request DP/7"));
  EXPECT_THAT(Noted(Trail(), "person-erased")->details, HasSubstr("decided by the head"));
}

TEST_F(AccessRequests, AreLimited) {
  auto boss = SignedIn("boss");
  int fine = 0;
  for (int i = 0; i < 25; ++i) fine += boss.PostFrom("/access-requests", "/access-requests", Wanted()).status == 200;
  EXPECT_EQ(fine, 20);
  clock_.Advance(minutes{4});
  EXPECT_EQ(boss.PostFrom("/access-requests", "/access-requests", Wanted()).status, 200);
}

// --- the trail

TEST_F(Office, TheTrailIsCheckedWholeByTheButton) {
  AddPerson("auditor", {{Role::kAuditor, ""}});
  auto auditor = SignedIn("auditor");
  EXPECT_THAT(auditor.Get("/audit").body, HasSubstr("whole as far as it was checked"));
  EXPECT_EQ(auditor.Post("/audit/verify").Header("Location"), "/audit");
  EXPECT_THAT(auditor.Get("/audit").body, HasSubstr("none was changed, and none is missing"));
  const auto trail = Trail();
  ASSERT_TRUE(Noted(trail, "trail-checked"));
  EXPECT_THAT(Noted(trail, "trail-checked")->details, HasSubstr("whole"));
}

TEST_F(Office, SettingsSignOutElsewhere) {
  AddPerson("amina", {{Role::kTriage, ""}});
  auto here = SignedIn("amina"), there = SignedIn("amina");
  EXPECT_EQ(here.PostFrom("/settings", "/settings/sign-out-elsewhere").status, 303);
  EXPECT_THAT(here.Get("/settings").body, HasSubstr("signed out in 1 other browser"));
  EXPECT_EQ(there.Get("/queue").status, 303);
}

}  // namespace
}  // namespace heed
