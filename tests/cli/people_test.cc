// `heed people`: who may sign in, and by which school account; alone, and beside a running server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "src/base/file.h"
#include "src/store/store.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

class People : public ::testing::Test {
 protected:
  void SetUp() override { config_ = LeastConfig(folder_.path(), "{\"id\": \"1\", \"text\": \"a fine day\"}\n"); }
  Ran Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config_, "--data", folder_ / "data"});
    return Heed(arguments);
  }
  void Configure(const std::string& more) { std::ofstream(config_, std::ios::app) << more; }
  Result<Person> Find(const std::string& id) {
    const auto store = HEED_TRY(Store::Open(folder_ / "data", {.read_only = true}));
    return store->FindPerson(id);
  }
  TempFolder folder_;
  std::string config_;
};

TEST_F(People, AreKnownByTheSchoolAccountAnAdministratorWroteDown) {
  const Ran added = Run({"people", "add", "Amina Khan", "--role", "triage", "--mail", "Amina@Oakmoor.example"});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_EQ(Find("amina-khan")->mail, "amina@oakmoor.example");
  EXPECT_THAT(Run({"people", "account", "amina-khan", "--mail", "nonsense"}).err, HasSubstr("mail address"));
  // An account's own name is one at the service of the configuration.
  EXPECT_THAT(Run({"people", "account", "amina-khan", "--subject", "77"}).err, HasSubstr("[console.oidc]"));
  Configure("url = \"https://heed.oakmoor.example\"\n[console.oidc]\nissuer = \"http://127.0.0.1:9/school\"\nclient_id = \"heed\"\n");
  ASSERT_EQ(Run({"people", "account", "amina-khan", "--subject", "77"}).code, 0);
  EXPECT_EQ(Find("amina-khan")->account, "http://127.0.0.1:9/school 77");
  EXPECT_EQ(Find("amina-khan")->mail, "");
  ASSERT_EQ(Run({"people", "account", "amina-khan"}).code, 0);
  EXPECT_EQ(Find("amina-khan")->account, "");
  EXPECT_EQ(Run({"people", "account", "nobody", "--mail", "a@oakmoor.example"}).code, 5);
}

TEST_F(People, MistakesOfTheSignInServiceAreNamedByCheck) {
  Configure("\n[console.oidc]\nissuer = \"https://login.microsoftonline.com/common/v2.0\"\nclient_id = \"heed\"\nsubjct_claim = \"oid\"\n");
  const Ran checked = Run({"check"});
  EXPECT_EQ(checked.code, 3);
  EXPECT_THAT(checked.out + checked.err, ::testing::AllOf(HasSubstr("accounts of every organisation"), HasSubstr("did you mean \"subject_claim\"?")));
}

}  // namespace
}  // namespace heed
