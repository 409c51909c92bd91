// The words of a report, the guides by hand, and the section 5 notice.
#include "src/report/text.h"

#include <gmock/gmock.h>

#include <set>

#include "src/base/json.h"
#include "src/model/report.h"
#include "src/report/guide.h"
#include "src/report/notice.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

Post APost(std::string text) {
  Post post;
  post.text = std::move(text);
  post.permalink = "https://bsky.app/profile/did:plc:x/post/1";
  return post;
}

Assessment Hits(const Post& post, std::vector<std::pair<std::string, Category>> passages) {
  Assessment assessment;
  for (const auto& [passage, category] : passages) {
    const auto at = post.text.find(passage);
    EXPECT_NE(at, std::string::npos) << passage;
    assessment.hits.push_back({"r", category, 3, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + passage.size()), View::kPlain, "why"});
  }
  return assessment;
}

TEST(ReportText, DescribesSlursAndDoesNotRepeatThem) {
  const Post post = APost("Oakmoor School teachers are all SCUMBALLS and rotten crooks, kill the head of year");
  const auto assessment = Hits(post, {{"SCUMBALLS", Category::kAbuse}, {"rotten crooks", Category::kAbuse}, {"kill the head of year", Category::kThreat}, {"teachers are all", Category::kAbuse}});
  for (const auto* fine : {"It insults the teachers and threatens the head of year.", "An abusive word for teachers; says that somebody will be hurt.", "They are all called names."})
    EXPECT_TRUE(CheckReportText(fine, post, assessment, 100)) << fine;
  for (const auto* bad : {"calls them scumballs", "calls them \"ScumBalls!\"", "they say: rotten, crooks", "says crooks", "threat: KILL THE HEAD-OF-YEAR"}) {
    const auto checked = CheckReportText(bad, post, assessment, 100);
    ASSERT_FALSE(checked) << bad;
    EXPECT_THAT(checked.error().message(), HasSubstr("describe them instead"));
    EXPECT_EQ(checked.error().message().find("scumballs"), std::string::npos) << "the message does not repeat them either";
  }
}

TEST(ReportText, HasToSayAnythingAndToFit) {
  const Post post = APost("x");
  EXPECT_FALSE(CheckReportText("  ", post, {}, 10));
  EXPECT_TRUE(CheckReportText("\xc3\xa9\xc3\xa9\xc3\xa9", post, {}, 3)) << "characters are counted, not bytes";
  EXPECT_FALSE(CheckReportText("abcd", post, {}, 3));
}

TEST(ReportText, TheDraftPassesItsOwnCheckForEveryCategory) {
  const Post post = APost("Oakmoor School teachers are scumballs");
  School school;
  school.name = "Oakmoor School";
  for (const auto category : kCategories) {
    Case c;
    c.assessment = Hits(post, {{"scumballs", category}});
    c.assessment.categories = {category};
    const auto draft = DraftReport(c, post, school, 0);
    EXPECT_TRUE(CheckReportText(draft, post, c.assessment, 1000)) << draft;
    EXPECT_THAT(draft, HasSubstr("Oakmoor School"));
    EXPECT_THAT(draft, HasSubstr(post.permalink));
    EXPECT_EQ(DraftReport(c, post, school, 50).size(), 50u);
  }
}

TEST(Guides, AreWholeAndFoundByPlatformOrAddress) {
  std::set<std::string_view> names;
  for (const auto& guide : Guides()) {
    EXPECT_TRUE(names.insert(guide.platform).second) << guide.platform;
    EXPECT_FALSE(guide.name.empty() || guide.form.empty() || guide.steps.empty() || guide.next.empty()) << guide.platform;
    EXPECT_GE(guide.steps.size(), 2u) << guide.platform;
    // How to see what became of it names findings that can be written down.
    for (auto at = guide.look.find("gone_"); at != guide.look.npos; at = guide.look.find("gone_", at + 1)) {
      const auto word = guide.look.substr(at, guide.look.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at) - at);
      EXPECT_TRUE(ParsePresence(word)) << guide.platform << ": " << word;
    }
  }
  for (const char* platform : {"x", "tiktok", "facebook", "instagram"}) EXPECT_FALSE(FindGuide(platform)->look.empty()) << platform;
  const auto found = [](std::string platform, std::string address) {
    Post post;
    post.platform = std::move(platform);
    post.permalink = std::move(address);
    return GuideFor(post).platform;
  };
  EXPECT_EQ(found("facebook", ""), "facebook");
  EXPECT_EQ(found("", "https://www.facebook.com/groups/1/posts/2"), "facebook");
  EXPECT_EQ(found("file", "https://m.TikTok.com/@a/video/1"), "tiktok");
  EXPECT_EQ(found("", "https://t.me/chan/12"), "telegram");
  EXPECT_EQ(found("", "https://notfacebook.com/x"), "other") << "the end of a name is not the name";
  EXPECT_EQ(found("", ""), "other");
  EXPECT_EQ(FindGuide("x")->ReasonFor(Category::kAbuse), "Abuse and harassment");
}

