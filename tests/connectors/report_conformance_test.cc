// The suite of reports and re-checks, with faults at each byte of the exchange, and the platforms it runs against.
#include <gmock/gmock.h>

#include <set>

#include "connectors/catalogue.h"
#include "src/base/json.h"
#include "tests/connectors/report_conformance.h"
#include "tests/connectors/report_fakes.h"

namespace heed {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class ImpatientClient final : public HttpClient {
 public:
  ImpatientClient() : HttpClient(Options{}) {}
  Result<HttpResponse> Send(const HttpRequest& request) override {
    HttpRequest limited = request;
    limited.timeout = patience;
    limited.max_body = 64 << 10;
    return HttpClient::Send(limited);
  }
  milliseconds patience{20'000};
};

School Oakmoor() {
  School school;
  school.id = "oakmoor";
  school.name = "Oakmoor School";
  school.names = {"Oakmoor School"};
  school.hashtags = {"oakmoor"};
  return school;
}

class ReportConformance : public testing::TestWithParam<ReportEntry> {
 protected:
  // What the platform does with a request, given its healthy answer (which has the report filed).
  using Fault = std::function<Answer(Answer)>;

  ReportConformance() : platform(GetParam().make()) {
    server.Otherwise([this](const SeenRequest& request) {
      const std::lock_guard lock(mutex_);
      ++requests_;
      if (!platform->IsReport(request)) {
        if (before_) return *before_;
        Answer healthy = platform->Serve(request);
        return look_ && platform->IsLook(request) ? look_(std::move(healthy)) : healthy;
      }
      ++arrived_;
      if (turned_away_) return *turned_away_;
      Answer healthy = platform->Serve(request);
      ++filed_;
      return after_ ? after_(std::move(healthy)) : healthy;
    });
  }

  std::unique_ptr<Connector> Fresh() {
    auto made = platform->Make(Oakmoor(), server, {http, clock});
    if (!made) {
      ADD_FAILURE() << made.error().message();
      std::abort();
    }
    return *std::move(made);
  }
  ApprovedReport Report() { return AnApprovedReport(platform->ThePost(server), platform->Platform(), platform->AChoice(), "It threatens a member of staff at Oakmoor School.", clock.Now(), platform->Kind()); }
  ReportOutcome Leave(Connector& connector) { return platform->Kind() == ResponseKind::kHide ? connector.Hide(Report()) : connector.Submit(Report()); }
  Result<ReportForm> Form(Connector& connector, Category category) {
    return platform->Kind() == ResponseKind::kHide ? connector.HideForm(platform->ThePost(server)) : connector.ReportReasons(platform->ThePost(server), category);
  }
  ReportOutcome Submit() { return Leave(*Fresh()); }
  // The report is filed, then this happens to the answer.
  void AfterFiling(Fault fault) { after_ = std::move(fault); }
  // The report is turned away unread.
  void TurnAway(std::optional<Answer> answer) { turned_away_ = std::move(answer); }
  // Everything but the report is answered so.
  void BreakBefore(std::optional<Answer> answer) { before_ = std::move(answer); }
  void BreakLook(Fault fault) { look_ = std::move(fault); }
  void Forget() { arrived_ = filed_ = 0; }

  // The promise: 0 or 1, and the outcome says which.
  void ExpectHonest(const ReportOutcome& outcome, const std::string& why) {
    EXPECT_LE(arrived_, 1) << why << ": it arrived twice";
    switch (outcome.fate) {
      case Fate::kAccepted: EXPECT_EQ(filed_, 1) << why; break;
      case Fate::kRefused:
      case Fate::kNotSent: EXPECT_EQ(filed_, 0) << why << ": " << outcome.message; break;
      case Fate::kUncertain: break;
    }
    if (outcome.fate != Fate::kAccepted) {
      EXPECT_FALSE(outcome.message.empty()) << why;
    }
  }

  FakeClock clock{"2031-03-02 08:00"};
  HttpServer server;
  ImpatientClient http;
  std::unique_ptr<ReportImitation> platform;
  std::mutex mutex_;
  int requests_ = 0, arrived_ = 0, filed_ = 0;

