// Whatever is done to a pack, verify says that something is wrong and names it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>

#include "src/base/file.h"
#include "src/base/seal.h"
#include "src/evidence/sealed.h"
#include "src/evidence/verify.h"
#include "src/evidence/zip.h"
#include "tests/evidence/kit.h"

namespace heed {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

bool Names(const PackReport& report, const std::string& file) {
  return std::any_of(report.faults.begin(), report.faults.end(), [&](const PackFault& fault) { return fault.file == file; });
}

// One pack, unpacked, for all the mutations; put back after each.
class Mutations : public ::testing::Test {
 protected:
  Mutations() : kit_(4) {
    kit_.Make(kit_.Request({1, 2, 4}));
    bag_ = kit_.Unpack("pack.zip", "out");
    for (const auto& [name, bytes] : ReadTree(bag_)) names_.push_back(name), files_[name] = bytes;
  }
  PackReport Verify() {
    auto report = VerifyPack(bag_, {});
    EXPECT_TRUE(report) << report.error().message();
    return report ? *report : PackReport{};
  }
  void Put(const std::string& name, const std::string& bytes) {
    fs::create_directories(fs::path(bag_ + "/" + name).parent_path());
    std::ofstream(bag_ + "/" + name, std::ios::binary) << bytes;  // not synced: thousands of them
  }
  const std::string& Pick() { return names_[dice_() % names_.size()]; }

  Kit kit_;
  std::string bag_;
  std::vector<std::string> names_;
  std::map<std::string, std::string> files_;
  std::mt19937 dice_{20261102};
};

TEST_F(Mutations, ThereAreNoneInWhatWasMade) {
  const PackReport report = Verify();
  EXPECT_TRUE(report.ok()) << report.faults[0].file << ": " << report.faults[0].what;
  EXPECT_EQ(report.cases.size(), 3u);
  const auto zip = VerifyPack(kit_ / "pack.zip", {});
  ASSERT_TRUE(zip) << zip.error().message();
  EXPECT_TRUE(zip->ok());
  EXPECT_EQ(zip->id, report.id);
  const auto around = VerifyPack(kit_ / "out", {});
  ASSERT_TRUE(around);
  EXPECT_TRUE(around->ok());
}

TEST_F(Mutations, OfAnyByteAreFoundInItsFile) {
  for (int round = 0; round < 1500; ++round) {
    const std::string& name = Pick();
    std::string bytes = files_[name];
    if (bytes.empty()) continue;
    const std::size_t at = dice_() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice_() % 8));
    Put(name, bytes);
    const PackReport report = Verify();
    // A changed list of digests is told of as such; what it lists is then told of too.
    ASSERT_TRUE(Names(report, name) || (name.starts_with("tagmanifest-") && Names(report, "signature/" + name.substr(0, name.size() - 4) + ".sig"))) << name << " at " << at;
    Put(name, files_[name]);
  }
  EXPECT_TRUE(Verify().ok());
}

TEST_F(Mutations, ThatShortenOrLengthenAFileAreFound) {
  for (int round = 0; round < 400; ++round) {
    const std::string& name = Pick();
    std::string bytes = files_[name];
    if (round % 2 == 0 && !bytes.empty()) bytes.resize(dice_() % bytes.size());
    else bytes.insert(dice_() % (bytes.size() + 1), "\n");
    Put(name, bytes);
    ASSERT_FALSE(Verify().ok()) << name;
    Put(name, files_[name]);
  }
}

TEST_F(Mutations, ThatRemoveAddOrRenameAFileAreFound) {
  for (const auto& name : names_) {
    SCOPED_TRACE(name);
    fs::remove(bag_ + "/" + name);
    ASSERT_TRUE(Names(Verify(), name)) << "removed";
    const std::string other = name.substr(0, name.rfind('/') + 1) + "renamed";
    Put(other, files_[name]);
    const PackReport renamed = Verify();
    ASSERT_TRUE(Names(renamed, name) && Names(renamed, other)) << "renamed";
    Put(name, files_[name]);
    ASSERT_TRUE(Names(Verify(), other)) << "added";
    fs::remove(bag_ + "/" + other);
  }
  EXPECT_TRUE(Verify().ok());
}

TEST_F(Mutations, ThatSwapTwoFilesAreFound) {
  for (int round = 0; round < 300; ++round) {
    const std::string &one = Pick(), &two = Pick();
    if (files_[one] == files_[two]) continue;
    Put(one, files_[two]);
    Put(two, files_[one]);
    const PackReport report = Verify();
    ASSERT_FALSE(report.ok()) << one << " " << two;
    Put(one, files_[one]);
    Put(two, files_[two]);
  }
}

