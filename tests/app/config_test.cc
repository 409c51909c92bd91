// The configuration's reading: what is right works, and every mistake is named where it was made, with what would be right.
#include "src/app/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/catalogue.h"
#include "src/base/file.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::optional<std::string> NoEnvironment(const std::string&) { return std::nullopt; }

ConfigReading Reading(std::string_view text, const Environment& environment = NoEnvironment) { return ReadConfig(text, "heed.toml", environment); }

// Line 5 of a file that begins with it is the case's own first line.
constexpr std::string_view kSchool =
    "[[school]]\n"
    "id = \"oakmoor\"\n"
    "name = \"Oakmoor School\"\n"
    "places = [\"Brackwell\"]\n";

// Line 9 is the case's own first line.
const std::string kBluesky = std::string(kSchool) +
                             "[[source]]\n"
                             "id = \"sky\"\n"
                             "school = \"oakmoor\"\n"
                             "connector = \"bluesky\"\n";

std::string Told(const ConfigReading& reading) { return ToString(reading.mistakes); }

TEST(Config, TheLeastThatWorksIsASchoolWithANameAndAnId) {
  const auto reading = Reading("[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\n");
  ASSERT_TRUE(reading.config) << Told(reading);
  ASSERT_EQ(reading.config->schools.size(), 1u);
  EXPECT_THAT(reading.config->schools[0].names, ElementsAre("Oakmoor School"));
  EXPECT_EQ(reading.config->timezone, "Europe/London");
  EXPECT_EQ(reading.config->retention.unflagged, days{30});
  EXPECT_EQ(reading.config->retention.closed, days{365});
  // Nothing is wrong, but a person would want to know.
  EXPECT_THAT(ToString(reading.advice), HasSubstr("nothing will be scanned"));
  EXPECT_THAT(ToString(reading.advice), HasSubstr("has no \"places\""));
}

TEST(Config, TheDemoLoadsWithoutAMistakeOrAdvice) {
  const auto reading = LoadConfig(std::string(HEED_SOURCE_DIR) + "/deploy/demo/heed.toml");
  ASSERT_TRUE(reading) << reading.error().message();
  ASSERT_TRUE(reading->config) << Told(*reading);
  EXPECT_EQ(ToString(reading->advice), "");
  EXPECT_EQ(reading->config->sources.size(), 3u);
  for (const auto& source : reading->config->sources) EXPECT_TRUE(source.enabled) << source.spec.id;
}

TEST(Config, AFileThatIsNotThereIsNotFound) {
  const TempFolder folder;
  const auto reading = LoadConfig(folder / "heed.toml");
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().fault(), Fault::kNotFound);
}

TEST(Config, EachSourceBelongsToOneOfSeveralSchools) {
  const auto reading = Reading(
      "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\n[[school]]\nid = \"elm\"\nname = \"Elm Lane Primary\"\n"
      "[[source]]\nid = \"a\"\nschool = \"elm\"\nconnector = \"bluesky\"\n[[source]]\nid = \"b\"\nschool = \"oakmoor\"\nconnector = \"bluesky\"\ncron = \"30 7 * * 1-5\"\n");
  ASSERT_TRUE(reading.config) << Told(reading);
  EXPECT_EQ(reading.config->schools[reading.config->FindSource("a")->school].name, "Elm Lane Primary");
  EXPECT_EQ(reading.config->schools[reading.config->FindSource("b")->school].name, "Oakmoor School");
  EXPECT_EQ(reading.config->FindSource("b")->schedule.text(), "cron 30 7 * * 1-5");
  EXPECT_EQ(reading.config->FindSource("c"), nullptr);
}

TEST(Config, HandlesAndHashtagsMayBeWrittenWithOrWithoutTheirSigns) {
  const auto reading = Reading(std::string(kSchool) + "handles = [\"@a@social.example\", \"a.example\"]\nhashtags = [\"#OakmoorSchool\", \"oakmoorschool\", \"TeamOakmoor\"]\n");
  ASSERT_TRUE(reading.config) << Told(reading);
  EXPECT_THAT(reading.config->schools[0].handles, ElementsAre("a@social.example", "a.example"));
  EXPECT_THAT(reading.config->schools[0].hashtags, ElementsAre("OakmoorSchool", "TeamOakmoor"));
}