 private:
  Fault after_, look_;
  std::optional<Answer> turned_away_, before_;
};

TEST_P(ReportConformance, AReportArrivesOnceWithItsReference) {
  const auto outcome = Submit();
  EXPECT_EQ(outcome.fate, Fate::kAccepted) << outcome.message;
  EXPECT_EQ(outcome.reference, platform->ReportReference());
  EXPECT_THAT(outcome.answer, HasSubstr(platform->ReportReference()));
  EXPECT_EQ(filed_, 1);
  EXPECT_EQ(arrived_, 1);
}

TEST_P(ReportConformance, ACutAnswerIsUncertainAtEveryByte) {
  std::uint64_t size = 0;
  AfterFiling([&](Answer healthy) {
    size = healthy.WireSize();
    return healthy;
  });
  ASSERT_EQ(Submit().fate, Fate::kAccepted);
  ASSERT_GT(size, 50u);
  const auto connector = Fresh();  // its connections and sign-in are kept, as they would be
  for (std::uint64_t at = 0; at < size; ++at) {
    Forget();
    AfterFiling([&](Answer healthy) { return at % 2 ? std::move(healthy).CutAfter(at) : std::move(healthy).Reset(at); });
    const auto outcome = Leave(*connector);
    EXPECT_EQ(outcome.fate, Fate::kUncertain) << "cut at byte " << at << ": " << ToString(outcome.fate);
    ExpectHonest(outcome, "cut at byte " + std::to_string(at));
  }
}

// libcurl sends a POST again by itself where a kept connection swallowed it.
TEST_P(ReportConformance, AHangUpOnAKeptConnectionSendsNothingTwice) {
  const auto connector = Fresh();
  ASSERT_EQ(Leave(*connector).fate, Fate::kAccepted);
  Forget();
  AfterFiling([](Answer) { return Answer::Hangup(); });
  const auto outcome = Leave(*connector);
  EXPECT_EQ(outcome.fate, Fate::kUncertain);
  EXPECT_EQ(arrived_, 1);
}

TEST_P(ReportConformance, SilenceAfterItWasReadIsUncertain) {
  const auto connector = Fresh();
  ASSERT_EQ(Leave(*connector).fate, Fate::kAccepted);
  Forget();
  http.patience = milliseconds{150};
  AfterFiling([](Answer) { return Answer::Silence(); });
  const auto outcome = Leave(*connector);
  EXPECT_EQ(outcome.fate, Fate::kUncertain);
  ExpectHonest(outcome, "silence");
}

TEST_P(ReportConformance, WhatIsTurnedAwayUnreadIsNotSentAndSaysWhenToComeBack) {
  for (const int status : {429, 503}) {
    Forget();
    TurnAway(Answer::Status(status).With("retry-after", "90"));
    const auto outcome = Submit();
    EXPECT_EQ(outcome.fate, Fate::kNotSent) << status;
    EXPECT_EQ(outcome.wait, seconds{90}) << status;
    ExpectHonest(outcome, std::to_string(status));
  }
}

TEST_P(ReportConformance, AServersTroubleIsUncertainWhetherItFiledItOrNot) {
  for (const int status : {500, 502, 503, 504, 599, 408}) {
    for (const bool filed : {false, true}) {
      Forget();
      TurnAway(filed ? std::nullopt : std::optional(Answer::Status(status, "<html>oops</html>")));
      AfterFiling([&](Answer) { return Answer::Status(status, "<html>oops</html>"); });
      const auto outcome = Submit();
      EXPECT_EQ(outcome.fate, Fate::kUncertain) << status;
      ExpectHonest(outcome, std::to_string(status));
    }
  }
}

TEST_P(ReportConformance, ARefusalIsARefusal) {
  for (const int status : {400, 403, 404, 409, 413, 415, 422, 301, 307}) {
    Forget();
    TurnAway(Answer::Status(status, R"({"error":"InvalidRequest","message":"no such reason"})").With("content-type", "application/json"));
    const auto outcome = Submit();
    EXPECT_THAT(outcome.fate, AnyOf(Fate::kRefused, Fate::kNotSent)) << status;
    ExpectHonest(outcome, std::to_string(status));
  }
}

TEST_P(ReportConformance, AStrangeAnswerIsUncertain) {
  for (const std::string body : {"", "null", "[]", "{}", "<html><form>sign in</form></html>", R"({"id":null})", R"({"id":{}})", R"({"error":"internal"})", "{\"id\":1", "\xff\xfe"}) {
    Forget();
    AfterFiling([&](Answer) { return Answer::Json(body); });
    const auto outcome = Submit();
    EXPECT_EQ(outcome.fate, Fate::kUncertain) << body;
    ExpectHonest(outcome, body);
  }
  Forget();
  AfterFiling([&](Answer) { return Answer::Json(std::string(100'000, '[')); });
  EXPECT_EQ(Submit().fate, Fate::kUncertain) << "larger than what is read";
}

TEST_P(ReportConformance, NothingIsReportedWhenWhatComesBeforeFails) {
  if (!platform->AsksBefore()) return;  // there is nothing before it
  const std::vector<Answer> faults = {Answer::Status(500), Answer::Status(429).With("retry-after", "5"), Answer::Status(401), Answer::Status(403), Answer::Status(404),
                                      Answer::Json("{"),   Answer::Json("null"),                          Answer::Hangup(),   Answer::Json("{\"statuses\":[]}")};
  for (std::size_t i = 0; i < faults.size(); ++i) {
    Forget();
    BreakBefore(faults[i]);
    const auto outcome = Submit();
    EXPECT_THAT(outcome.fate, AnyOf(Fate::kNotSent, Fate::kRefused)) << "fault " << i;
    EXPECT_EQ(arrived_, 0) << "fault " << i;
  }
}

TEST_P(ReportConformance, ARefusedConnectionIsNotSent) {
  auto gone = std::make_unique<HttpServer>();
  gone->Otherwise([this](const SeenRequest& request) { return platform->Serve(request); });
  auto connector = *platform->Make(Oakmoor(), *gone, {http, clock});
  const auto report = AnApprovedReport(platform->ThePost(*gone), platform->Platform(), platform->AChoice(), "It threatens a member of staff.", clock.Now(), platform->Kind());
  ASSERT_TRUE(Form(*connector, Category::kThreat));  // signed in
  gone.reset();
  const auto outcome = platform->Kind() == ResponseKind::kHide ? connector->Hide(report) : connector->Submit(report);
  EXPECT_EQ(outcome.fate, Fate::kNotSent) << outcome.message;
}

TEST_P(ReportConformance, TheFormSuggestsOneOfItsReasonsForEveryCategory) {
  for (const auto category : kCategories) {
    const auto form = Form(*Fresh(), category);
    ASSERT_TRUE(form) << form.error().message();
    EXPECT_FALSE(form->reasons.empty());
    EXPECT_GE(form->max_text, 100u);
    EXPECT_TRUE(std::ranges::any_of(form->reasons, [&](const ReportReason& reason) { return reason.id == form->suggested; })) << ToString(category) << ": " << form->suggested;
    for (const auto& reason : form->reasons) EXPECT_FALSE(reason.id.empty() || reason.label.empty());
    EXPECT_EQ(filed_, 0);
  }
}

TEST_P(ReportConformance, TellsUpEditedAndGone) {
  if (!platform->Rechecks()) return;
  const auto post = platform->ThePost(server);
  EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUp);
  platform->edited = true;
  EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUpEdited);
  platform->removed = true;
  const auto gone = Fresh()->Recheck(post);
  EXPECT_TRUE(IsGone(gone.presence)) << ToString(gone.presence) << " " << gone.answer;
  EXPECT_THAT(gone.answer, HasSubstr("GET "));
}

TEST_P(ReportConformance, AFailedLookIsNeverGone) {
  if (!platform->Rechecks()) return;
  const auto post = platform->ThePost(server);
  for (const bool removed : {false, true}) {
    platform->removed = removed;
    std::uint64_t size = 0;
    BreakLook([&](Answer healthy) {
      size = healthy.WireSize();
      return healthy;
    });
    Fresh()->Recheck(post);
    ASSERT_GT(size, 20u);
    for (std::uint64_t at = 0; at < size; ++at) {
      BreakLook([&](Answer healthy) { return std::move(healthy).CutAfter(at); });
      EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUnknown) << "cut at byte " << at;
    }
    for (const int status : {400, 401, 403, 404, 410, 429, 500, 502, 503}) {
      BreakLook([&](Answer) { return Answer::Status(status, "<html>somebody else's page</html>"); });
      const auto presence = Fresh()->Recheck(post).presence;
      EXPECT_FALSE(IsGone(presence)) << status << " " << ToString(presence);
    }
    for (const std::string body : {"", "null", "[]", "{}", "{\"posts\":", "<html></html>", "{\"posts\":[{}]}", "{\"statuses\":{}}"}) {
      BreakLook([&](Answer) { return Answer::Json(body); });
      EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUnknown) << body;
    }
    http.patience = milliseconds{100};
    BreakLook([&](Answer) { return Answer::Silence(); });
    EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUnknown);
    http.patience = milliseconds{20'000};
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ReportConformance);

TEST(ReportConformanceSuite, HoldsEveryConnectorThatReportsOrHides) {
  std::set<std::string> here, wanted;
  for (const auto& entry : kReportEntries) {
    const auto platform = entry.make();
    here.insert(platform->Platform() + (platform->Kind() == ResponseKind::kHide ? " hides" : " reports"));
  }
  for (const auto* card : Catalogue()) {
    if (card->reports) wanted.insert(std::string(card->name) + " reports");
    if (card->hides) wanted.insert(std::string(card->name) + " hides");
  }
  EXPECT_EQ(here, wanted);
}

INSTANTIATE_TEST_SUITE_P(Platforms, ReportConformance, testing::ValuesIn(kReportEntries), [](const auto& made) { return std::string(made.param.name); });

// --- what is one platform's own

template <typename Imitated>
class One : public testing::Test {
 protected:
  template <typename... Arguments>
  explicit One(Arguments... arguments) : platform(arguments...) {
    server.Otherwise([this](const SeenRequest& request) { return platform.Serve(request); });
  }
  std::unique_ptr<Connector> Fresh() { return *platform.Make(Oakmoor(), server, {http, clock}); }
  ReportOutcome Submit(const std::string& text = "It threatens a member of staff & \"others\".") {
    return Fresh()->Submit(AnApprovedReport(platform.ThePost(server), platform.Platform(), platform.AChoice(), text, clock.Now()));
  }
  FakeClock clock{"2031-03-02 08:00"};
  HttpServer server;
  ImpatientClient http;
  Imitated platform;
};

class BlueskyReport : public One<BlueskyReporting> {};
class MastodonReport : public One<MastodonReporting> {
 protected:
  MastodonReport() : One(true) {}
};

TEST_F(BlueskyReport, NamesTheVersionSeenTheServiceAndAKey) {
  ASSERT_EQ(Submit().fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.Header("atproto-proxy"), "did:plc:moderation#atproto_labeler");
  JsonParser parser;
  const auto body = parser.Parse(platform.last.body);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["reasonType"].StringOr(""), "tools.ozone.report.defs#reasonViolenceThreats");
  EXPECT_EQ((*body)["reason"].StringOr(""), "It threatens a member of staff & \"others\".");
  EXPECT_EQ((*body)["subject"].Dump(), R"({"$type":"com.atproto.repo.strongRef","cid":"bafy-1","uri":"at://did:plc:exampleaaaa1111/app.bsky.feed.post/3kexample2a"})");
  EXPECT_EQ((*body)["modTool"]["name"].StringOr("").substr(0, 5), "heed/");
  EXPECT_EQ((*body)["modTool"]["meta"]["key"].StringOr("").size(), 32u);
}

TEST_F(BlueskyReport, RenewsAnExpiredSessionAndReportsOnce) {
  const auto connector = Fresh();
  const auto report = [&] { return AnApprovedReport(platform.ThePost(server), "bluesky", platform.AChoice(), "It threatens staff.", clock.Now()); };
  ASSERT_EQ(connector->Submit(report()).fate, Fate::kAccepted);
  platform.token = "a2";
  EXPECT_EQ(connector->Submit(report()).fate, Fate::kAccepted);
}

TEST_F(BlueskyReport, RefusesALongTextBeforeAnythingIsAsked) {
  EXPECT_EQ(Submit(std::string(2001, 'x')).fate, Fate::kRefused);
  EXPECT_EQ(server.request_count(), 0u);
}

TEST_F(BlueskyReport, OffersWhatTheServiceTakesAndOldReasonsWhereItCannotBeAsked) {
  const auto ids = [&] {
    std::vector<std::string> all;
    const auto form = Fresh()->ReportReasons(platform.ThePost(server), Category::kAbuse);
    for (const auto& reason : form->reasons) all.push_back(reason.id.substr(reason.id.find('#') + 1));
    all.push_back("suggested " + form->suggested.substr(form->suggested.find('#') + 1));
    return all;
  };
  EXPECT_THAT(ids(), testing::Contains("suggested reasonHarassmentTargeted"));
  platform.services = R"({"views":[{"reasonTypes":["com.atproto.moderation.defs#reasonRude","com.atproto.moderation.defs#reasonOther"]}]})";
  EXPECT_THAT(ids(), testing::ElementsAre("reasonRude", "reasonOther", "suggested reasonRude"));
  platform.services = R"({"views":[{"creator":{}}]})";
  EXPECT_THAT(ids(), testing::Contains("reasonHarassmentDoxxing")) << "a service that does not say takes any";
  for (const auto* trouble : {R"({"views":[]})", "{", "[]"}) {
    platform.services = trouble;
    EXPECT_THAT(ids(), testing::ElementsAre("reasonRude", "reasonViolation", "reasonMisleading", "reasonOther", "suggested reasonRude")) << trouble;
  }
}

TEST_F(BlueskyReport, TellsWhoRemovedAPost) {
  platform.removed = true;
  const auto presence = [&] { return Fresh()->Recheck(platform.ThePost(server)).presence; };
  EXPECT_EQ(presence(), Presence::kGoneByAuthor);
  platform.record = Answer::Json(R"({"uri":")" + std::string(kUri) + R"(","cid":"bafy-1","value":{}})");
  EXPECT_EQ(presence(), Presence::kGoneByPlatform);
  platform.record = Answer::Status(500);
  EXPECT_EQ(presence(), Presence::kGoneUnknown);
  platform.repo = Answer::Json(R"({"active":false,"status":"deactivated"})");
  EXPECT_EQ(presence(), Presence::kAccountGone);
  platform.repo = BlueskyReporting::Status(400, R"({"error":"RepoNotFound"})");
  EXPECT_EQ(presence(), Presence::kAccountGone);
}

TEST_F(BlueskyReport, APostBehindAWarningIsUp) {
  platform.labels = R"({"val":"!hide","src":"did:plc:moderation"})";
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUpLimited);
}

TEST_F(MastodonReport, NamesLocalIdsTheRuleAndWhetherToForward) {
  ASSERT_EQ(Submit().fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.body,
            "account_id=77&status_ids%5B%5D=01LOCAL&comment=It%20threatens%20a%20member%20of%20staff%20%26%20%22others%22.&category=violation&forward=true&rule_ids%5B%5D=2");
}

TEST_F(MastodonReport, ListsTheServersRulesAndOffersToForwardToAnotherServer) {
  const auto form = Fresh()->ReportReasons(platform.ThePost(server), Category::kAbuse);
  ASSERT_TRUE(form);
  EXPECT_THAT(form->reasons[1].label, HasSubstr("No threats"));
  EXPECT_EQ(form->reasons[1].id, "rule:2");
  EXPECT_TRUE(form->offers_forward);
}

TEST_F(MastodonReport, ADroppedCopyOfAPostThatIsUpElsewhereIsNotGone) {
  platform.removed = true;
  platform.still_at_origin = true;
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUpLimited);
  platform.still_at_origin = false;
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kGoneUnknown);
  platform.stranger = true;
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kNotVisible) << "without a token nobody can ask the other server";
}