constexpr std::string_view kNotice = R"({"complainant":"Ms Adeyemi","email":"adeyemi@oakmoor.example","statement":"She steals from the trip fund.","locations":["https://board.example/t/1"],
  "why_defamatory":"It says she is a thief.","meaning":"That she has stolen from pupils.","inaccurate":["The fund is audited; nothing is missing."],
  "poster_unknown":true,"name_may_be_given":false,"email_may_be_given":false,"complainant_agreed":true})";

TEST(Section5, AWholeNoticeIsWrittenInTheLawsOrder) {
  const auto notice = ParseNotice(kNotice);
  ASSERT_TRUE(notice) << notice.error().message();
  const auto text = WriteNotice(*notice, {"Oakmoor School"});
  ASSERT_TRUE(text) << text.error().message();
  for (const auto* part : {"1. The complainant\nMs Adeyemi", "2. The statement", "3. Why it is defamatory", "4. Where on the website", "- https://board.example/t/1", "5. E-mail address", "6. The meaning",
                           "factually inaccurate", "sufficient information", "does not consent to the operator giving the poster the complainant's name", "e-mail address."})
    EXPECT_THAT(*text, HasSubstr(part));
  EXPECT_EQ(text->find("Earlier notices"), std::string::npos);
}

TEST(Section5, IsRefusedWhileAnyItemIsMissing) {
  struct Row {
    std::string_view said;
    std::function<void(Section5Notice&)> spoil;
  };
  for (const auto& row : std::vector<Row>{
           {"complainant: the name", [](auto& n) { n.complainant = " "; }},
           {"not the school", [](auto& n) { n.complainant = "oakmoor school"; }},
           {"complainant_agreed", [](auto& n) { n.complainant_agreed = false; }},
           {"email", [](auto& n) { n.email = "adeyemi"; }},
           {"email", [](auto& n) { n.email.clear(); }},
           {"statement", [](auto& n) { n.statement.clear(); }},
           {"locations", [](auto& n) { n.locations.clear(); }},
           {"locations", [](auto& n) { n.locations = {"the board"}; }},
           {"why_defamatory", [](auto& n) { n.why_defamatory.clear(); }},
           {"meaning", [](auto& n) { n.meaning.clear(); }},
           {"inaccurate or unsupported", [](auto& n) { n.inaccurate.clear(); }},
           {"poster_unknown", [](auto& n) { n.poster_unknown = false; }},
           {"poster_unknown", [](auto& n) { n.poster_unknown.reset(); }},
           {"name_may_be_given", [](auto& n) { n.name_may_be_given.reset(); }},
           {"email_may_be_given", [](auto& n) { n.email_may_be_given.reset(); }},
       }) {
    auto notice = *ParseNotice(kNotice);
    row.spoil(notice);
    const auto text = WriteNotice(notice, {"Oakmoor School"});
    ASSERT_FALSE(text) << row.said;
    EXPECT_THAT(text.error().message(), HasSubstr(std::string(row.said)));
    EXPECT_EQ(MissingFrom(notice, {"Oakmoor School"}).size(), 1u) << row.said;
  }
  EXPECT_EQ(MissingFrom({}, {}).size(), 11u);
  auto opinion = *ParseNotice(kNotice);
  opinion.inaccurate.clear();
  opinion.unsupported = {"\"Everybody knows\" rests on nothing."};
  opinion.earlier = {"2026-01-02", "2026-02-03"};
  EXPECT_THAT(*WriteNotice(opinion, {}), HasSubstr("paragraph 9"));
}

TEST(Section5, NamesKeysThatAreNotItsOwn) {
  EXPECT_THAT(ParseNotice(R"({"complainnt":"x"})").error().message(), HasSubstr("did you mean \"complainant\""));
  EXPECT_THAT(ParseNotice(R"({"locations":"x"})").error().message(), HasSubstr("list of texts"));
  EXPECT_THAT(ParseNotice(R"({"poster_unknown":"yes"})").error().message(), HasSubstr("true or false"));
  EXPECT_FALSE(ParseNotice("[]"));
  EXPECT_FALSE(ParseNotice("{"));
}

}  // namespace
}  // namespace heed