TEST(Config, RetentionIsReadInDays) {
  const auto reading = Reading("[retention]\nunflagged = \"14d\"\nclosed = \"730d\"\n" + std::string(kSchool));
  ASSERT_TRUE(reading.config) << Told(reading);
  EXPECT_EQ(reading.config->retention.unflagged, days{14});
  EXPECT_EQ(reading.config->retention.closed, days{730});
}

// One mistake each: the whole of what is told, or where `what` ends with "...", its beginning.
struct Wrong {
  const char* name;
  std::string text;
  const char* told;
};

class ConfigMistake : public ::testing::TestWithParam<Wrong> {};

TEST_P(ConfigMistake, IsNamedWhereItWasMade) {
  const auto reading = Reading(GetParam().text);
  EXPECT_FALSE(reading.config);
  ASSERT_EQ(reading.mistakes.size(), 1u) << Told(reading);
  std::string_view told = GetParam().told;
  if (told.ends_with("...")) EXPECT_THAT(Told(reading), ::testing::StartsWith(std::string(told.substr(0, told.size() - 3))));
  else EXPECT_EQ(Told(reading), told);
}

const std::string kS(kSchool);

const Wrong kWrong[] = {
    {"NotToml", kS + "places = = 1\n", "heed.toml:5:10: not TOML: ..."},
    {"NoSchool", "timezone = \"Europe/London\"\n", "heed.toml:1:1: there is no [[school]]; the least is: ..."},
    {"MisspeltKey", "timezon = \"Europe/London\"\n" + kS, "heed.toml:1:1: unknown key \"timezon\" (did you mean \"timezone\"?)"},
    {"MisspeltSchoolKey", kS + "hashtag = [\"OakmoorSchool\"]\n", "heed.toml:5:1: unknown key \"hashtag\" (did you mean \"hashtags\"?)"},
    {"MisspeltSourceKey", kBluesky + "page_sise = 20\n", "heed.toml:9:1: unknown key \"page_sise\" (did you mean \"page_size\"?)"},
    {"UnknownZone", "timezone = \"Europe/Brackwell\"\n" + kS, "heed.toml:1:12: \"Europe/Brackwell\" is not a time zone this system knows; write \"Europe/London\""},
    {"ZoneOutsideItsFolder", "timezone = \"../zoneinfo/Europe/London\"\n" + kS, "heed.toml:1:12: \"../zoneinfo/Europe/London\" is not a time zone..."},
    {"NoLexicons", "lexicons = \"nowhere\"\n" + kS, "heed.toml:1:12: no such folder: ..."},
    {"RetentionNotATime", "[retention]\nclosed = \"a year\"\n" + kS, "heed.toml:2:10: \"a year\" is not a length of time between 1d and 2196d"},
    {"RetentionTooLong", "[retention]\nunflagged = \"366d\"\n" + kS, "heed.toml:2:13: \"366d\" is not a length of time between 1d and 365d"},
    {"RetentionTooShort", "[retention]\nunflagged = \"1h\"\n" + kS, "heed.toml:2:13: \"1h\" is not a length of time between 1d and 365d"},
    {"NoSchoolId", "[[school]]\nname = \"Oakmoor School\"\n", "heed.toml:1:1: \"id\" is missing"},
    {"NoSchoolName", "[[school]]\nid = \"oakmoor\"\n", "heed.toml:1:1: \"name\" is missing"},
    {"EmptySchoolName", "[[school]]\nid = \"oakmoor\"\nname = \" \"\n", "heed.toml:3:8: \"name\" is empty"},
    {"IdWithCapitals", "[[school]]\nid = \"Oakmoor\"\nname = \"Oakmoor School\"\n", "heed.toml:2:6: \"Oakmoor\" cannot be an id: lower-case letters, digits and \"-\", at most 40"},
    {"SchoolIdTwice", kS + kS, "heed.toml:6:6: the id \"oakmoor\" is used twice"},
    {"SourceIdTwice", kBluesky + "[[source]]\nid = \"sky\"\nschool = \"oakmoor\"\nconnector = \"bluesky\"\n", "heed.toml:10:6: the id \"sky\" is used twice"},
    {"ListThatIsANumber", kS + "nicknames = 3\n", "heed.toml:5:13: \"nicknames\" is a whole number; it should be a list of texts: [\"one\", \"two\"]"},
    {"EmptyNickname", kS + "nicknames = [\"\"]\n", "heed.toml:5:13: an empty text in \"nicknames\""},
    {"ShortName", kS + "names = [\"OMS\"]\n", "heed.toml:5:9: the name \"OMS\" is too short to tell the school apart; put it under abbreviations"},
    {"HashtagWithSpace", kS + "hashtags = [\"Oakmoor School\"]\n", "heed.toml:5:12: the hashtag \"Oakmoor School\" has a space in it"},
    {"DomainWithScheme", kS + "domains = [\"https://oakmoor.example/\"]\n", "heed.toml:5:11: \"https://oakmoor.example/\" is not a web domain; ..."},
    {"OtherSchoolWithoutMarkers", kS + "[[school.other]]\nname = \"Oakmoor School, Leeds\"\n", "heed.toml:5:1: \"markers\" is missing: ..."},
    {"UnknownClause", kS + "[school.clauses]\nthreats = \"no threats\"\n", "heed.toml:6:1: unknown key \"threats\" (did you mean \"threat\"?)"},
    {"TermWithoutEnd", kS + "[[school.term]]\nstarts = 2026-09-03\n", "heed.toml:5:1: a term needs \"starts\" and \"ends\", both dates"},
    {"TermBackwards", kS + "[[school.term]]\nstarts = 2026-10-23\nends = 2026-09-03\n", "heed.toml:7:8: the term ends (2026-09-03) before it starts (2026-10-23)"},
    {"TermThatIsNoDate", kS + "[[school.term]]\nstarts = \"3 September\"\nends = 2026-10-23\n", "heed.toml:6:10: \"starts\" is text; it should be a date as 2026-09-01"},
    {"TermOnADayThatIsNot", kS + "[[school.term]]\nstarts = \"2026-02-30\"\nends = 2026-10-23\n", "heed.toml:6:10: \"starts\" is text; it should be a date as 2026-09-01"},

    // A person is named only with their agreement, and never searched for.
    {"StaffWithoutAgreement", kS + "[[school.staff]]\nname = \"Ms Adeyemi\"\n",
     "heed.toml:5:1: staff name \"Ms Adeyemi\" has no \"agreed_on\": a name is looked for only once that person has agreed in writing; write the date of it"},
    {"StaffAgreedOnNoDate", kS + "[[school.staff]]\nname = \"Ms Adeyemi\"\nagreed_on = true\n", "heed.toml:7:13: \"agreed_on\" is true or false; it should be a date as 2026-09-01"},
    {"StaffAsHashtag", kS + "hashtags = [\"#JaneExample\"]\n[[school.staff]]\nname = \"Jane Example\"\nagreed_on = 2026-09-01\n",
     "heed.toml:5:12: \"JaneExample\" is a person listed under [[school.staff]]; heed searches for the school, never for a person"},
    {"StaffAsName", kS + "names = [\"jane example\"]\n[[school.staff]]\nname = \"Jane Example\"\nagreed_on = 2026-09-01\n",
     "heed.toml:5:9: \"jane example\" is a person listed under [[school.staff]]; heed searches for the school, never for a person"},
    {"StaffAsNickname", kS + "nicknames = [\"MsAdeyemi\"]\n[[school.staff]]\nname = \"Ms. Adeyemi\"\nagreed_on = 2026-09-01\n", "heed.toml:5:13: \"MsAdeyemi\" is a person..."},
    // Promise 3: searches name the institution, never a person.
    {"QueryForAPerson", kBluesky + "queries = [\"Jane Example\"]\n", "heed.toml:9:11: the query \"Jane Example\" does not name the school: ..."},
    {"QueryForAnAccount", kBluesky + "queries = [\"Oakmoor School from:jane.example\"]\n",
     "heed.toml:9:11: the query \"Oakmoor School from:jane.example\" asks for one account (from:): heed searches for the school, never for a person"},
    {"QueryWithAPersonBesideTheSchool", kBluesky + "queries = [\"Oakmoor School OR Jane Example\"]\n", "heed.toml:9:11: the query ..."},
    {"HashtagOfAPerson", kS + "[[source]]\nid = \"m\"\nschool = \"oakmoor\"\nconnector = \"mastodon\"\nserver = \"https://social.example\"\nhashtags = [\"JaneExample\"]\n",
     "heed.toml:10:12: the query \"#JaneExample\" does not name the school: ..."},
    {"FeedOfASearchForAPerson", kS + "[[source]]\nid = \"f\"\nschool = \"oakmoor\"\nconnector = \"feed\"\nurl = \"https://search.example/rss?lang=en&q=Jane%20Example\"\n",
     "heed.toml:9:7: the query \"Jane Example\" does not name the school: ..."},

    {"UnknownSchool", kS + "[[source]]\nid = \"sky\"\nschool = \"oakmor\"\nconnector = \"bluesky\"\n", "heed.toml:7:10: there is no school with the id \"oakmor\" (did you mean \"oakmoor\"?)"},
    {"UnknownConnector", kS + "[[source]]\nid = \"sky\"\nschool = \"oakmoor\"\nconnector = \"blusky\"\n", "heed.toml:8:13: there is no connector \"blusky\" (did you mean \"bluesky\"?)"},
    {"ConnectorLikeNoOther", kS + "[[source]]\nid = \"sky\"\nschool = \"oakmoor\"\nconnector = \"telepathy\"\n",
     "heed.toml:8:13: there is no connector \"telepathy\"; there are: file, feed, bluesky, bluesky-stream, mastodon..."},
    {"RequiredSetting", kS + "[[source]]\nid = \"f\"\nschool = \"oakmoor\"\nconnector = \"feed\"\n", "heed.toml:5:1: \"url\" is missing: address of the feed itself, not of the page that offers it"},
    {"EmptyRequiredSetting", kS + "[[source]]\nid = \"f\"\nschool = \"oakmoor\"\nconnector = \"feed\"\nurl = \"\"\n", "heed.toml:9:7: \"url\" is empty"},
    {"NoSuchFile", kS + "[[source]]\nid = \"f\"\nschool = \"oakmoor\"\nconnector = \"file\"\npath = \"nowhere.jsonl\"\n", "heed.toml:9:8: no such file or folder: ..."},
    {"NumberBelowOne", kBluesky + "max_pages = 0\n", "heed.toml:9:13: \"max_pages\" must be 1 or more"},
    {"SettingNotATime", kBluesky + "look_back = \"a week\"\n", "heed.toml:9:13: \"a week\" is not a length of time; write 15m, 2h or 7d"},
    {"EveryAndCron", kBluesky + "every = \"15m\"\ncron = \"@daily\"\n", "heed.toml:10:8: \"every\" and \"cron\" are both set; one of them is meant"},
    {"EveryTooOften", kBluesky + "every = \"10s\"\n", "heed.toml:9:9: \"10s\" is shorter than a minute"},
    {"EveryNotATime", kBluesky + "every = \"often\"\n", "heed.toml:9:9: \"often\" is not a length of time; write 15m, 2h or 1d"},
    {"CronWithFourFields", kBluesky + "cron = \"30 7 * *\"\n", "heed.toml:9:8: cron: \"30 7 * *\" has 4..."},
    {"CronThatNeverHappens", kBluesky + "cron = \"0 0 30 2 *\"\n", "heed.toml:9:8: cron: \"0 0 30 2 *\" never happens"},
    {"EnabledInQuotes", kBluesky + "enabled = \"no\"\n", "heed.toml:9:11: \"enabled\" is text; it should be true or false, without quotes"},

    {"SecretFileNotThere", kBluesky + "password_file = \"nowhere\"\n", "heed.toml:9:17: cannot read the secret: ..."},
    {"SecretVariableNotSet", kBluesky + "password_env = \"HEED_NOT_SET\"\n", "heed.toml:9:16: the environment variable \"HEED_NOT_SET\" is not set"},
    {"HeadToNoAddress", "[evidence]\nheads_to = [\"governor\"]\n[alarm]\nmail_to = \"it@oakmoor.example\"\nmail_from = \"heed@oakmoor.example\"\nsmtp = \"smtps://smtp.example\"\n" + kS,
     "heed.toml:2:12: \"governor\" is no mail address; ..."},
    {"HeadWithoutServer", "[evidence]\nheads_to = [\"governor@oakmoor.example\"]\n" + kS, "heed.toml:2:12: mail needs a server: ..."},
};