TEST_F(MastodonReport, TellsASuspendedAccountAndALimitedOne) {
  platform.account = R"("id":"77","suspended":true)";
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kAccountGone);
  platform.account = R"("id":"77","limited":true)";
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUpLimited);
}

// What is asked beside reading, counted in memory.
struct CountingTally final : Tally {
  Done Add(std::int64_t amount) override {
    if (fails) return Fail(Fault::kIo, "the disk is full");
    sum += amount;
    return {};
  }
  Result<std::int64_t> Since(Instant) const override { return sum; }
  std::int64_t sum = 0;
  bool fails = false;
};

// --- Lemmy, Reddit, YouTube, Discourse, NodeBB, Meta, X

class LemmyReport : public One<LemmyReporting> {
 protected:
  LemmyReport() : One(false) {}
};
class RedditReport : public One<RedditReporting> {};
class YouTubeReport : public One<YouTubeReporting> {
 protected:
  YouTubeReport() : One(false, false) {}
};
class YouTubeComment : public One<YouTubeReporting> {
 protected:
  YouTubeComment() : One(true, true) {}
};
class DiscourseReport : public One<DiscourseReporting> {};
class NodebbReport : public One<NodebbReporting> {};
class FacebookHide : public One<MetaHiding> {
 protected:
  FacebookHide() : One(false) {}
};
class InstagramHide : public One<MetaHiding> {
 protected:
  InstagramHide() : One(true) {}
};
class XHide : public One<XHiding> {};