// Everything consistent again but for the signature, which only the installation's key can make.
TEST_F(Mutations, ByWhoeverCanComputeDigestsFailAtTheSignature) {
  if (!Have("sha256sum")) GTEST_SKIP() << "sha256sum is not installed";
  Put("data/items/1/words-1.txt", "something else altogether");
  const Shell shell = InShell(
      "for a in 256 512; do find data -type f | LC_ALL=C sort | xargs sha${a}sum > manifest-sha$a.txt; done\n"
      "octets=$(find data -type f -printf '%s\\n' | awk '{s+=$1} END {print s}'); files=$(find data -type f | wc -l)\n"
      "sed -i \"s/^Payload-Oxum: .*/Payload-Oxum: $octets.$files/\" bag-info.txt\n"
      "for a in 256 512; do awk '{print $2}' tagmanifest-sha$a.txt | xargs sha${a}sum > t && mv t tagmanifest-sha$a.txt; done",
      bag_);
  ASSERT_EQ(shell.code, 0) << shell.out;
  const PackReport report = Verify();
  ASSERT_EQ(report.faults.size(), 2u) << report.faults[0].file << report.faults[0].what;
  for (const auto& fault : report.faults) EXPECT_THAT(fault.file, HasSubstr("signature/tagmanifest-sha"));
}

TEST_F(Mutations, SignedWithAnotherKeyAreFoundByTheFingerprint) {
  const std::string fingerprint = Verify().fingerprint;
  EXPECT_EQ(fingerprint.size(), 64u);
  auto report = VerifyPack(bag_, {.certificates = "", .key = std::string(64, '0')});
  ASSERT_TRUE(report);
  EXPECT_TRUE(Names(*report, "signature/public-key.pem"));
  report = VerifyPack(bag_, {.certificates = "", .key = fingerprint});
  EXPECT_TRUE(report->ok());
}

// The zip around it: a changed byte is either found, or changes nothing that anybody unpacks.
TEST_F(Mutations, OfAnyByteOfTheZipAreFoundOrMeanNothing) {
  const std::string zip = ReadFile(kit_ / "pack.zip").value();
  int found = 0;
  for (int round = 0; round < 1200; ++round) {
    std::string bytes = zip;
    // Half of them near the end, where the table of contents is.
    const std::size_t at = round % 2 == 0 ? dice_() % bytes.size() : bytes.size() - 1 - dice_() % std::min<std::size_t>(bytes.size(), 6000);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice_() % 8));
    ASSERT_TRUE(WriteFile(kit_ / "changed.zip", bytes));
    const auto report = VerifyPack(kit_ / "changed.zip", {});
    if (!report || !report->ok()) {
      ++found;
      continue;
    }
    std::map<std::string, std::string> unpacked;
    ASSERT_TRUE(WalkZip(kit_ / "changed.zip", {}, [&](const FoundFile& file, const auto& next) -> Done {
      std::string& content = unpacked[file.name.substr(file.name.find('/') + 1)];
      for (;;) {
        const std::string_view chunk = HEED_TRY(next());
        if (chunk.empty()) return {};
        content += chunk;
      }
    }));
    ASSERT_EQ(unpacked, files_) << "byte " << at;
  }
  EXPECT_GT(found, 600);
}

TEST_F(Mutations, OfAZipCutShortAreFound) {
  const std::string zip = ReadFile(kit_ / "pack.zip").value();
  for (int round = 0; round < 100; ++round) {
    ASSERT_TRUE(WriteFile(kit_ / "cut.zip", zip.substr(0, dice_() % zip.size())));
    EXPECT_FALSE(VerifyPack(kit_ / "cut.zip", {}));
  }
}

// Zips made by somebody else, to do harm.
struct Harmful {
  const char* what;
  const char* python;  // adds to z, a zipfile.ZipFile
  const char* says;
};

TEST(HarmfulZip, IsRefusedBeforeAnythingOfItIsUsed) {
  if (!Have("python3")) GTEST_SKIP() << "python3 is not installed";
  const std::vector<Harmful> cases = {
      {"a path upwards", "z.writestr('bag/../../evil', 'x')", "could do harm"},
      {"an absolute path", "z.writestr('/etc/evil', 'x')", "could do harm"},
      {"a path of another system", "z.writestr('bag\\\\..\\\\evil', 'x')", "could do harm"},
      {"a drive", "z.writestr('C:evil', 'x')", "could do harm"},
      {"a name past ASCII", "z.writestr('bag/e\\u0301', 'x')", "could do harm"},
      {"a name that ends with a dot", "z.writestr('bag/evil.', 'x')", "could do harm"},
      {"a folder", "z.writestr('bag/folder/', '')", "could do harm"},
      {"a link", "i = zipfile.ZipInfo('bag/link'); i.create_system = 3; i.external_attr = 0o120777 << 16; z.writestr(i, '/etc/passwd')", "is a link"},
      {"a name twice", "z.writestr('bag/a', 'x'); z.writestr('bag/a', 'y')", "is there twice"},
      {"a name twice but for case", "z.writestr('bag/a', 'x'); z.writestr('bag/A', 'y')", "is there twice"},
      {"a bomb", "z.writestr('bag/bomb', b'\\0' * (64 << 20), zipfile.ZIP_DEFLATED)", "bomb"},
      {"a comment", "z.writestr('bag/a', 'x'); z.comment = b'hello'", "behind its end"},
      {"another packing", "z.writestr('bag/a', 'x' * 1000, zipfile.ZIP_BZIP2)", "packed in a way"},
  };
  const TempFolder folder;
  for (const auto& harmful : cases) {
    SCOPED_TRACE(harmful.what);
    const Shell made = InShell("python3 -W ignore - <<'END'\nimport zipfile\nz = zipfile.ZipFile('evil.zip', 'w')\n" + std::string(harmful.python) + "\nz.close()\nEND", folder.path());
    ASSERT_EQ(made.code, 0) << made.out;
    bool used = false;
    const auto walked = WalkZip(folder / "evil.zip", {}, [&](const FoundFile& file, const auto&) -> Done {
      used = used || file.name != "bag/bomb";
      return {};
    });
    ASSERT_FALSE(walked);
    EXPECT_THAT(walked.error().message(), HasSubstr(harmful.says));
    EXPECT_FALSE(VerifyPack(folder / "evil.zip", {}));
  }
}