INSTANTIATE_TEST_SUITE_P(All, ConfigMistake, ::testing::ValuesIn(kWrong), [](const auto& one) { return std::string(one.param.name); });

TEST(Config, AllMistakesAreToldAtOnceInTheOrderOfTheFile) {
  const auto reading = Reading("zone = 1\n[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nhashtags = [\"a b\"]\n[[source]]\nid = \"x\"\nschool = \"elm\"\nconnector = \"blue\"\n");
  EXPECT_FALSE(reading.config);
  std::vector<std::uint32_t> lines;
  for (const auto& mistake : reading.mistakes) {
    lines.push_back(mistake.where.line);
    EXPECT_EQ(mistake.where.file, "heed.toml");
  }
  EXPECT_THAT(lines, ElementsAre(1u, 5u, 8u, 9u)) << Told(reading);
}

TEST(Config, AnEmptyListIsKeptAndOneLeftOutIsTheConnectorsOwnChoice) {
  const std::string source = kS + "[[source]]\nid = \"m\"\nschool = \"oakmoor\"\nconnector = \"mastodon\"\nserver = \"https://social.example\"\n";
  const auto empty = Reading(source + "hashtags = []\n");
  ASSERT_TRUE(empty.config) << Told(empty);
  const auto& settings = empty.config->sources[0].spec.settings;
  ASSERT_EQ(settings.count("hashtags"), 1u);
  EXPECT_EQ(settings.find("hashtags")->second, SettingValue(std::vector<std::string>{}));
  EXPECT_EQ(settings.count("queries"), 0u);
  const auto absent = Reading(source);
  ASSERT_TRUE(absent.config) << Told(absent);
  EXPECT_EQ(absent.config->sources[0].spec.settings.count("hashtags"), 0u);
}