TEST_F(LemmyReport, NamesTheLocalNumberAndTheWords) {
  ASSERT_EQ(Submit().fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.body, R"({"post_id":7,"reason":"It threatens a member of staff & \"others\"."})");
}

TEST_F(LemmyReport, SignsInAgainWhereTheTokenIsRefused) {
  const auto connector = Fresh();
  const auto report = [&] { return AnApprovedReport(platform.ThePost(server), "lemmy", platform.AChoice(), "It threatens staff.", clock.Now()); };
  ASSERT_EQ(connector->Submit(report()).fate, Fate::kAccepted);
  platform.token = "jwt2";
  EXPECT_EQ(connector->Submit(report()).fate, Fate::kAccepted);
}

TEST_F(LemmyReport, AServersFilterOfSlursIsExplained) {
  server.Route("/api/v3/post/report", WithStatus(400, R"({"error":"slurs","message":"x"})"));
  const auto outcome = Submit();
  EXPECT_EQ(outcome.fate, Fate::kRefused);
  EXPECT_THAT(outcome.message, HasSubstr("describe the word"));
  server.Route("/api/v3/post/report", WithStatus(400, R"({"error":"rate_limit_error"})"));
  EXPECT_EQ(Submit().fate, Fate::kNotSent) << "old servers turn away with 400";
}

TEST_F(LemmyReport, TellsWhoRemovedIt) {
  const auto presence = [&] { return Fresh()->Recheck(platform.ThePost(server)).presence; };
  platform.flags = R"(,"deleted":true)";
  EXPECT_EQ(presence(), Presence::kGoneByAuthor);
  platform.flags = R"(,"removed":true)";
  EXPECT_EQ(presence(), Presence::kGoneByPlatform);
  platform.removed = true;
  EXPECT_EQ(presence(), Presence::kGoneUnknown);
  platform.modlog = R"({"removed_posts":[{"mod_remove_post":{"post_id":8,"removed":true}},{"mod_remove_post":{"post_id":7,"removed":true}}]})";
  EXPECT_EQ(presence(), Presence::kGoneByPlatform);
  platform.modlog = R"({"removed_posts":[{"mod_remove_post":{"post_id":7,"removed":false}},{"mod_remove_post":{"post_id":7,"removed":true}}]})";
  EXPECT_EQ(presence(), Presence::kGoneUnknown) << "it was put back, and has gone since";
}

TEST_F(LemmyReport, ReportsOnlyWithAnAccount) {
  SourceSpec spec{"lemmy", "oakmoor", "lemmy", {}};
  spec.settings["server"] = server.Origin();
  const auto connector = *kLemmyCard.make(spec, Oakmoor(), {http, clock});
  const auto outcome = connector->Submit(AnApprovedReport(platform.ThePost(server), "lemmy", platform.AChoice(), "It threatens staff.", clock.Now()));
  EXPECT_EQ(outcome.fate, Fate::kNotSent);
  EXPECT_THAT(outcome.message, HasSubstr("password_file"));
  EXPECT_EQ(server.request_count(), 0u);
  spec.settings["username"] = std::string("oakmoor-school");
  EXPECT_FALSE(kLemmyCard.make(spec, Oakmoor(), {http, clock}));
}

