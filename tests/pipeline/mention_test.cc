// Whether a post is about the school: names that others share, words that only add, and what speaks against it.
#include <gtest/gtest.h>

#include "pipeline/judge.h"
#include "pipeline/mention.h"

namespace heed {
namespace {

School Oakmoor() {
  School school = ExampleSchool();
  school.handles = {"@oakmoor@social.example", "oakmoor.bsky.social"};
  school.others = {{"Oakmoor School, Leeds", {"Leeds", "@oakmoorleeds", "Headingley"}}};
  return school;
}

Mention MentionOf(const School& school, const std::string& text) {
  const auto judge = Judge::Make(std::make_shared<Lexicon>(), {school}, {});
  EXPECT_TRUE(judge) << judge.error().message();
  auto worker = judge->NewWorker();
  EXPECT_TRUE(worker);
  std::vector<Assessment> out;
  const std::string_view view = text;
  worker->Assess(0, {&view, 1}, MentionPolicy::kRequired, out);
  for (const MentionEvidence& evidence : out[0].mention.evidence) EXPECT_LE(evidence.end, text.size());
  return out[0].mention;
}

std::string Shown(const Mention& mention) {
  std::string out = std::to_string(mention.score) + ":";
  for (const MentionEvidence& evidence : mention.evidence) out += " " + evidence.what + " " + std::to_string(evidence.weight);
  return out;
}

struct MentionCase {
  const char* name;
  const char* text;
  bool mentions;
};
class MentionTable : public testing::TestWithParam<MentionCase> {};

TEST_P(MentionTable, IsDecided) {
  const Mention mention = MentionOf(Oakmoor(), GetParam().text);
  EXPECT_EQ(mention.mentions, GetParam().mentions) << GetParam().text << "\n" << Shown(mention);
}

INSTANTIATE_TEST_SUITE_P(
    Posts, MentionTable,
    testing::Values(
        MentionCase{"FullName", "Oakmoor School is a joke", true}, MentionCase{"Possessive", "OAKMOOR SCHOOL'S head", true}, MentionCase{"Hyphen", "our Oakmoor-School story", true},
        MentionCase{"WrittenAsOne", "oakmoorschool again", true}, MentionCase{"Hashtag", "no bus #oakmoorschool", true}, MentionCase{"HashtagInCapitals", "#OakmoorSchool", true},
        MentionCase{"LongerHashtagHoldsTheName", "#OakmoorSchoolTrip", true}, MentionCase{"Nickname", "them oakies again", true},
        MentionCase{"Handle", "hey @oakmoor@social.example", true}, MentionCase{"HandleOfBluesky", "hey @oakmoor.bsky.social!", true}, MentionCase{"ShortHandle", "hey @oakmoor, really?", true},
        MentionCase{"AnotherHost", "hey @oakmoor@elsewhere.example", false}, MentionCase{"LongerHandle", "hey @oakmoor_fc", false},
        MentionCase{"Domain", "https://www.oakmoor.example/news", true}, MentionCase{"Mail", "write to office@oakmoor.example", true}, MentionCase{"OtherDomain", "https://notoakmoor.example/", false},
        MentionCase{"LongerDomain", "https://oakmoor.example.com/", false}, MentionCase{"HyphenDomain", "https://my-oakmoor.example", false}, MentionCase{"SentenceIsNoDomain", "I like oakmoor. Example: this", false},
        MentionCase{"InsideAWord", "oakmoorland is pretty", false}, MentionCase{"Stem", "walking on Oakmoor", false}, MentionCase{"StemAndPlace", "Oakmoor in Brackwell", true},
        MentionCase{"StemAndSchoolWord", "Oakmoor teachers and pupils", false}, MentionCase{"AnotherKindOfSchool", "Oakmoor Golf Academy", false},
        MentionCase{"AbbreviationAlone", "OMS is slow today", false}, MentionCase{"AbbreviationAndPlace", "OMS in Brackwell", true},
        MentionCase{"AbbreviationAndSchoolWords", "OMS teachers and their homework", true}, MentionCase{"AbbreviationTwice", "OMS OMS OMS", false},
        MentionCase{"StaffNameAlone", "Ms Adeyemi is useless", false}, MentionCase{"StaffNameAndPlace", "Ms Adeyemi of Brackwell", false},
        MentionCase{"StaffNameAndAbbreviation", "Ms Adeyemi at OMS", true}, MentionCase{"RoleAlone", "the head of year is useless", false}, MentionCase{"PlaceAlone", "Brackwell is a dump", false},
        MentionCase{"OtherSchool", "Oakmoor School, Leeds is a joke", false}, MentionCase{"OtherSchoolNearby", "Oakmoor School in Leeds", false},
        MentionCase{"OtherSchoolTwoMarkers", "Oakmoor School, near Headingley, Leeds", false}, MentionCase{"BothSchools", "Oakmoor School Brackwell against Oakmoor School, Leeds", true},
        MentionCase{"OurHandleAboutLeeds", "@oakmoor.bsky.social the trip to Leeds", true}, MentionCase{"Nothing", "I like trains", false}, MentionCase{"Empty", "", false}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Mention, NeedsMoreThanANameThatIsAlsoTheTown) {
  School school;
  school.id = "brackwell";
  school.name = "Brackwell Academy";
  school.names = {"Brackwell"};
  school.places = {"Brackwell", "Mill Lane"};
  EXPECT_FALSE(MentionOf(school, "Brackwell market was lovely").mentions);
  EXPECT_TRUE(MentionOf(school, "Brackwell Academy").mentions);
  EXPECT_FALSE(MentionOf(school, "schools in Brackwell").mentions);
}

TEST(Mention, FindsEachOfTwoSchoolsThatShareAName) {
  School ours = Oakmoor();
  School theirs = ExampleSchool();
  theirs.id = "oakmoor-leeds";
  theirs.places = {"Leeds"};
  theirs.handles = {"@oakmoorleeds"};
  theirs.domains = {"oakmoorleeds.example"};
  theirs.others = {{"Oakmoor School, Brackwell", {"Brackwell"}}};
  const auto judge = Judge::Make(std::make_shared<Lexicon>(), {ours, theirs}, {});
  ASSERT_TRUE(judge);
  auto worker = judge->NewWorker();
  ASSERT_TRUE(worker);
  EXPECT_EQ(worker->Explain(kAnySchool, "Oakmoor School in Brackwell").school, "oakmoor");
  EXPECT_EQ(worker->Explain(kAnySchool, "Oakmoor School in Leeds").school, "oakmoor-leeds");
}

TEST(Mention, ShowsWhereItSawWhat) {
  const std::string text = "So \u201COakmoor School\u201D in Brackwell";
  const Mention mention = MentionOf(Oakmoor(), text);
  ASSERT_EQ(mention.evidence.size(), 2u) << Shown(mention);
  EXPECT_EQ(mention.evidence[0].what, "name \"Oakmoor School\"");
  EXPECT_EQ(text.substr(mention.evidence[0].begin, mention.evidence[0].end - mention.evidence[0].begin), "Oakmoor School");
  EXPECT_EQ(text.substr(mention.evidence[1].begin, mention.evidence[1].end - mention.evidence[1].begin), "Brackwell");
}

TEST(Mention, KnowsNamesWithApostrophesAndStops) {
  School school;
  school.id = "st-marys";
  school.name = "St. Mary's Primary School";
  for (const char* text : {"St Mary's Primary School", "st marys primary school", "ST. MARYS PRIMARY SCHOOL", "St. Mary\u2019s Primary School"}) {
    EXPECT_TRUE(MentionOf(school, text).mentions) << text;
  }
  EXPECT_FALSE(MentionOf(school, "St Mary's church").mentions);
}

}  // namespace
}  // namespace heed
