// What may be asked of a platform, and the list of connectors.
#include "connectors/connector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "connectors/catalogue.h"
#include "src/base/file.h"

namespace heed {
namespace {

School Oakmoor() {
  return {.id = "oakmoor",
          .name = "Oakmoor School",
          .names = {"Oakmoor School", "Oakmoor Academy"},
          .abbreviations = {"OKMS"},
          .nicknames = {"the Moor"},
          .handles = {"@oakmoor@social.example", "oakmoor.bsky.social"},
          .hashtags = {"OakmoorSchool", "#OakmoorProud"},
          .domains = {"oakmoor.example"},
          .places = {"Brackwell"},
          .staff_roles = {"head of year"},
          .staff = {{"Ms Adeyemi", "2026-09-01"}}};
}

TEST(InstitutionTerms, NameTheSchoolAndNobodyElse) {
  EXPECT_THAT(InstitutionTerms(Oakmoor()),
              testing::ElementsAre("Oakmoor School", "Oakmoor Academy", "OKMS", "the Moor", "#OakmoorSchool", "#OakmoorProud",
                                   "@oakmoor@social.example", "oakmoor.bsky.social", "oakmoor.example"));
}

TEST(CheckQuery, WantsTheSchoolInEveryQuery) {
  for (const auto* query : {"Oakmoor School", "oakmoor SCHOOL", "\"Oakmoor School\"", "Oakmoor School gate", "fight okms", "#oakmoorschool", "oakmoor.example",
                            "link https://oakmoor.example/news", "@oakmoor@social.example", "\"the moor\" Brackwell", "Oakmoor School -football", "Oakmoor Academy OR okms",
                            "Oakmoor School Ms Adeyemi", "(Oakmoor School) has:media", "-\"Leeds United\" okms"}) {
    const auto done = CheckQuery(query, Oakmoor());
    EXPECT_TRUE(done) << query << ": " << (done ? "" : done.error().message());
  }
}

TEST(CheckQuery, RefusesPeopleAndEverything) {
  for (const auto* query : {"", "  ", "Ms Adeyemi", "Adeyemi Brackwell", "head of year", "Oakmoor", "OakmoorSchool2", "Oakmoor Schools", "preOKMS", "School Oakmoor",
                            "from:jo okms", "okms author:did:plc:abc", "okms TO:jo", "okms -by:jo", "okms (user:jo", "account:jo okms", "okms mentions:jo.example",
                            "Adeyemi OR okms", "okms | Adeyemi", "okms|Adeyemi", "-okms Adeyemi", "Adeyemi -\"Oakmoor School\"", "OR", "*"}) {
    const auto done = CheckQuery(query, Oakmoor());
    ASSERT_FALSE(done) << query;
    EXPECT_EQ(done.error().fault(), Fault::kInvalid) << query;
  }
}

TEST(CheckQuery, SaysWhatWouldBeRight) {
  EXPECT_EQ(CheckQuery("Ms Adeyemi", Oakmoor()).error().message(),
            "the query \"Ms Adeyemi\" does not name the school: put one of its names, hashtags, handles or domains into it, e.g. \"Oakmoor School\"");
}

TEST(Catalogue, HasEveryConnectorOnceWithACompleteCard) {
  std::set<std::string_view> names;
  for (const ConnectorCard* card : Catalogue()) {
    EXPECT_TRUE(names.insert(card->name).second) << card->name;
    EXPECT_FALSE(card->summary.empty()) << card->name;
    EXPECT_FALSE(card->terms.empty()) << card->name;
    EXPECT_NE(card->make, nullptr) << card->name;
    EXPECT_EQ(FindConnector(card->name), card);
    std::set<std::string_view> keys;
    for (const auto& setting : card->settings) {
      EXPECT_TRUE(keys.insert(setting.key).second) << card->name << "." << setting.key;
      EXPECT_FALSE(setting.help.empty()) << card->name << "." << setting.key;
    }
  }
  for (const auto* name : {"bluesky", "facebook", "feed", "file", "google", "instagram", "mastodon", "trustpilot", "x", "youtube"}) EXPECT_TRUE(names.contains(name)) << name;
  EXPECT_EQ(FindConnector("twitter"), nullptr);
}

TEST(Catalogue, ThePageIsAsTheCardsSay) {
  const std::string file = std::string(HEED_SOURCE_DIR) + "/connectors/README.md";
  if (std::getenv("HEED_UPDATE_GOLDEN")) ASSERT_TRUE(WriteFile(file, CataloguePage()));
  const auto kept = ReadFile(file);
  ASSERT_TRUE(kept) << kept.error().message();
  EXPECT_TRUE(*kept == CataloguePage()) << "a card has changed: heed sources --catalogue > connectors/README.md";
}

}  // namespace
}  // namespace heed