TEST_F(RedditReport, SendsARuleOrAHundredCharacters) {
  const auto send = [&](ReportChoice choice, const std::string& text) { return Fresh()->Submit(AnApprovedReport(platform.ThePost(server), "reddit", choice, text, clock.Now())); };
  ASSERT_EQ(send({.reason = "rule:Unkind"}, "It insults staff.").fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.body, "api_type=json&thing_id=t3_1exampl&reason=Unkind");
  ASSERT_EQ(send({.reason = "site:Spam"}, "It insults staff.").fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.body, "api_type=json&thing_id=t3_1exampl&reason=site_reason_selected&site_reason=Spam");
  ASSERT_EQ(send({.reason = "other"}, "It insults staff.").fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.body, "api_type=json&thing_id=t3_1exampl&reason=other&other_reason=It%20insults%20staff.");
  EXPECT_EQ(send({.reason = "other"}, std::string(101, 'x')).fate, Fate::kRefused);
  EXPECT_EQ(send({.reason = "none of these"}, "x").fate, Fate::kRefused);
}

TEST_F(RedditReport, ListsTheSubredditsRulesAndSaysWhichTakeNoWords) {
  const auto form = Fresh()->ReportReasons(platform.ThePost(server), Category::kThreat);
  ASSERT_TRUE(form);
  ASSERT_EQ(form->reasons.size(), 4u) << "a rule for comments is none for a post";
  EXPECT_EQ(form->reasons[0].id, "rule:Unkind");
  EXPECT_FALSE(form->reasons[0].takes_text);
  EXPECT_TRUE(form->reasons[3].takes_text);
  EXPECT_EQ(form->suggested, "site:Threatening, harassing, or inciting violence");
  EXPECT_EQ(form->max_text, 100u);
}

TEST_F(RedditReport, WhatRedditSaysInAnAnswerOf200IsHeard) {
  platform.answer = R"({"json":{"errors":[["RATELIMIT","you are doing that too much","ratelimit"]],"ratelimit":130.5}})";
  auto outcome = Submit("x");
  EXPECT_EQ(outcome.fate, Fate::kNotSent);
  EXPECT_EQ(outcome.wait, seconds{130});
  platform.answer = R"({"json":{"errors":[["RATELIMIT","you are doing that too much","ratelimit"]],"ratelimit":1e300}})";
  EXPECT_EQ(Submit("x").wait, hours{1});
  platform.answer = R"({"json":{"errors":[["BAD_REASON","no","reason"]]}})";
  EXPECT_EQ(Submit("x").fate, Fate::kRefused);
}

TEST_F(RedditReport, TellsWhoRemovedIt) {
  platform.removed = true;
  const auto presence = [&] { return Fresh()->Recheck(platform.ThePost(server)).presence; };
  EXPECT_EQ(presence(), Presence::kGoneByPlatform);
  platform.category = "deleted";
  EXPECT_EQ(presence(), Presence::kGoneByAuthor);
  platform.empty = true;
  EXPECT_EQ(presence(), Presence::kGoneUnknown);
}

TEST_F(RedditReport, AnApplicationAloneReadsAndDoesNotReport) {
  platform.application_alone = true;
  EXPECT_EQ(Submit("x").fate, Fate::kNotSent);
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUp);
}

TEST_F(YouTubeReport, NamesTheVideoTheReasonAndTheWords) {
  ASSERT_EQ(Submit().fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.body, R"({"comments":"It threatens a member of staff & \"others\".","language":"en","reasonId":"V","secondaryReasonId":"37","videoId":"abcDEF12345"})");
  EXPECT_EQ(platform.last.Header("x-goog-api-key"), "");
}

TEST_F(YouTubeReport, ListsYouTubesReasonsToTheLast) {
  const auto form = Fresh()->ReportReasons(platform.ThePost(server), Category::kBullying);
  ASSERT_TRUE(form);
  ASSERT_EQ(form->reasons.size(), 4u);
  EXPECT_EQ(form->suggested, "V/37");
  EXPECT_EQ(form->reasons[3].label, "Violent, hateful, or dangerous: Bullying or abusing vulnerable individuals");
}

TEST_F(YouTubeReport, AUsedUpQuotaWaitsForMidnightInCalifornia) {
  server.Route("/youtube/v3/videos/reportAbuse", WithStatus(403, R"({"error":{"code":403,"errors":[{"reason":"quotaExceeded"}]}})"));
  const auto outcome = Submit();
  EXPECT_EQ(outcome.fate, Fate::kNotSent);
  EXPECT_GT(outcome.wait, seconds{0});
}

TEST_F(YouTubeReport, APrivateVideoIsNotGone) {
  platform.privacy = "private";
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kNotVisible);
  platform.privacy = "unlisted";
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUpLimited);
}

TEST_F(YouTubeReport, WithoutAnAccountItReadsOnly) {
  platform.reads_only = true;
  EXPECT_EQ(Submit().fate, Fate::kNotSent);
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUp);
}

TEST_F(YouTubeComment, IsHiddenOnTheSchoolsOwnChannelOnlyAndReportedByPeople) {
  const auto post = platform.ThePost(server);
  EXPECT_EQ(Fresh()->ReportReasons(post, Category::kAbuse).error().fault(), Fault::kUnsupported);
  EXPECT_EQ(Fresh()->Submit(AnApprovedReport(post, "youtube", {.reason = "V/37"}, "It insults staff.", clock.Now())).fate, Fate::kRefused);
  ASSERT_EQ(Fresh()->Hide(AnApprovedReport(post, "youtube", {.reason = "rejected"}, "why", clock.Now(), ResponseKind::kHide)).fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.Query("moderationStatus"), "rejected");
  EXPECT_EQ(platform.last.Query("id"), "UgxEXAMPLE");
  EXPECT_EQ(platform.last.Query("banAuthor"), "false");
  platform.channel = "UCsomebodyelsessssssssss";
  EXPECT_EQ(Fresh()->HideForm(post).error().fault(), Fault::kUnsupported);
}

