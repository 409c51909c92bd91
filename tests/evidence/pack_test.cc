// Packs as people without heed open them: read by unzip, sha256sum, sha512sum, openssl, python, pdftotext and qpdf.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "src/base/csv.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/evidence/mask.h"
#include "src/evidence/report.h"
#include "src/evidence/verify.h"
#include "tests/evidence/kit.h"
#include "tests/evidence/strict_bag.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Pack, IsAZipThatCommonToolsReadAndCheck) {
  Kit kit;
  kit.Make(kit.Request({1, 2, 3, 4}));
  const Shell test = InShell("unzip -t pack.zip", kit.folder().path());
  EXPECT_EQ(test.code, 0) << test.out;
  const std::string bag = kit.Unpack("pack.zip", "out");
  for (const char* check : {"sha256sum -c --strict manifest-sha256.txt", "sha512sum -c --strict manifest-sha512.txt", "sha256sum -c --strict tagmanifest-sha256.txt",
                            "sha512sum -c --strict tagmanifest-sha512.txt"}) {
    const Shell sums = InShell(check, bag);
    EXPECT_EQ(sums.code, 0) << check << "\n" << sums.out;
  }
}

TEST(Pack, IsABagByTheLetterOfTheStandard) {
  Kit kit;
  kit.Make(kit.Request({1, 2, 3, 4}));
  auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  EXPECT_THAT(BagFaults(files), IsEmpty());
  files["data/cases.csv"] += "x";
  EXPECT_THAT(BagFaults(files), Not(IsEmpty())) << "the strict reader reads nothing";
}

TEST(Pack, IsSignedSoThatOpenSslCanTell) {
  if (!Have("openssl")) GTEST_SKIP() << "openssl is not installed: there is no time-stamp authority to ask";
  Kit kit;
  const PackMade made = kit.Make(kit.Request({1}));
  const std::string bag = kit.Unpack("pack.zip", "out");
  const std::string verify = "openssl pkeyutl -verify -pubin -inkey signature/public-key.pem -rawin -in tagmanifest-sha512.txt -sigfile signature/tagmanifest-sha512.sig";
  EXPECT_EQ(InShell(verify, bag).code, 0) << InShell(verify, bag).out;
  EXPECT_THAT(InShell("openssl pkey -pubin -in signature/public-key.pem -outform DER | sha256sum", bag).out, HasSubstr(made.fingerprint));
  InShell("echo >> tagmanifest-sha512.txt", bag);
  EXPECT_NE(InShell(verify, bag).code, 0);
}

// The steps in README.txt are what a solicitor's expert will type.
TEST(Pack, TellsHowToRecomputeTheChainAndThatWorks) {
  if (!Have("python3")) GTEST_SKIP() << "python3 is not installed";
  Kit kit;
  for (const auto kind : {PackKind::kEvidence, PackKind::kWorking}) {
    PackRequest request = kit.Request({2, 4}, std::string(ToString(kind)) + ".zip");
    request.kind = kind;
    kit.Make(request);
    const std::string bag = kit.Unpack(std::string(ToString(kind)) + ".zip", ToString(kind));
    const std::string readme = ReadFile(bag + "/README.txt").value();
    const auto from = readme.find("python3 - <<'END'"), to = readme.find("\nEND\n", from);
    ASSERT_NE(to, std::string::npos);
    const std::string script = readme.substr(from, to + 5 - from);
    const Shell good = InShell(script, bag);
    EXPECT_EQ(good.code, 0) << good.out;
    EXPECT_THAT(good.out, HasSubstr("the chain holds"));
    const std::string events = ReadFile(bag + "/data/chain/events.jsonl").value();
    std::string changed = events;
    changed.replace(changed.find("oakmoor") == std::string::npos ? changed.find("heed") : changed.find("oakmoor"), 4, "xxxx");
    ASSERT_TRUE(WriteFile(bag + "/data/chain/events.jsonl", changed));
    EXPECT_NE(InShell(script, bag).code, 0);
  }
}

TEST(Pack, OfTheSameCasesIsTheSameFile) {
  Kit kit;
  kit.Make(kit.Request({1, 2, 3}, "one.zip"));
  kit.Make(kit.Request({3, 2, 1, 1}, "two.zip"));
  EXPECT_EQ(ReadFile(kit / "one.zip").value(), ReadFile(kit / "two.zip").value());
  const auto report = VerifyPack(kit / "one.zip", {});
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->cases, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(Pack, LeavesNothingBesideItAndOnlyItsOwnerMayRead) {
  Kit kit;
  kit.Make(kit.Request({1}));
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kit.folder().path())) names.insert(entry.path().filename().string());
  EXPECT_EQ(names, (std::set<std::string>{"keys", "pack.zip", "store"}));
  struct stat info {};
  for (const auto& file : {kit / "pack.zip", kit / "keys/signing.key"}) {
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << file;
  }
}

