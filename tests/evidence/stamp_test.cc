// Time stamps by an authority that the test runs with OpenSSL, and checked by it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/seal.h"
#include "src/evidence/stamp.h"
#include "src/evidence/tags.h"
#include "src/evidence/verify.h"
#include "tests/fakes/authority.h"
#include "tests/evidence/kit.h"
#include "tests/fakes/http_server.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

std::string Raw(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

class Stamps : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Have("openssl")) GTEST_SKIP() << "openssl is not installed: there is no time-stamp authority to ask";
    authority_ = std::make_unique<Authority>();
    server_.Route("/tsa", [this](const SeenRequest& request) { return Answer::Of("application/timestamp-reply", authority_->Reply(request.body)); });
  }
  HttpClient http_{HttpClient::Options{}};
  HttpServer server_;
  std::unique_ptr<Authority> authority_;
};

TEST_F(Stamps, AreAskedForCheckedAndGoodForOpenSsl) {
  const std::string digest = Raw(Sha256("content"));
  const auto answered = AskForStamp(http_, server_.Url("/tsa"), digest, authority_->certificates());
  ASSERT_TRUE(answered) << answered.error().message();
  EXPECT_THAT(answered->stamp.authority, HasSubstr("Oakmoor Test Authority"));
  EXPECT_EQ(answered->stamp.not_trusted, "");
  EXPECT_LT(std::chrono::abs(answered->stamp.at - SystemClock{}.Now()), minutes{5});
  const auto requests = server_.requests();
  EXPECT_EQ(requests[0].Header("content-type"), "application/timestamp-query");
  ASSERT_TRUE(WriteFile(authority_->folder() / "answer.tsr", answered->answer));
  const Shell verify = InShell("openssl ts -verify -digest " + Hex(digest) + " -in answer.tsr -CAfile ca.pem", authority_->folder().path());
  EXPECT_EQ(verify.code, 0) << verify.out;
}

TEST_F(Stamps, OfAnAuthorityNobodyTrustsAreIntactAndSaidToBeUntrusted) {
  const Authority other;
  const std::string digest = Raw(Sha256("content"));
  EXPECT_FALSE(AskForStamp(http_, server_.Url("/tsa"), digest, other.certificates()));
  const auto answered = AskForStamp(http_, server_.Url("/tsa"), digest, "");
  ASSERT_TRUE(answered) << answered.error().message();
  EXPECT_NE(answered->stamp.not_trusted, "");
  const auto checked = CheckStamp(answered->answer, digest, other.certificates());
  ASSERT_TRUE(checked);
  EXPECT_NE(checked->not_trusted, "");
}

TEST_F(Stamps, OfSomethingElseAreNone) {
  const std::string digest = Raw(Sha256("content"));
  const auto answered = AskForStamp(http_, server_.Url("/tsa"), digest, "");
  ASSERT_TRUE(answered);
  EXPECT_FALSE(CheckStamp(answered->answer, Raw(Sha256("another")), ""));
  EXPECT_FALSE(CheckStamp(answered->answer + "x", digest, ""));
  EXPECT_FALSE(CheckStamp("", digest, ""));
}

TEST_F(Stamps, WithAnyByteChangedHoldOrAreRefusedButNeverTrustedForAnotherDigest) {
  const std::string digest = Raw(Sha256("content"));
  const auto answered = AskForStamp(http_, server_.Url("/tsa"), digest, authority_->certificates());
  ASSERT_TRUE(answered);
  int refused = 0;
  for (std::size_t at = 0; at < answered->answer.size(); at += 3) {
    std::string changed = answered->answer;
    changed[at] = static_cast<char>(changed[at] ^ 0x21);
    const auto stamp = CheckStamp(changed, digest, authority_->certificates());
    if (!stamp || !stamp->not_trusted.empty()) ++refused;
    else EXPECT_EQ(stamp->at, answered->stamp.at) << at;
  }
  EXPECT_GT(refused, 0);
}

TEST_F(Stamps, OldAnswersAndRefusalsAreToldApart) {
  const std::string digest = Raw(Sha256("content"));
  const auto first = AskForStamp(http_, server_.Url("/tsa"), digest, "");
  ASSERT_TRUE(first);
  server_.Next(Answer::Of("application/timestamp-reply", first->answer));  // an answer to an earlier question
  const auto replayed = AskForStamp(http_, server_.Url("/tsa"), digest, "");
  ASSERT_FALSE(replayed);
  EXPECT_THAT(replayed.error().message(), HasSubstr("another question"));
  server_.Next(Answer::Status(503));
  EXPECT_EQ(AskForStamp(http_, server_.Url("/tsa"), digest, "").error().fault(), Fault::kUnavailable);
  server_.Next(Answer::Status(403));
  EXPECT_EQ(AskForStamp(http_, server_.Url("/tsa"), digest, "").error().fault(), Fault::kDenied);
  server_.Next(Answer::Of("text/html", "<html>hello</html>"));
  EXPECT_EQ(AskForStamp(http_, server_.Url("/tsa"), digest, "").error().fault(), Fault::kMalformed);
  server_.Next(Answer::Of("application/timestamp-reply", std::string("\x30\x05\x30\x03\x02\x01\x02", 7)));  // status: rejection
  EXPECT_EQ(AskForStamp(http_, server_.Url("/tsa"), digest, "").error().fault(), Fault::kMalformed);
}