TEST_F(YouTubeComment, AHeldOneIsUpForItsAuthor) {
  platform.held = R"(,"moderationStatus":"heldForReview")";
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUpLimited);
}

TEST_F(DiscourseReport, ListsTheForumsFlagsForPosts) {
  const auto form = Fresh()->ReportReasons(platform.ThePost(server), Category::kAbuse);
  ASSERT_TRUE(form);
  std::vector<std::string> ids;
  for (const auto& reason : form->reasons) ids.push_back(reason.id);
  EXPECT_THAT(ids, testing::ElementsAre("3", "4", "7"));
  EXPECT_EQ(form->suggested, "4");
  EXPECT_FALSE(form->reasons[1].takes_text);
  EXPECT_TRUE(form->reasons[2].takes_text);
  EXPECT_EQ(form->reasons[1].help, "offensive, abusive, or against our guidelines");
}

TEST_F(DiscourseReport, SendsWordsOnlyWhereTheFlagTakesThem) {
  ASSERT_EQ(Submit("It insults staff.").fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.body, R"({"id":501,"message":"It insults staff.","post_action_type_id":7})");
  ASSERT_EQ(Fresh()->Submit(AnApprovedReport(platform.ThePost(server), "discourse", {.reason = "4", .silent = true}, "It insults staff.", clock.Now())).fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.body, R"({"id":501,"post_action_type_id":4})");
}

TEST_F(DiscourseReport, TellsHiddenDeletedAndClosed) {
  const auto presence = [&] { return Fresh()->Recheck(platform.ThePost(server)).presence; };
  platform.flags = R"(,"user_deleted":true)";
  EXPECT_EQ(presence(), Presence::kGoneByAuthor);
  platform.flags = R"(,"deleted_at":"2031-03-02T07:30:00Z")";
  EXPECT_EQ(presence(), Presence::kGoneByPlatform);
  server.Route("/posts/501.json", WithStatus(403, R"({"errors":["You are not permitted to view the requested resource."],"error_type":"invalid_access"})"));
  EXPECT_EQ(presence(), Presence::kNotVisible);
}

TEST_F(NodebbReport, NamesThePostAndTheWords) {
  ASSERT_EQ(Submit("It insults staff.").fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.body, R"({"id":12,"reason":"It insults staff.","type":"post"})");
  server.Route("/forum/api/v3/flags", WithStatus(400, R"({"status":{"code":"bad-request","message":"You have already flagged this post"}})"));
  const auto outcome = Submit("It insults staff.");
  EXPECT_EQ(outcome.fate, Fate::kRefused);
  EXPECT_THAT(outcome.message, HasSubstr("already flagged"));
}

// A real NodeBB sends the names of its words.
TEST_F(NodebbReport, ItsWordsAreMadePlain) {
  server.Route("/forum/api/v3/flags", WithStatus(400, R"({"status":{"code":"bad-request","message":"[[error:post-already-flagged]]"},"response":{}})"));
  EXPECT_THAT(Submit("It insults staff.").message, HasSubstr("(post already flagged)"));
  server.Route("/forum/api/v3/flags", WithStatus(400, R"({"status":{"code":"bad-request","message":"[[error:too-many-post-flags-per-day, 10]]"},"response":{}})"));
  EXPECT_THAT(Submit("It insults staff.").message, HasSubstr("(too many post flags per day)"));
}

// A real NodeBB answers strangers "no such post" of what only members may see.
TEST_F(NodebbReport, WhatOnlyMembersMaySeeIsNotGone) {
  platform.removed = true;
  platform.members_see_it = true;
  const auto check = Fresh()->Recheck(platform.ThePost(server));
  EXPECT_EQ(check.presence, Presence::kUpLimited) << check.answer;
  platform.members_see_it = false;
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kGoneUnknown);
  platform.refuses_members = true;
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUnknown) << "a token that is not good proves nothing";
}

// Its lists tell no edits, so the version that was read has no name.
TEST_F(NodebbReport, AnEditAfterItWasReadIsTold) {
  auto post = platform.ThePost(server);
  post.version_id.clear();
  post.first_seen_at = *ParseRfc3339("2031-03-02T07:15:00Z");
  EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUp);
  platform.edited = true;  // at half past seven
  EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUpEdited);
  post.first_seen_at = *ParseRfc3339("2031-03-02T07:45:00Z");
  EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUp) << "it was read as edited";
}

TEST_F(NodebbReport, TellsWhoDeletedIt) {
  platform.removed = true;
  const auto presence = [&] { return Fresh()->Recheck(platform.ThePost(server)).presence; };
  platform.flags = R"(,"deleterUid":7)";
  EXPECT_EQ(presence(), Presence::kGoneByAuthor);
  platform.flags = R"(,"deleterUid":1)";
  EXPECT_EQ(presence(), Presence::kGoneByPlatform);
}

TEST_F(FacebookHide, HidesOneCommentAndTellsThatItIsHidden) {
  const auto post = platform.ThePost(server);
  ASSERT_EQ(Fresh()->Hide(AnApprovedReport(post, "facebook", platform.AChoice(), "why", clock.Now(), ResponseKind::kHide)).fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.path, "/v25.0/2000_3000");
  EXPECT_EQ(platform.last.Query("is_hidden"), "true");
  platform.hidden = true;
  EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUpLimited);
  platform.can_hide = false;
  EXPECT_EQ(Fresh()->HideForm(post).error().fault(), Fault::kUnsupported);
  auto visitors = post;
  visitors.thread_root.clear();
  EXPECT_EQ(Fresh()->HideForm(visitors).error().fault(), Fault::kUnsupported) << "a post, and no comment";
  EXPECT_EQ(Fresh()->Submit(AnApprovedReport(post, "facebook", platform.AChoice(), "It insults staff.", clock.Now())).fate, Fate::kRefused) << "Meta takes reports from people only";
}

TEST_F(FacebookHide, WhatTheTokenMayNoLongerSeeIsNotGone) {
  platform.removed = true;
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kGoneUnknown);
  platform.reads_owner = false;
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUnknown) << "Meta answers the same about what is gone and what a token may not see";
}

TEST_F(InstagramHide, AHiddenCommentIsUpForItsAuthor) {
  platform.hidden = true;
  EXPECT_EQ(Fresh()->Recheck(platform.ThePost(server)).presence, Presence::kUpLimited);
}