TEST(Pack, NamesTheCaseThatIsNotThere) {
  Kit kit;
  const auto made = MakePack(kit.store(), kit.Request({1, 99}));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault(), Fault::kNotFound);
  EXPECT_THAT(made.error().message(), HasSubstr("case 99"));
  EXPECT_FALSE(Exists(kit / "pack.zip"));
}

TEST(Pack, KeepsTheWordsAsTheyWereAndEveryVersion) {
  Kit kit;
  kit.Make(kit.Request({1, 2, 3, 4}));
  auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  for (std::size_t n = 1; n <= 4; ++n) EXPECT_THAT(files["data/items/" + std::to_string(n) + "/words-1.txt"], HasSubstr(kWords[n - 1]));
  EXPECT_THAT(files["data/items/2/words-2.txt"], HasSubstr("edited"));
  JsonParser parser;
  for (const auto& [name, bytes] : files)
    if (name.ends_with(".json")) EXPECT_TRUE(parser.Parse(bytes)) << name;
}

TEST(Pack, EscapesEveryWordOfAStranger) {
  Kit kit;
  kit.Make(kit.Request({1, 2, 3, 4}));
  auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  const std::string& html = files["data/report.html"];
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("\xE2\x80\xAE"))) << "a character that turns the direction of what follows";
  EXPECT_THAT(html, HasSubstr("[U+202E]"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(Pack, WritesNoCellThatASpreadsheetWouldRun) {
  for (const char* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\"=1", "\xEF\xBC\x9D" "1+1", "|cmd", "\r=1"}) {
    const std::string cell = CsvCell(formula);
    EXPECT_TRUE(cell.starts_with("'") || cell.starts_with("\"'")) << cell;
  }
  EXPECT_EQ(CsvCell("plain"), "plain");
  EXPECT_EQ(CsvCell("a \"b\", c"), "\"a \"\"b\"\", c\"");
  EXPECT_EQ(CsvCell(""), "");
  Kit kit;
  kit.Make(kit.Request({2}));
  auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  EXPECT_THAT(files["data/items/2/words-1.txt"], HasSubstr("=HYPERLINK"));
  EXPECT_THAT(files["data/cases.csv"], Not(HasSubstr(",=HYPER")));
}

TEST(Pack, SaysThatItHasNoTimeStampAndNoPdf) {
  Kit kit;
  const PackMade made = kit.Make(kit.Request({1}));
  auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  EXPECT_THAT(files["timestamps/status.txt"], HasSubstr("Not time-stamped yet"));
  EXPECT_TRUE(files.contains("data/report-pdf-missing.txt"));
  EXPECT_EQ(made.notes.size(), 2u);
}

// Promise 8: a pack says what it proves and what it does not.
TEST(Pack, SaysWhatItProvesAndWhatItDoesNot) {
  Kit kit;
  kit.Make(kit.Request({1}));
  const auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  const std::string words = files.at("data/what-this-proves.txt");
  const auto proves = words.find("What it proves\n"), not_proves = words.find("What it does not prove\n");
  ASSERT_NE(proves, std::string::npos);
  ASSERT_NE(not_proves, std::string::npos);
  EXPECT_LT(proves, not_proves);
  for (const char* limit : {"Who wrote a post.", "true or false", "page people saw", "never read", "clock of this installation", "not tampered with before"}) EXPECT_GT(words.find(limit), not_proves) << limit;
  EXPECT_THAT(files.at("data/report.html"), HasSubstr("What it does not prove"));
}

TEST(Pack, WorkingCopiesNameNobodyAndSayWhatWasMasked) {
  Kit kit(5);
  PackRequest request = kit.Request({1, 5});
  request.kind = PackKind::kWorking;
  request.names_to_mask = {"Brackwell Fold"};
  kit.Make(request);
  auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  for (const auto& [name, bytes] : files)
    for (const char* person : {"crow", "Crow", "acct-", "Jake", "Holt", "Penhallow", "brackwellmum", "home.example", "960 123", "BD1 1AA", "social.example/", "\"salt\":"})
      EXPECT_THAT(bytes, Not(HasSubstr(person))) << name;
  EXPECT_THAT(files["data/items/5/words-1.txt"], HasSubstr("my son [name of a child or relative] at Oakmoor School was hit by Mr [name after a title], ask [handle] or [e-mail address]"));
  JsonParser parser;
  const auto masks = parser.Parse(files["data/masks.json"]);
  ASSERT_TRUE(masks);
  EXPECT_GE((*masks)["by_case"]["5"]["handle"].Int().value_or(0), 1);
  EXPECT_FALSE(files.contains("data/items/5/post-1.json"));
  EXPECT_THAT(files["data/what-this-proves.txt"], HasSubstr("WORKING COPY"));
  const auto report = VerifyPack(kit / "pack.zip", {});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok()) << report->faults[0].file << report->faults[0].what;
}