TEST(Config, DefaultsComeFromTheConnectorsCard) {
  const auto reading = Reading(kBluesky);
  ASSERT_TRUE(reading.config) << Told(reading);
  for (const Setting& setting : reading.config->sources[0].card->settings)
    EXPECT_EQ(reading.config->sources[0].spec.settings.count(setting.key), setting.default_value.empty() ? 0u : 1u) << setting.key;
}

TEST(Config, AFeedOfASearchForTheSchoolIsFine) {
  const auto reading = Reading(kS + "[[source]]\nid = \"f\"\nschool = \"oakmoor\"\nconnector = \"feed\"\nurl = \"https://search.example/rss?q=%22Oakmoor+School%22+Brackwell&page=2\"\n");
  EXPECT_TRUE(reading.config) << Told(reading);
}

TEST(Config, ASourceIsOffWhenSaidSoOrWhileItsTermsAreNotAccepted) {
  const auto off = Reading(kBluesky + "enabled = false\n");
  ASSERT_TRUE(off.config) << Told(off);
  EXPECT_FALSE(off.config->sources[0].enabled);
  EXPECT_EQ(off.config->sources[0].off_because, "switched off: enabled = false");

  const TempFolder folder;
  ASSERT_TRUE(WriteFile(folder / "secret", "tawny-owl-41\n"));
  for (const ConnectorCard* card : Catalogue()) {
    std::string text = kS + "[[source]]\nid = \"x\"\nschool = \"oakmoor\"\nconnector = \"" + std::string(card->name) + "\"\n";
    for (const Setting& setting : card->settings) {
      if (!setting.required) continue;
      const std::string value = "\"" + (setting.kind == SettingKind::kPath ? folder.path() : setting.kind == SettingKind::kSecret ? folder / "secret" : "https://social.example") + "\"";
      text += std::string(setting.key) + (setting.kind == SettingKind::kSecret ? "_file" : "") + " = " + (setting.kind == SettingKind::kList ? "[" + value + "]" : value) + "\n";
    }
    const auto silent = Reading(text), accepted = Reading(text + "accept_terms = true\n");
    ASSERT_TRUE(silent.config) << Told(silent);
    ASSERT_TRUE(accepted.config) << Told(accepted);
    EXPECT_EQ(silent.config->sources[0].enabled, !card->terms_must_be_accepted) << card->name;
    EXPECT_EQ(silent.config->sources[0].off_because.empty(), !card->terms_must_be_accepted) << card->name;
    EXPECT_TRUE(accepted.config->sources[0].enabled) << card->name;
  }
}