TEST(HarmfulZip, HoldsNothingItsTableOfContentsDoesNotTellOf) {
  Kit kit(1);
  kit.Make(kit.Request({1}));
  const std::string zip = ReadFile(kit / "pack.zip").value();
  for (const std::string& changed : {"MZ" + zip, zip + "x", zip.substr(0, 4) + "\xFF" + zip.substr(5)}) {
    ASSERT_TRUE(WriteFile(kit / "changed.zip", changed));
    EXPECT_FALSE(VerifyPack(kit / "changed.zip", {}));
  }
  // Another name in front of the content than in the table: two programs would show two different things.
  std::string renamed = zip;
  const auto at = renamed.find("cases.csv");
  renamed.replace(at, 9, "cases.exe");
  ASSERT_TRUE(WriteFile(kit / "changed.zip", renamed));
  const auto report = VerifyPack(kit / "changed.zip", {});
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message(), HasSubstr("another name"));
}

TEST(HarmfulZip, FoldersWithLinksInThemAreRefused) {
  Kit kit(1);
  kit.Make(kit.Request({1}));
  const std::string bag = kit.Unpack("pack.zip", "out");
  fs::create_symlink("/etc/passwd", bag + "/data/link");
  const auto report = VerifyPack(bag, {});
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message(), HasSubstr("is a link"));
}

// Millions of lines that cannot be read took hours, each compared with all the faults there were.
TEST(HarmfulPack, IsLookedThroughInTheLengthOfItsManifests) {
  const TempFolder bag;
  std::string lines;
  for (int i = 0; i < 2'000'000; ++i) lines += "x\n";
  std::ofstream(bag / "bagit.txt") << "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
  std::ofstream(bag / "manifest-sha256.txt") << lines;
  const auto start = std::chrono::steady_clock::now();
  const auto report = VerifyPack(bag.path(), {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->faults.size(), 10'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{20});
}

// Files of 64 MB each were held in memory, however many there were.
TEST(HarmfulPack, IsNotHeldInMemoryWhole) {
  const TempFolder bag;
  std::ofstream(bag / "bagit.txt") << "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
  for (int i = 0; i < 5; ++i) {
    const std::string file = bag / ("tag-" + std::to_string(i) + ".txt");
    std::ofstream(file) << "x";
    fs::resize_file(file, 60 << 20);
  }
  const auto report = VerifyPack(bag.path(), {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().fault(), Fault::kTooLarge) << report.error().message();
}

TEST(Sealed, OpensWithThePassphraseAndWithNothingElse) {
  Kit kit(1);
  kit.Make(kit.Request({1}));
  ASSERT_TRUE(SealFile(kit / "pack.zip", kit / "sealed", "correct horse battery", "A. Solicitor"));
  EXPECT_TRUE(IsSealed(kit / "sealed"));
  EXPECT_FALSE(IsSealed(kit / "pack.zip"));
  const auto opened = OpenSealedFile(kit / "sealed", kit / "opened.zip", "correct horse battery");
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(*opened, "A. Solicitor");
  EXPECT_EQ(ReadFile(kit / "opened.zip").value(), ReadFile(kit / "pack.zip").value());
  const auto wrong = OpenSealedFile(kit / "sealed", kit / "wrong.zip", "correct horse batterx");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().fault(), Fault::kDenied);
  EXPECT_FALSE(Exists(kit / "wrong.zip"));
  // Changed, cut short, lengthened, or for somebody else.
  const std::string sealed = ReadFile(kit / "sealed").value();
  std::string changed = sealed;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  std::string renamed = sealed;
  renamed.replace(renamed.find("A. Solicitor"), 12, "B. Solicitor");
  for (const std::string& bad : {changed, sealed.substr(0, sealed.size() - 20), sealed + "x", renamed, std::string("heed-sealed-1\n{}\n")}) {
    ASSERT_TRUE(WriteFile(kit / "bad", bad));
    EXPECT_FALSE(OpenSealedFile(kit / "bad", kit / "out.zip", "correct horse battery"));
    EXPECT_FALSE(Exists(kit / "out.zip"));
  }
}

}  // namespace
}  // namespace heed