TEST(Pack, MasksWhatIsOnTheListAndLeavesOtherWordsAlone) {
  Masker masker({"Ada Quill", "Tom"});
  EXPECT_EQ(masker.Text("ADA QUILL and tom, not Tomlinson or Atom"), "[name from the list] and [name from the list], not Tomlinson or Atom");
  EXPECT_EQ(masker.Text("The headteacher is useless and the school failed 2026 pupils"), "The headteacher is useless and the school failed 2026 pupils");
  masker.SetAuthor("crow.example", "Night \xC3\x89toile");
  EXPECT_EQ(masker.Text("i am Night \xC3\x89toile"), "i am [author]");
  // No text makes it fail or lose what is not masked.
  EXPECT_EQ(masker.Text("@ @@ +44 \xFF\xFE mr. "), "@ @@ +44 \xFF\xFE mr. ");
}

TEST(Pack, HasAPdfThatAnybodyReads) {
  if (!Have("weasyprint") || !Have("qpdf") || !Have("pdftotext")) GTEST_SKIP() << "weasyprint, qpdf and pdftotext are not all installed";
  Kit kit;
  PackRequest request = kit.Request({1, 3, 4}, "one.zip");
  request.pdf = PackRequest::Pdf::kAlways;
  const PackMade made = kit.Make(request);
  const std::string bag = kit.Unpack("one.zip", "out");
  const Shell check = InShell("qpdf --check data/report.pdf", bag);
  EXPECT_EQ(check.code, 0) << check.out;
  const Shell text = InShell("pdftotext -layout data/report.pdf -", bag);
  for (const std::string& words : {std::string("page 1 of "), "heed pack " + made.id, std::string("\xC5\xB5\xC5\xB7 dysgu Cymraeg"), std::string("\xE4\xB8\xAD\xE6\x96\x87"), std::string("[U+202E]")})
    EXPECT_THAT(text.out, HasSubstr(words));
  EXPECT_THAT(InShell("pdffonts data/report.pdf", bag).out, Not(HasSubstr(" no "))) << "a font is not embedded";
  EXPECT_THAT(ReadFile(bag + "/data/report.pdf").value(), HasSubstr("pdfaid:part"));
  request.output = kit / "two.zip";
  kit.Make(request);
  EXPECT_EQ(ReadFile(kit / "one.zip").value(), ReadFile(kit / "two.zip").value());
}

// strict_pdf.py reads the standard's rules out of the file and its fonts; each damage shows that it looks.
TEST(Pack, HasAPdfThatKeepsToPdfA) {
  const std::string reader = "/usr/bin/python3 " HEED_SOURCE_DIR "/tests/evidence/strict_pdf.py ";
  if (!Have("weasyprint") || !Have("qpdf") || InShell("/usr/bin/python3 -c 'import fontTools'", "/").code != 0) GTEST_SKIP() << "weasyprint, qpdf and Debian's python3-fonttools are not all installed";
  Kit kit;
  PackRequest request = kit.Request({1, 2, 3, 4});
  request.pdf = PackRequest::Pdf::kAlways;
  kit.Make(request);
  const std::string bag = kit.Unpack("pack.zip", "out");
  const Shell faults = InShell(reader + "data/report.pdf", bag);
  EXPECT_EQ(faults.code, 0) << faults.out;
  EXPECT_EQ(faults.out, "");
  for (const std::string damage : {"no-intent", "no-metadata", "script", "hidden-link", "no-font-file", "wrong-width", "no-cid-map", "notdef", "encrypted", "embedded-file", "cmyk"})
    EXPECT_THAT(InShell(reader + "data/report.pdf " + damage, bag).out, HasSubstr("6.")) << damage << " was not seen";
}

TEST(Pack, RefusesASigningKeyThatOthersCanRead) {
  Kit kit;
  kit.Request({1});
  ::chmod((kit / "keys/signing.key").c_str(), 0644);
  const auto key = OpenSigningKey(kit / "keys");
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().message(), HasSubstr("chmod 600"));
}

}  // namespace
}  // namespace heed
