// Captures: which part of a page is the post, what is kept of an exchange, and how staff's own files are taken.
#include "src/evidence/capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/evidence/verify.h"
#include "src/evidence/warc.h"
#include "tests/evidence/kit.h"
#include "tests/evidence/strict_warc.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Post TheirPost() {
  Post post;
  post.platform = "mastodon";
  post.native_id = "114001";
  post.global_id = "https://social.example/users/crow/statuses/114001";
  post.permalink = "https://social.example/@crow/114001";
  post.text = "Oakmoor School teachers are all scum";
  return post;
}

const std::string kPage =
    R"([{"id":"113999","uri":"https:\/\/social.example\/users\/dove\/statuses\/113999","content":"<p>A private matter of somebody else</p>","in_reply_to":{"uri":"https://social.example/users/crow/statuses/114001"}},)"
    R"( {"id":"114001","uri":"https://social.example/users/crow/statuses/114001","content":"<p>Oakmoor School teachers are all scum</p>","account":{"id":"7","acct":"crow"}},)"
    R"( {"id":"114002","uri":"https://social.example/users/wren/statuses/114002","content":"<p>Lost my keys</p>"}])";

struct Part {
  const char* what;
  std::string page, part;
};

TEST(CaptureOfAPost, IsItsOwnPartOfThePage) {
  const std::string own = R"({"id":"114001","uri":"https://social.example/users/crow/statuses/114001","content":"<p>Oakmoor School teachers are all scum</p>","account":{"id":"7","acct":"crow"}})";
  const std::vector<Part> cases = {
      {"among others", kPage, own},
      {"alone", own, own},
      {"in an envelope", "{\"status\":" + own + ",\"id\":\"9\"}", own},
      {"with replies around it", "{\"id\":\"114001\",\"top\":" + own + ",\"replies\":[{\"id\":\"5\",\"content\":\"somebody else\"}]}", own},
      {"a number for an id", R"([{"id":114001,"text":"Oakmoor School teachers are all scum"},{"id":2}])", R"({"id":114001,"text":"Oakmoor School teachers are all scum"})"},
      {"a feed", "<rss><item><link>https://x.example/1</link></item><item><title>t</title><link>https://social.example/@crow/114001</link></item></rss>",
       "<item><title>t</title><link>https://social.example/@crow/114001</link></item>"},
      {"not there", R"([{"id":"1"}])", ""},
      {"no page at all", "nothing", ""},
      {"cut short", kPage.substr(0, 250), ""},
      {"nothing", "", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(PartOf(c.page, TheirPost()), c.part) << c.what;
}

// Property: whatever the page, the part lies within it and nothing crashes.
TEST(CaptureOfAPost, LiesWithinAnyPage) {
  std::mt19937 dice(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string page = kPage;
    for (int n = static_cast<int>(dice() % 6); n >= 0; --n) {
      const std::size_t at = dice() % page.size();
      if (dice() % 3 == 0) page.erase(at, dice() % 40);
      else page[at] = "{}[]\"\\:,<>a1"[dice() % 12];
      if (page.empty()) page = "x";
    }
    const auto part = PartOf(page, TheirPost());
    if (!part.empty()) ASSERT_TRUE(part.data() >= page.data() && part.data() + part.size() <= page.data() + page.size());
  }
  EXPECT_EQ(PartOf(std::string(100'000, '['), TheirPost()), "");
}

HttpExchange AnExchange(std::string body) {
  return {"https://social.example/api/v2/search?q=Oakmoor", "GET /api/v2/search?q=Oakmoor HTTP/1.1\r\nHost: social.example\r\nauthorization: (withheld)\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", std::move(body), "192.0.2.7", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", kStart};
}

TEST(CaptureOfAnExchange, IsWarcByTheLetterOfTheStandardAndHoldsNobodyElse) {
  const auto captured = CaptureExchange(TheirPost(), {AnExchange("{}"), AnExchange(kPage)}, "a clock");
  ASSERT_TRUE(captured);
  std::vector<std::string> faults;
  const auto records = ReadWarc(captured->bytes, faults);
  EXPECT_THAT(faults, IsEmpty());
  ASSERT_EQ(records.size(), 6u);
  EXPECT_EQ(records[1].fields.at("warc-type"), "response");
  EXPECT_EQ(records[1].fields.at("warc-ip-address"), "192.0.2.7");
  EXPECT_THAT(records[3].block, HasSubstr("body-sha256-after-decoding: " + Sha256Hex(kPage)));
  EXPECT_THAT(records[4].block, HasSubstr("teachers are all scum"));
  EXPECT_EQ(records[4].fields.at("warc-refers-to"), records[1].fields.at("warc-record-id"));
  for (const char* others : {"private matter", "Lost my keys", "dove", "wren"}) EXPECT_THAT(captured->bytes, Not(HasSubstr(others)));
  EXPECT_EQ(CheckWarc(captured->bytes).value_or(0), 6u);
  EXPECT_EQ(captured->capture.sha256, Sha256Hex(captured->bytes));
  const auto read = ReadCapture(WriteCapture(captured->capture));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->address, "https://social.example/api/v2/search?q=Oakmoor");
  EXPECT_FALSE(CaptureExchange(TheirPost(), {AnExchange("{}")}, "a clock")) << "an exchange that did not bring it";
}

TEST(CaptureOfAnExchange, ThatWasChangedIsNoWholeWarc) {
  const std::string warc = CaptureExchange(TheirPost(), {AnExchange(kPage)}, "a clock")->bytes;
  for (std::size_t cut = 0; cut < warc.size(); cut += 7) {
    const auto records = CheckWarc(warc.substr(0, cut));
    if (records) EXPECT_LT(*records, 6u);
  }
  std::string changed = warc;
  changed.replace(changed.find("scum"), 4, "good");
  EXPECT_FALSE(CheckWarc(changed));
  EXPECT_FALSE(CheckWarc(""));
}

TEST(CaptureByStaff, IsKnownByItsFirstBytes) {
  struct Known {
    std::string bytes, extension;
  };
  const std::vector<Known> cases = {{std::string("\x89PNG\r\n\x1a\n", 8) + "rest", "png"}, {"\xff\xd8\xff\xe0rest", "jpg"}, {"%PDF-1.7", "pdf"}, {"<!DOCTYPE html><p>", "html"},
                                    {"From: x\nContent-Type: multipart/related; boundary=y\n", "mhtml"}, {std::string("PK\x03\x04", 4) + "rest", "wacz"}, {"plain words", "txt"}};
  for (const auto& known : cases) {
    const auto captured = CaptureFile("evidence.exe", known.bytes, "seen on my telephone", "", std::nullopt);
    ASSERT_TRUE(captured) << known.extension;
    EXPECT_EQ(captured->capture.extension, known.extension);
  }
  EXPECT_FALSE(CaptureFile("x", std::string("MZ\x90\x00\xff\xfe", 6), "how", "", std::nullopt));
  EXPECT_FALSE(CaptureFile("x", "words", "  ", "", std::nullopt)) << "without a word on how it was made";
  EXPECT_FALSE(CaptureFile("x", "", "how", "", std::nullopt));
  EXPECT_EQ(CaptureFile("x", std::string(kMaxCapture + 1, 'x'), "how", "", std::nullopt).error().fault(), Fault::kTooLarge);
}

TEST(Captures, StandInEvidencePacksWithAStatementAndNotInWorkingCopies) {
  Kit kit(2);
  kit.Attach(1, *CaptureExchange(TheirPost(), {AnExchange(kPage)}, "a clock"), "heed");
  kit.Attach(1, *CaptureFile("/home/a/My Screenshot.png", "\x89PNG\r\n\x1a\nrest", "I saw it on my laptop and pressed Print Screen", "https://social.example/1", kStart), "a.teacher");
  kit.Make(kit.Request({1, 2}));
  const std::string bag = kit.Unpack("pack.zip", "out");
  auto files = ReadTree(bag);
  EXPECT_EQ(files["data/items/1/captures/4.png"], "\x89PNG\r\n\x1a\nrest");
  EXPECT_THAT(files["data/items/1/captures/4-statement.txt"], HasSubstr("pressed Print Screen"));
  EXPECT_THAT(files["data/items/1/captures/4-statement.txt"], HasSubstr(Sha256Hex("\x89PNG\r\n\x1a\nrest")));
  EXPECT_THAT(files["data/report.html"], HasSubstr("capture by staff: My Screenshot.png"));
  std::vector<std::string> faults;
  EXPECT_EQ(ReadWarc(files["data/items/1/captures/3.warc"], faults).size(), 6u);
  EXPECT_THAT(faults, IsEmpty());
  auto report = VerifyPack(kit / "pack.zip", {});
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->ok()) << report->faults[0].file << report->faults[0].what;
  EXPECT_EQ(report->captures, 2u);
  PackRequest working = kit.Request({1}, "working.zip");
  working.kind = PackKind::kWorking;
  kit.Make(working);
  for (const auto& [name, bytes] : ReadTree(kit.Unpack("working.zip", "masked"))) EXPECT_THAT(name, Not(HasSubstr("captures"))) << name;
}

// A case of this kind holds nothing that could lead to the image.
TEST(Captures, OfASexualImageOfAChildAreInNoPack) {
  Kit kit(1);
  kit.Attach(1, *CaptureExchange(TheirPost(), {AnExchange(kPage)}, "a clock"), "heed");
  Change change;
  change.after = kit.store().FindCase(1).value();
  change.after.decision = Decision{.finding = Finding::kChildImage, .category = {}, .severity = 0, .clause = "", .why = "", .by = "head", .at = kStart};
  Event& event = change.events.emplace_back();
  event.case_id = 1;
  event.kind = EventKind::kNoted;
  event.at = kStart + hours{3};
  event.actor = "head";
  event.details = "{}";
  ++change.after.events;
  ASSERT_TRUE(kit.store().Record(change));
  kit.Make(kit.Request({1}));
  for (const auto& [name, bytes] : ReadTree(kit.Unpack("pack.zip", "out"))) {
    EXPECT_THAT(name, Not(HasSubstr("captures"))) << name;
    EXPECT_THAT(bytes, Not(HasSubstr("picture.png"))) << name;
    EXPECT_THAT(bytes, Not(HasSubstr("/@crow/1"))) << name;
  }
}

TEST(Captures, AreErasedWithTheirCase) {
  Kit kit(1);
  kit.Attach(1, *CaptureFile("a.txt", "words", "how", "", std::nullopt), "a.teacher");
  EXPECT_EQ(kit.store().Attachment(1, 2).value(), "words");
  EXPECT_EQ(kit.store().Attachment(1, 1).error().fault(), Fault::kNotFound);
  Change change;
  change.after = kit.store().FindCase(1).value();
  change.after.state = CaseState::kClosed;
  change.after.closed_at = kStart;
  Event& event = change.events.emplace_back();
  event.case_id = 1;
  event.kind = EventKind::kClosed;
  event.at = kStart;
  event.actor = "head";
  event.details = "{\"why\":\"done\"}";
  ++change.after.events;
  ASSERT_TRUE(kit.store().Record(change));
  ASSERT_TRUE(kit.store().Expire(kStart + days{500}, ExpiryLimits{}));
  EXPECT_EQ(kit.store().Attachment(1, 2).error().fault(), Fault::kNotFound);
  const auto chain = kit.store().VerifyChain();
  ASSERT_TRUE(chain);
  EXPECT_FALSE(chain->broken);
}

// 1,000 items with 50 MB of captures: in under a minute, in memory that does not grow with them.  The minute is the processor's,
// and one core's, because the machine that runs the tests may be busy with something else.
TEST(Captures, AThousandItemsArePackedInAMinuteAndInConstantMemory) {
  const auto peak = [] {
    const std::string status = ReadFile("/proc/self/status").value();
    return std::stol(status.substr(status.find("VmHWM:") + 6));
  };
  Kit kit(1000);
  std::string noise(50'000, '\0');
  std::mt19937 dice(1);
  std::vector<CaseId> all;
  for (CaseId id = 1; id <= 1000; ++id) {
    for (auto& c : noise) c = static_cast<char>(dice());
    kit.Attach(id, *CaptureFile("a.png", "\x89PNG\r\n\x1a\n" + noise, "how", "", std::nullopt), "a.teacher");
    all.push_back(id);
  }
  const long before = peak();
  const auto cpu = [] { return seconds{0} + microseconds{std::clock() * (1'000'000 / CLOCKS_PER_SEC)}; };
  const auto start = cpu();
  const PackMade made = kit.Make(kit.Request(all));
  const auto packed = cpu();
  const auto report = VerifyPack(kit / "pack.zip", {});
  const auto verified = cpu();
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(made.items, 1000u);
  EXPECT_LT(packed - start, seconds{60});
  EXPECT_LT(peak() - before, 64'000) << "kB more than before";
  std::printf("1,000 items, %lu MB: packed in %.1f s, verified in %.1f s, %ld kB more memory\n", made.bytes / 1'000'000, std::chrono::duration<double>(packed - start).count(),
              std::chrono::duration<double>(verified - packed).count(), peak() - before);
}

}  // namespace
}  // namespace heed