TEST_F(InstagramHide, SomebodyElsesPostIsLookedForAmongTheTagsAndNeverCalledGone) {
  auto tagged = platform.ThePost(server);
  tagged.thread_root.clear();
  tagged.author.handle = "sam";
  const auto presence = [&] { return Fresh()->Recheck(tagged).presence; };
  platform.tags = R"({"data":[{"id":"1","caption":"words"},{"id":"17900000000000001","caption":"words"}]})";
  EXPECT_EQ(presence(), Presence::kUp);
  platform.tags = R"({"data":[{"id":"17900000000000001","caption":"other words"}]})";
  EXPECT_EQ(presence(), Presence::kUpEdited);
  platform.tags = R"({"data":[{"id":"1"}]})";
  EXPECT_EQ(presence(), Presence::kNotVisible) << "the tag may have been taken off, or the account made private";
  platform.tags = R"({"data":[{"id":"1"}],"paging":{"cursors":{"after":"QVFI"},"next":"https://graph.facebook.com/v25.0/1000/tags?after=QVFI"}})";
  EXPECT_EQ(presence(), Presence::kUnknown) << "the list has no end that was reached";
  for (const auto* strange : {"{", "[]", "{}", R"({"data":{}})"}) {
    platform.tags = strange;
    EXPECT_EQ(presence(), Presence::kUnknown) << strange;
  }
}

TEST_F(InstagramHide, APostUnderAHashtagCannotBeLookedAtAgain) {
  auto post = platform.ThePost(server);
  EXPECT_TRUE(kInstagramCard.rechecks_post(post));
  post.thread_root.clear();
  EXPECT_FALSE(kInstagramCard.rechecks_post(post)) << "it came without its author";
  EXPECT_EQ(Fresh()->Recheck(post).presence, Presence::kUnknown);
  EXPECT_EQ(server.request_count(), 0u);
  post.author.handle = "sam";
  EXPECT_TRUE(kInstagramCard.rechecks_post(post));
}

TEST(FacebookCard, ARecommendationHasNoNumberToLookAtAgain) {
  Post post;
  post.native_id = "recommendation-0123456789abcdef";
  EXPECT_FALSE(kFacebookCard.rechecks_post(post));
  post.native_id = "1000_2000";
  EXPECT_TRUE(kFacebookCard.rechecks_post(post));
}

TEST_F(XHide, HidesOneReplyBelowTheSchoolsOwnPost) {
  const auto post = platform.ThePost(server);
  const auto form = Fresh()->HideForm(post);
  ASSERT_TRUE(form) << form.error().message();
  EXPECT_EQ(form->reasons[0].id, "hide");
  ASSERT_EQ(Fresh()->Hide(AnApprovedReport(post, "x", platform.AChoice(), "why", clock.Now(), ResponseKind::kHide)).fate, Fate::kAccepted);
  EXPECT_EQ(platform.last.path, "/2/tweets/1990000000000000002/hidden");
  EXPECT_EQ(platform.last.body, R"({"hidden":true})");
  platform.began_by = "43";
  const auto elsewhere = Fresh()->HideForm(post);
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().fault(), Fault::kUnsupported) << "somebody else's conversation";
  platform.removed = true;
  EXPECT_EQ(Fresh()->HideForm(post).error().fault(), Fault::kGone);
  auto alone = post;
  alone.thread_root.clear();
  EXPECT_EQ(Fresh()->HideForm(alone).error().fault(), Fault::kUnsupported);
  EXPECT_EQ(Fresh()->Submit(AnApprovedReport(post, "x", platform.AChoice(), "It insults staff.", clock.Now())).fate, Fate::kRefused) << "X takes reports from people only";
}