TEST(Config, PathsCountFromTheConfigurationsFolder) {
  const TempFolder folder;
  ASSERT_TRUE(WriteFile(folder / "posts.jsonl", ""));
  const auto reading =
      ReadConfig("data = \"kept\"\n" + kS + "[[source]]\nid = \"f\"\nschool = \"oakmoor\"\nconnector = \"file\"\npath = \"posts.jsonl\"\n", folder / "heed.toml", NoEnvironment);
  ASSERT_TRUE(reading.config) << Told(reading);
  EXPECT_EQ(reading.config->data, folder / "kept");
  EXPECT_EQ(reading.config->sources[0].spec.String("path"), folder / "posts.jsonl");
}

TEST(Config, SecretsComeFromAFileOrTheEnvironment) {
  const TempFolder folder;
  ASSERT_TRUE(WriteFile(folder / "password", "  tawny-owl-41\n"));
  const auto from_file = ReadConfig(kBluesky + "password_file = \"password\"\n", folder / "heed.toml", NoEnvironment);
  ASSERT_TRUE(from_file.config) << Told(from_file);
  EXPECT_EQ(from_file.config->sources[0].spec.String("password"), "tawny-owl-41");

  const auto from_environment = Reading(kBluesky + "password_env = \"HEED_PASSWORD\"\n", [](const std::string& name) {
    return name == "HEED_PASSWORD" ? std::optional<std::string>("tawny-owl-42") : std::nullopt;
  });
  ASSERT_TRUE(from_environment.config) << Told(from_environment);
  EXPECT_EQ(from_environment.config->sources[0].spec.String("password"), "tawny-owl-42");
}