TEST_F(Stamps, StandInPacksAndAreCheckedThere) {
  Kit kit(1);
  PackRequest request = kit.Request({1});
  request.stamp = [&](std::string_view digest) {
    Stamped stamped{.found = {}, .asked = true};
    for (int i = 0; i < 2; ++i) stamped.found.push_back({server_.Url("/tsa"), AskForStamp(http_, server_.Url("/tsa"), digest, "").value()});
    return stamped;
  };
  EXPECT_EQ(kit.Make(request).stamps, 2u);
  const std::string bag = kit.Unpack("pack.zip", "out");
  const Shell verify = InShell("openssl ts -verify -data manifest-sha512.txt -in timestamps/2.tsr -CAfile " + authority_->certificates(), bag);
  EXPECT_EQ(verify.code, 0) << verify.out;
  auto report = VerifyPack(kit / "pack.zip", {.certificates = authority_->certificates(), .key = ""});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok());
  ASSERT_EQ(report->stamps.size(), 2u);
  EXPECT_EQ(report->stamps[0].stamp.not_trusted, "");
  EXPECT_TRUE(report->notes.empty());
  report = VerifyPack(kit / "pack.zip", {});
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->notes.size(), 2u) << "not trusted here, twice";
}

TEST_F(Stamps, ThatNobodyAnsweredIsSaid) {
  Kit kit(1);
  PackRequest request = kit.Request({1});
  request.stamp = [](std::string_view) { return Stamped{.found = {}, .asked = true}; };
  EXPECT_THAT(kit.Make(request).notes, ::testing::Contains(HasSubstr("no authority answered")));
  EXPECT_TRUE(VerifyPack(kit / "pack.zip", {})->ok());
}

// A pack made while no authority answered is stamped later: the same content, and openssl agrees.
TEST_F(Stamps, AreAddedToAPackThatWasMadeWithout) {
  Kit kit;
  PackRequest request = kit.Request({1, 2});
  request.stamp = [](std::string_view) { return Stamped{.found = {}, .asked = true}; };
  const PackMade made = kit.Make(request);
  EXPECT_EQ(made.stamps, 0u);
  EXPECT_THAT(made.notes.back(), HasSubstr("heed stamp"));
  const auto ask = [&](std::string_view digest) {
    Stamped stamped{.found = {}, .asked = true};
    if (auto answered = AskForStamp(http_, server_.Url("/tsa"), digest, authority_->certificates())) stamped.found.push_back({server_.Url("/tsa"), *std::move(answered)});
    return stamped;
  };
  const auto away = AddStamps(kit / "pack.zip", kit / "none.zip", request.key, authority_->certificates(), [](std::string_view) { return Stamped{}; });
  EXPECT_EQ(away.error().fault(), Fault::kUnavailable);
  EXPECT_FALSE(Exists(kit / "none.zip"));
  const auto added = AddStamps(kit / "pack.zip", kit / "stamped.zip", request.key, authority_->certificates(), ask);
  ASSERT_TRUE(added) << added.error().message();
  EXPECT_EQ(added->stamps, 1u);
  const auto again = AddStamps(kit / "stamped.zip", kit / "twice.zip", request.key, authority_->certificates(), ask);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->stamps, 2u);
  const auto report = VerifyPack(kit / "twice.zip", {.certificates = authority_->certificates(), .key = made.fingerprint});
  ASSERT_TRUE(report);
  for (const auto& fault : report->faults) ADD_FAILURE() << fault.file << " " << fault.what;
  EXPECT_EQ(report->stamps.size(), 2u);
  const auto before = ReadTree(kit.Unpack("pack.zip", "before")), after = ReadTree(kit.Unpack("twice.zip", "after"));
  for (const auto& [name, bytes] : before)
    if (name.starts_with("data/") || name.starts_with("manifest-") || name == "README.txt") EXPECT_EQ(after.at(name), bytes) << name;
  EXPECT_THAT(after.at("timestamps/status.txt"), HasSubstr("added after the pack was made"));
  const Shell openssl = InShell("openssl ts -verify -data manifest-sha512.txt -in timestamps/1.tsr -CAfile " + authority_->certificates(), kit / "after/heed-pack-" + made.id);
  EXPECT_EQ(openssl.code, 0) << openssl.out;
  // Another installation's key stamps nothing, and a pack that was changed is not made to look whole.
  EXPECT_EQ(AddStamps(kit / "pack.zip", kit / "x.zip", *OpenSigningKey(kit / "other"), "", ask).error().fault(), Fault::kInvalid);
}

}  // namespace
}  // namespace heed