TEST_F(XHide, TellsWhatIsGoneFromWhatIsWithheldOrProtected) {
  const auto presence = [&] { return Fresh()->Recheck(platform.ThePost(server)).presence; };
  platform.withheld = R"(,"withheld":{"country_codes":["GB"]})";
  EXPECT_EQ(presence(), Presence::kUpLimited);
  platform.removed = true;
  EXPECT_EQ(presence(), Presence::kGoneUnknown) << "deleted, or its account suspended: X does not say";
  platform.problem = "not-authorized-for-resource";
  EXPECT_EQ(presence(), Presence::kNotVisible);
  platform.problem = "something-new";
  EXPECT_EQ(presence(), Presence::kUnknown);
  EXPECT_EQ(ReadXLook(R"({"errors":[{"resource_id":"7","type":"https://api.twitter.com/2/problems/resource-not-found"}]})", "8"), Presence::kUnknown) << "about another post";
}

TEST_F(XHide, LooksOnlyWhereThatIsAskedFor) {
  platform.looks = false;
  const auto check = Fresh()->Recheck(platform.ThePost(server));
  EXPECT_EQ(check.presence, Presence::kUnknown);
  EXPECT_THAT(check.answer, HasSubstr("look_again is off"));
  EXPECT_EQ(server.request_count(), 0u);
}

TEST_F(XHide, CountsEachLookFormAndHidingBeforeItIsAskedAndStopsAtTheCap) {
  CountingTally tally;
  const auto post = platform.ThePost(server);
  // Reading has cost 94 cents of this month's dollar.
  const auto cursor = []() -> Result<Cursor> { return Cursor{R"({"v":2,"place":"x","memo":{"month":"2031-03","spent":"940000"},"lists":{}})"}; };
  const auto connector = *platform.Make(Oakmoor(), server, {http, clock, {}, &tally, cursor});
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUp);
  EXPECT_EQ(tally.sum, 5'000);
  ASSERT_TRUE(connector->HideForm(post));
  EXPECT_EQ(tally.sum, 5'000 + 10'000 + 2 * 5'000) << "whose token it is, once; then two posts";
  ASSERT_EQ(connector->Hide(AnApprovedReport(post, "x", platform.AChoice(), "why", clock.Now(), ResponseKind::kHide)).fate, Fate::kAccepted);
  EXPECT_EQ(tally.sum, 30'000);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(connector->Recheck(post).presence, Presence::kUp);
  const auto asked = server.request_count();
  const auto late = connector->Recheck(post);
  EXPECT_EQ(late.presence, Presence::kUnknown);
  EXPECT_THAT(late.answer, AllOf(HasSubstr("not asked"), HasSubstr("$1.00 of $1.00")));
  EXPECT_TRUE(late.wait);
  EXPECT_EQ(connector->HideForm(post).error().fault(), Fault::kBusy);
  EXPECT_EQ(connector->Hide(AnApprovedReport(post, "x", platform.AChoice(), "why", clock.Now(), ResponseKind::kHide)).fate, Fate::kNotSent);
  EXPECT_EQ(server.request_count(), asked);
  tally.fails = true;
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUnknown) << "what cannot be counted is not asked";
}

TEST_F(YouTubeReport, CountsLooksAndFormsAndLeavesLooksForAnotherDayWhenTheUnitsAreUsed) {
  CountingTally tally;
  const auto post = platform.ThePost(server);
  std::string units = "9890";
  std::uint32_t left = 2;
  const auto cursor = [&]() -> Result<Cursor> { return Cursor{R"({"v":2,"place":"x","memo":{"day":")" + PacificDay(clock.Now()) + R"(","units":")" + units + R"("},"lists":{}})"}; };
  const auto connector = *platform.Make(Oakmoor(), server, {http, clock, [&](Instant) -> Result<std::uint32_t> { return left; }, &tally, cursor});
  ASSERT_TRUE(connector->ReportReasons(post, Category::kAbuse));
  EXPECT_EQ(tally.sum, 1);
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUp);
  EXPECT_EQ(tally.sum, 2);
  units = "9898";
  const auto asked = server.request_count();
  const auto late = connector->Recheck(post);
  EXPECT_EQ(late.presence, Presence::kUnknown);
  EXPECT_THAT(late.answer, HasSubstr("10000 units"));
  EXPECT_EQ(late.wait, std::chrono::ceil<seconds>(NextPacificMidnight(clock.Now()) - clock.Now()));
  EXPECT_EQ(server.request_count(), asked);
}

TEST_F(XHide, NoSignatureIsMadeTwice) {
  const auto connector = Fresh();
  const auto nonce = [&] {
    EXPECT_EQ(connector->Hide(AnApprovedReport(platform.ThePost(server), "x", platform.AChoice(), "why", clock.Now(), ResponseKind::kHide)).fate, Fate::kAccepted);
    return platform.last.Header("authorization");
  };
  const auto first = nonce();
  EXPECT_NE(nonce(), first);
}

TEST_F(XHide, SaysWhatToDoAboutKeysAndMoney) {
  const auto hide = [&] { return Fresh()->Hide(AnApprovedReport(platform.ThePost(server), "x", platform.AChoice(), "why", clock.Now(), ResponseKind::kHide)); };
  const std::string path = "/2/tweets/1990000000000000002/hidden";
  server.Route(path, WithStatus(401, R"({"detail":"Unauthorized"})"));
  EXPECT_EQ(hide().fate, Fate::kNotSent);
  EXPECT_THAT(hide().message, AllOf(HasSubstr("Keys and tokens"), HasSubstr("clock")));
  server.Route(path, WithStatus(402, R"({"title":"CreditsDepleted","detail":"no credits"})"));
  EXPECT_EQ(hide().fate, Fate::kNotSent);
  EXPECT_THAT(hide().message, HasSubstr("no credit left"));
  server.Route(path, WithStatus(403, R"({"detail":"You are not permitted to hide this"})"));
  EXPECT_EQ(hide().fate, Fate::kRefused);
  EXPECT_THAT(hide().message, HasSubstr("not permitted to hide"));
  server.Route(path, Answer::Json(R"({"data":{"hidden":false}})"));
  EXPECT_EQ(hide().fate, Fate::kRefused);
}

TEST_F(XHide, WithoutTheFourKeysItReadsOnly) {
  platform.reads_only = true;
  const auto post = platform.ThePost(server);
  EXPECT_THAT(Fresh()->HideForm(post).error().message(), HasSubstr("access_token_file"));
  EXPECT_EQ(Fresh()->Hide(AnApprovedReport(post, "x", platform.AChoice(), "why", clock.Now(), ResponseKind::kHide)).fate, Fate::kNotSent);
  EXPECT_EQ(server.request_count(), 0u);
  SourceSpec spec{"x", "oakmoor", "x", {}};
  spec.settings["token"] = std::string("bearer");
  spec.settings["confirmed_by"] = std::string("J. Example");
  spec.settings["api_key"] = std::string("key");
  const auto made = kXCard.make(spec, Oakmoor(), {http, clock});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message(), HasSubstr("together"));
}

// The request of RFC 5849, section 1.2, with an oauth_version; signed by a calculator of Python's hmac that gives the RFC's own signature without one.
TEST(OAuth1, SignsParametersInTheirOrderHoweverTheyAreSent) {
  const OAuth1Keys keys{"dpf43f3p2l4k3l03", "kd94hf93k423kf44", "nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"};
  const auto header = OAuth1Header(keys, "GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", "chapoH", Instant{seconds{137131202}});
  EXPECT_THAT(header, HasSubstr("oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_nonce=\"chapoH\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"137131202\""));
  const auto signature = [](const std::string& text) { return text.substr(text.find("oauth_signature=\"") + 17, text.rfind('"') - text.find("oauth_signature=\"") - 17); };
  EXPECT_EQ(signature(header), "1IAE9RzK%2BDqSqVTdQ%2F0zWANXVzs%3D");
  EXPECT_EQ(signature(OAuth1Header(keys, "GET", "http://photos.example.net/photos?size=original&file=vacation.jpg", "chapoH", Instant{seconds{137131202}})), signature(header));
  EXPECT_EQ(signature(OAuth1Header({"k+", "s&", "t%", "u="}, "PUT", "https://x.example/2/tweets?ids=1%2C2&b=%C3%BC&a=", "n", Instant{seconds{1930204800}})), "Kiq9JRGuNwfRVVGr1Yct2TPfsy8%3D");
  EXPECT_NE(signature(OAuth1Header(keys, "PUT", "http://photos.example.net/photos?file=vacation.jpg&size=original", "chapoH", Instant{seconds{137131202}})), signature(header));
}

}  // namespace
}  // namespace heed