TEST(Config, ASecretIsNeverRepeatedInAMistake) {
  const TempFolder folder;
  ASSERT_TRUE(WriteFile(folder / "password", "tawny-owl-41\n"));
  ASSERT_TRUE(WriteFile(folder / "empty", " \n"));
  const auto environment = [](const std::string&) { return std::optional<std::string>("tawny-owl-41"); };
  const struct {
    const char *lines, *told;
  } cases[] = {
      {"password = \"tawny-owl-41\"\n", "a secret must not be written here: put it in a file only heed can read and write password_file"},
      {"password = [\"tawny-owl-41\"]\n", "a secret must not be written here"},
      {"password_file = \"password\"\npassword_env = \"HEED_PASSWORD\"\n", "are both set; one of them is meant"},
      {"password_file = \"empty\"\n", "the file holds no secret"},
      {"password_file = \"password\"\nmax_pages = 0\nnonsense = 1\n", "unknown key \"nonsense\""},
  };
  for (const auto& [lines, told] : cases) {
    const auto reading = ReadConfig(kBluesky + lines, folder / "heed.toml", environment);
    EXPECT_FALSE(reading.config) << lines;
    EXPECT_THAT(Told(reading), HasSubstr(told)) << lines;
    EXPECT_THAT(Told(reading), Not(HasSubstr("tawny"))) << lines;
    EXPECT_THAT(ToString(reading.advice), Not(HasSubstr("tawny"))) << lines;
  }
}

TEST(ConfigAlarm, NamesWhatIsMissingOrWrong) {
  const std::string school = "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nplaces = [\"Brackwell\"]\n[alarm]\n";
  const auto read = [&](const std::string& alarm) {
    return ReadConfig(school + alarm, "heed.toml", [](const std::string& name) -> std::optional<std::string> { return name == "SECRET" ? std::optional<std::string>("s3cret") : std::nullopt; });
  };
  const auto wrong = [&](const std::string& alarm) { return ToString(read(alarm).mistakes); };
  EXPECT_THAT(wrong("mail_to = [\"nobody\"]\n"), ::testing::HasSubstr("no mail address"));
  EXPECT_THAT(wrong("mail_to = [\"it@oakmoor.example\"]\n"), ::testing::HasSubstr("\"smtp\""));
  EXPECT_THAT(wrong("smtp = \"mail.example\"\n"), ::testing::HasSubstr("smtps://"));
  EXPECT_THAT(wrong("webhook = \"https://hooks.example/\"\n"), ::testing::HasSubstr("webhook_secret"));
  EXPECT_THAT(wrong("webhook = \"https://hooks.example/\"\nwebhook_secret = \"s3cret\"\n"), ::testing::HasSubstr("must not be written here"));
  EXPECT_THAT(wrong("overdue = \"soon\"\n"), ::testing::HasSubstr("length of time"));
  EXPECT_THAT(wrong("failures = 0\n"), ::testing::HasSubstr("from 1"));
  EXPECT_THAT(wrong("webhok = \"https://hooks.example/\"\n"), ::testing::HasSubstr("did you mean \"webhook\""));
  const auto good = read("mail_to = \"it@oakmoor.example\"\nmail_from = \"heed@oakmoor.example\"\nsmtp = \"smtps://smtp.example:465\"\nsmtp_user = \"heed\"\nsmtp_password_env = \"SECRET\"\n"
                         "webhook = \"https://hooks.example/\"\nwebhook_secret_env = \"SECRET\"\nfailures = 5\nlate = \"6h\"\n");
  ASSERT_TRUE(good.config) << ToString(good.mistakes);
  EXPECT_EQ(good.config->alarm.smtp_password, "s3cret");
  EXPECT_EQ(good.config->alarm.everything.webhook_secret, "s3cret");
  EXPECT_EQ(good.config->alarm.failures, 5u);
  EXPECT_EQ(good.config->alarm.late, hours{6});
}

TEST(ConfigAlarm, ASchoolsOwnPeopleShareTheMailServer) {
  const std::string schools = "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nplaces = [\"Brackwell\"]\n[[school]]\nid = \"ashdown\"\nname = \"Ashdown School\"\nplaces = [\"Brackwell\"]\n"
                              "[alarm]\nmail_from = \"heed@trust.example\"\nsmtp = \"smtps://smtp.example:465\"\n";
  const auto read = [&](const std::string& alarm) { return ReadConfig(schools + alarm, "heed.toml", [](const std::string&) { return std::optional<std::string>("s3cret"); }); };
  const auto good = read("mail_to = [\"it@trust.example\"]\n[[alarm.school]]\nschools = [\"oakmoor\", \"ashdown\", \"oakmoor\"]\nwebhook = \"https://hooks.example/\"\nwebhook_secret_env = \"SECRET\"\n"
                         "[[alarm.school]]\nschools = [\"ashdown\"]\nmail_to = \"office@ashdown.example\"\n");
  ASSERT_TRUE(good.config) << ToString(good.mistakes);
  ASSERT_EQ(good.config->alarm.for_schools.size(), 2u);
  EXPECT_THAT(good.config->alarm.for_schools[0].schools, ::testing::ElementsAre("ashdown", "oakmoor"));
  EXPECT_EQ(good.config->alarm.for_schools[0].webhook_secret, "s3cret");
  EXPECT_THAT(good.config->alarm.for_schools[1].mail_to, ::testing::ElementsAre("office@ashdown.example"));
  const auto some = read("[[alarm.school]]\nschools = [\"oakmoor\"]\nmail_to = [\"office@oakmoor.example\"]\n");
  ASSERT_TRUE(some.config) << ToString(some.mistakes);
  EXPECT_THAT(ToString(some.advice), ::testing::HasSubstr("nobody is told of a full disk, or of ashdown"));
  const auto wrong = [&](const std::string& alarm) { return ToString(read(alarm).mistakes); };
  EXPECT_THAT(wrong("[[alarm.school]]\nmail_to = [\"office@oakmoor.example\"]\n"), ::testing::HasSubstr("name the schools"));
  EXPECT_THAT(wrong("[[alarm.school]]\nschools = [\"oakmor\"]\nmail_to = [\"office@oakmoor.example\"]\n"), ::testing::HasSubstr("did you mean \"oakmoor\""));
  EXPECT_THAT(wrong("[[alarm.school]]\nschools = [\"oakmoor\"]\n"), ::testing::HasSubstr("who is told"));
  const std::string one = "[[alarm.school]]\nschools = [\"oakmoor\"]\nmail_to = [\"office@oakmoor.example\"]\n";
  EXPECT_THAT(wrong(one + one), ::testing::HasSubstr("put both into one"));
}

TEST(ConfigRetention, YouTubesThirtyDaysAreHeld) {
  const std::string school = "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nplaces = [\"Brackwell\"]\n";
  const std::string video = "[[source]]\nid = \"videos\"\nschool = \"oakmoor\"\nconnector = \"youtube\"\nkey_env = \"KEY\"\n";
  const auto read = [&](const std::string& more) { return ReadConfig(school + more, "heed.toml", [](const std::string&) { return std::optional<std::string>("key"); }); };
  const auto longer = read(video + "accept_terms = true\n[retention]\nunflagged = \"31d\"\n");
  EXPECT_THAT(ToString(longer.mistakes), ::testing::AllOf(::testing::HasSubstr("heed.toml:12:13"), ::testing::HasSubstr("30 days at most"), ::testing::HasSubstr("unflagged = \"30d\" or less")));
  const auto usual = read(video + "accept_terms = true\n");
  ASSERT_TRUE(usual.config) << ToString(usual.mistakes);
  EXPECT_THAT(ToString(usual.advice), ::testing::AllOf(::testing::HasSubstr("closed cases are kept 365 days"), ::testing::HasSubstr("heed capture add"), ::testing::HasSubstr("closed = \"30d\"")));
  const auto shorter = read(video + "accept_terms = true\n[retention]\nclosed = \"30d\"\n");
  ASSERT_TRUE(shorter.config);
  EXPECT_THAT(ToString(shorter.advice), ::testing::Not(::testing::HasSubstr("capture")));
  EXPECT_TRUE(read(video + "[retention]\nunflagged = \"90d\"\n").config) << "a source that is off reads nothing";
  EXPECT_TRUE(read("[retention]\nunflagged = \"90d\"\n").config);
}

// --- [console.oidc]

constexpr std::string_view kService =
    "[console]\nurl = \"https://heed.oakmoor.example\"\n"
    "[console.oidc]\nissuer = \"https://login.oakmoor.example\"\nclient_id = \"heed\"\nclient_secret_env = \"OIDC\"\n";

std::optional<std::string> WithSecret(const std::string& name) { return name == "OIDC" ? std::optional<std::string>("s3cret") : std::nullopt; }

TEST(Config, SchoolAccountsComeBackToTheConsolesOwnAddress) {
  const auto reading = Reading(std::string(kSchool) + std::string(kService), WithSecret);
  ASSERT_TRUE(reading.config) << Told(reading);
  const auto& oidc = reading.config->console.oidc;
  ASSERT_TRUE(oidc);
  EXPECT_EQ(oidc->redirect_uri, "https://heed.oakmoor.example/sign-in/school/back");
  EXPECT_EQ(oidc->client_secret, "s3cret");
  EXPECT_EQ(oidc->subject_claim, "sub");
  EXPECT_FALSE(oidc->trust_mail);
  const auto local = Reading(std::string(kSchool) + "[console.oidc]\nissuer = \"http://127.0.0.1:9000/school\"\nclient_id = \"heed\"\n");
  ASSERT_TRUE(local.config) << Told(local);
  EXPECT_EQ(local.config->console.oidc->redirect_uri, "http://127.0.0.1:8420/sign-in/school/back");
  EXPECT_FALSE(Reading(kSchool).config->console.oidc);
}

TEST(Config, MistakesAboutSchoolAccountsAreNamed) {
  struct Case {
    const char* lines;
    const char* told;
  };
  for (const auto& one : {Case{"[console.oidc]\nclient_id = \"heed\"\n", "\"issuer\" is missing"}, Case{"[console.oidc]\nissuer = \"https://login.example\"\n", "\"client_id\" is missing"},
                          Case{"[console.oidc]\nissuer = \"http://login.example\"\nclient_id = \"heed\"\n", "is not an address heed may ask"},
                          Case{"[console.oidc]\nissuer = \"https://login.example\"\nclient_id = \"heed\"\nclient_secret = \"x\"\n", "a secret must not be written here"},
                          Case{"[console.oidc]\nissuer = \"https://login.example\"\nclient_id = \"heed\"\nclient_secret_env = \"NOT_SET\"\n", "\"NOT_SET\" is not set"},
                          Case{"[console.oidc]\nissuer = \"https://login.example\"\nclient_id = \"heed\"\nsubject_claim = \"email\"\n", "passes to somebody else"},
                          Case{"[console.oidc]\nissuer = \"https://login.example\"\nclient_id = \"heed\"\nsecond_factor = [\"pwd\"]\n", "says nothing of a second factor"},
                          Case{"[console.oidc]\nisuer = \"https://login.example\"\nclient_id = \"heed\"\n", "did you mean \"issuer\"?"},
                          Case{"[console]\nport = 0\n[console.oidc]\nissuer = \"https://login.example\"\nclient_id = \"heed\"\n", "one fixed address"}}) {
    const auto reading = Reading(std::string(kSchool) + one.lines);
    EXPECT_FALSE(reading.config) << one.told;
    EXPECT_THAT(Told(reading), HasSubstr(one.told));
    EXPECT_THAT(Told(reading), HasSubstr("heed.toml:"));
  }
}

TEST(Config, WhatWeakensSchoolAccountsIsAdvisedAgainst) {
  EXPECT_THAT(ToString(Reading(std::string(kSchool) + std::string(kService) + "trust_mail = true\n", WithSecret).advice), HasSubstr("can come in as the person it belongs to"));
  EXPECT_THAT(ToString(Reading(std::string(kSchool) + "[console]\nsecond_factor = false\n[console.oidc]\nissuer = \"https://login.example\"\nclient_id = \"heed\"\n").advice),
              ::testing::AllOf(HasSubstr("neither heed nor the sign-in service"), HasSubstr("client_secret_file")));
}

}  // namespace
}  // namespace heed
