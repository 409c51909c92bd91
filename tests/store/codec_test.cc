// Rows to bytes and back: nothing is lost, no bytes crash it, and what it does not know it skips.
#include "src/store/codec.h"

#include <gmock/gmock.h>

#include <random>

#include "src/store/chain.h"
#include "src/store/glance.h"
#include "src/store/keys.h"
#include "tests/store/kit.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

// Fills structs with anything they can hold.
class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::uint64_t Roll(std::uint64_t n) { return engine_() % n; }
  bool Coin() { return Roll(2) == 0; }
  std::uint64_t Any() { return engine_() >> Roll(64); }
  std::string Text() {
    std::string text;
    for (auto n = Roll(4) == 0 ? Roll(300) : Roll(6); n > 0; --n) text += static_cast<char>(Roll(256));
    return text;
  }
  Instant Time() { return Instant{microseconds{static_cast<std::int64_t>(Coin() ? Any() : 0 - Any())}}; }
  std::optional<Instant> MaybeTime() { return Coin() ? std::optional(Time()) : std::nullopt; }
  std::optional<std::uint64_t> MaybeCount() { return Coin() ? std::optional(Coin() ? 0 : Any()) : std::nullopt; }
  Digest Hash() { return Coin() ? Digest{} : Sha256(Text()); }

  Assessment AnAssessment() {
    Assessment a;
    a.mention.mentions = Coin();
    a.mention.score = static_cast<std::int32_t>(Any());
    for (auto n = Roll(3); n > 0; --n)
      a.mention.evidence.push_back({Text(), static_cast<std::int32_t>(Any()), static_cast<std::uint32_t>(Any()), static_cast<std::uint32_t>(Any())});
    a.flag = Coin();
    a.priority = static_cast<std::uint32_t>(Any());
    a.severity = static_cast<std::uint8_t>(Any());
    for (auto n = Roll(4); n > 0; --n) a.categories.push_back(kCategories[Roll(kCategories.size())]);
    for (auto n = Roll(4); n > 0; --n) a.characteristics.push_back(kCharacteristics[Roll(kCharacteristics.size())]);
    for (auto n = Roll(4); n > 0; --n)
      a.hits.push_back({Text(), kCategories[Roll(kCategories.size())], static_cast<std::uint8_t>(Any()), static_cast<std::uint32_t>(Any()),
                        static_cast<std::uint32_t>(Any()), Coin() ? View::kPlain : View::kSqueezed, Text()});
    a.could_not_judge = Text();
    for (auto n = Roll(3); n > 0; --n) a.silent.push_back(Text());
    return a;
  }
  Post APost() {
    Post p;
    for (auto* text : {&p.platform, &p.instance, &p.native_id, &p.global_id, &p.version_id, &p.permalink, &p.author.id, &p.author.handle,
                       &p.author.display_name, &p.title, &p.warning, &p.text, &p.raw, &p.language, &p.in_reply_to, &p.thread_root})
      *text = Text();
    p.raw_format = static_cast<TextFormat>(Roll(3));
    p.created_at = MaybeTime();
    p.edited_at = MaybeTime();
    p.first_seen_at = Time();
    for (auto n = Roll(3); n > 0; --n) p.media.push_back({Text(), Text(), Text()});
    p.counts = {MaybeCount(), MaybeCount(), MaybeCount(), MaybeCount()};
    p.signed_in_only = Coin();
    if (Coin()) p.handed_in = HandedIn{Text(), Text(), Text(), Text(), Text(), Text(), Coin(), MaybeCount()};
    return p;
  }
  StoredVersion AVersion() { return {APost(), AnAssessment(), Text(), Time()}; }
  SourceState AState() {
    SourceState s;
    s.cursor.value = Text();
    s.last_attempt = MaybeTime();
    s.last_success = MaybeTime();
    s.not_before = MaybeTime();
    if (Coin()) s.fault = static_cast<Fault>(Roll(13));
    s.message = Text();
    s.failures = static_cast<std::uint32_t>(Any());
    s.posts_read = Any();
    s.posts_mentioning = Any();
    for (auto n = Roll(4); n > 0; --n) s.gaps.push_back({MaybeTime(), MaybeTime(), Text()});
    s.sign_in_ends = MaybeTime();
    s.quota = Text();
    s.last_news = MaybeTime();
    s.times_news = Roll(9);
    s.longest_quiet = seconds{Roll(1'000'000)};
    return s;
  }
  PostRow ARow() {
    PostRow row;
    for (auto n = 1 + Roll(4); n > 0; --n) row.versions.push_back(Text());
    row.newest = static_cast<std::uint32_t>(1 + Roll(row.versions.size()));
    row.case_id = Any();
    row.changed_at = Time();
    return row;
  }
  std::vector<Told> AllTold() {
    std::vector<Told> all;
    for (auto n = Roll(4); n > 0; --n) {
      Told one{Text(), Text(), Text(), Time(), Coin(), {}, {}};
      for (auto m = Roll(3); m > 0; --m) one.channels.push_back(Text());
      for (auto m = Roll(3); m > 0; --m) one.warned.push_back(Text());
      all.push_back(one);
    }
    return all;
  }
  Case ACase() {
    Case c;
    c.id = 1 + Any() / 2;
    c.school = "oakmoor";
    c.source = Text();
    c.global_id = Text();
    c.version = Text();
    c.worst = Text();
    c.state = kCaseStates[Roll(kCaseStates.size())];
    c.assessment = AnAssessment();
    c.posted_at = Time();
    c.opened_at = Time();
    c.closed_at = MaybeTime();
    c.versions = static_cast<std::uint32_t>(Any());
    c.events = Any();
    c.holder = Text();
    c.held_until = MaybeTime();
    c.assigned_to = Text();
    c.snoozed_until = MaybeTime();
    if (Coin()) {
      c.decision = Decision{kFindings[Roll(kFindings.size())], {}, static_cast<std::uint8_t>(Any()), Text(), Text(), Text(), Time()};
      if (Coin()) c.decision->category = kCategories[Roll(kCategories.size())];
    }
    for (auto n = Roll(3); n > 0; --n) {
      c.responses.push_back({static_cast<std::uint32_t>(Any()), kResponseKinds[Roll(kResponseKinds.size())], kResponseStates[Roll(kResponseStates.size())], Text(), Text(), Text(), Text(), Time(),
                             Text(), MaybeTime(), MaybeTime(), MaybeTime(), Text(), Text(), MaybeTime()});
      if (c.responses.back().state == ResponseState::kRefused) c.responses.back().leaves_at.reset();  // what was refused waits for nothing
    }
    c.presence = Text();
    c.checked_at = MaybeTime();
    c.presence_confirmed = !c.presence.empty();
    return c;
  }
  RuleStretch AStretch() {
    RuleStretch s{Any(), {}};
    for (auto n = Roll(4); n > 0; --n) s.fired[Text()] = Any();
    return s;
  }
  AlikeRow AnAlike() {
    AlikeRow row;
    row.burst = Any();
    if (Coin()) row.tie = kTies[Roll(kTies.size())];
    if (Coin())
      for (auto& place : row.words.emplace().least) place = static_cast<std::uint32_t>(Any());
    for (auto n = Roll(3); n > 0; --n) row.links.push_back(Any());
    return row;
  }
  Batch ABatch() {
    Batch batch;
    for (auto* text : {&batch.id, &batch.by, &batch.what, &batch.undoes, &batch.undone_by}) *text = Text();
    batch.verb = kBulkVerbs[Roll(kBulkVerbs.size())];
    batch.at = Time();
    for (auto n = Roll(4); n > 0; --n) batch.items.push_back({Any(), Any(), Text(), MaybeTime()});
    for (auto n = Roll(3); n > 0; --n) batch.left_out.push_back({Any(), Text()});
    return batch;
  }
  Event AnEvent() {
    Event e;
    e.sequence = Any();
    e.case_id = Any();
    e.kind = kEventKinds[Roll(kEventKinds.size())];
    e.at = Time();
    e.actor = Text();
    e.details = Text();
    e.erased = Coin();
    e.salt = Text();
    e.details_digest = Hash();
    e.previous = Hash();
    e.hash = Hash();
    return e;
  }

 private:
  std::mt19937_64 engine_;
};

bool operator==(const StoredVersion& a, const StoredVersion& b) {
  return a.post == b.post && a.assessment == b.assessment && a.source == b.source && a.seen_at == b.seen_at;
}

// Reads bytes as every kind of row: how many kinds they pass for.
int ReadAll(std::string_view bytes) {
  return DecodeSourceState(bytes).has_value() + DecodePostRow(bytes).has_value() + DecodeVersion(bytes).has_value() +
         DecodeCase(bytes).has_value() + DecodeEvent(bytes).has_value() + DecodeRuleRecord(bytes).has_value() +
         DecodeRuleStretch(bytes).has_value() + DecodePausedRule(bytes).has_value() + DecodeAlike(bytes).has_value() + DecodeBatch(bytes).has_value() +
         DecodePreferences(bytes).has_value() + DecodeViews(bytes).has_value();
}

TEST(Codec, EveryRowComesBackAsItWas) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Dice dice(seed);
    const auto check = [&](const auto& value, auto decode) {
      const auto back = decode(Encode(value));
      ASSERT_TRUE(back) << seed << ": " << back.error().message();
      ASSERT_TRUE(*back == value) << seed;
    };
    check(dice.AState(), DecodeSourceState);
    check(dice.AllTold(), DecodeTold);
    check(dice.ARow(), DecodePostRow);
    check(dice.AVersion(), DecodeVersion);
    check(dice.ACase(), DecodeCase);
    check(dice.AnEvent(), DecodeEvent);
    check(RuleRecord{dice.Any(), dice.Any(), dice.Any(), dice.Any()}, DecodeRuleRecord);
    check(dice.AStretch(), DecodeRuleStretch);
    check(PausedRule{dice.Text(), dice.Time(), dice.Any(), dice.Any()}, DecodePausedRule);
    check(Head{dice.Any(), dice.Hash(), dice.Any()}, DecodeHead);
    check(dice.AnAlike(), DecodeAlike);
    check(Preferences{{{dice.Text(), dice.Text(), {}}, {dice.Text(), dice.Text(), {}}}, dice.Coin()}, DecodePreferences);
    check(std::vector<SavedView>{{dice.Text(), dice.Text(), dice.Text()}, {dice.Text(), dice.Text(), dice.Text()}}, DecodeViews);
    check(dice.ABatch(), DecodeBatch);
  }
}

TEST(Codec, RowsCutShortOrContinuedAreMalformed) {
  Dice dice(7);
  const std::string rows[] = {Encode(dice.AState()), Encode(dice.ARow()), Encode(dice.AVersion()), Encode(dice.ACase()), Encode(dice.AnEvent()),
                              Encode(RuleRecord{1, 2, 3, 4}), Encode(dice.AStretch()), Encode(PausedRule{"x", kStart, 1, 2}), Encode(dice.AnAlike()), Encode(dice.ABatch()),
                              Encode(Preferences{{{"mine", "whose=mine", ""}}, true}), Encode(std::vector<SavedView>{{"ours", "whose=nobody", "ben"}})};
  for (const auto& row : rows) {
    EXPECT_EQ(ReadAll(row), 1);
    for (std::size_t cut = 0; cut < row.size(); ++cut) EXPECT_EQ(ReadAll(row.substr(0, cut)), 0) << cut;
    EXPECT_EQ(ReadAll(row + '\0'), 0);
  }
}

TEST(Codec, NoBytesCrashIt) {
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    Dice dice(seed);
    std::string bytes;
    switch (dice.Roll(8)) {
      case 0: bytes = dice.Text(); break;
      case 1: bytes = Encode(dice.AState()); break;
      case 2: bytes = Encode(dice.AVersion()); break;
      case 3: bytes = Encode(dice.ACase()); break;
      case 4: bytes = Encode(dice.AnEvent()); break;
      case 5: bytes = Encode(dice.AnAlike()); break;
      case 6: bytes = Encode(dice.ABatch()); break;
      default: bytes = Encode(dice.ARow()); break;
    }
    for (auto n = 1 + dice.Roll(8); n > 0 && !bytes.empty(); --n) bytes[dice.Roll(bytes.size())] = static_cast<char>(dice.Roll(256));
    ReadAll(bytes);
    (void)DecodeHead(bytes);
  }
}

TEST(Codec, FieldsOfALaterHeedAreSkipped) {
  Event event;
  event.sequence = 7;
  const std::string plain = Encode(event);
  std::string longer = plain + "\x63\x03" "abc";
  longer[2] = static_cast<char>(longer[2] + 5);
  const auto read = DecodeEvent(longer);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, event);
}

TEST(Codec, ARefusalKeptByAnEarlierHeedKeepsItsAppeal) {
  Case c;
  c.id = 12;
  c.school = "oakmoor";
  Response refused{.number = 1, .state = ResponseState::kRefused};
  refused.leaves_at = Instant{days{20'000}};  // where it stood
  c.responses.push_back(refused);
  const auto read = DecodeCase(Encode(c));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->responses[0].appeal_by, Instant{days{20'000}});
  EXPECT_FALSE(read->responses[0].leaves_at);
}

TEST(Codec, SaysWhatIsWrong) {
  Case c;
  c.id = 12;
  c.school = "oakmoor";
  const std::string good = Encode(c);
  struct {
    std::string bytes, message;
  } const cases[] = {
      {"", "not a row of this kind"},
      {"E" + good.substr(1), "not a row of this kind"},
      {std::string("C\x02") + good.substr(2), "format 2 is not known here"},
      {good.substr(0, good.size() - 1), "cut short or too long"},
      {std::string("C\x01\x03\x07\x01\x63", 6), "field 7 is out of range"},
      {std::string("C\x01\x04\x08\x02\x03\x09", 7), "field 8: a field is cut short"},
      {std::string("C\x01\x02\x07\x05", 5), "a field is cut short"},
      {std::string("C\x01\x00", 3), "out of range"},
  };
  for (const auto& each : cases) {
    const auto read = DecodeCase(each.bytes);
    ASSERT_FALSE(read) << each.message;
    EXPECT_EQ(read.error().fault(), Fault::kMalformed);
    EXPECT_THAT(read.error().message(), HasSubstr(each.message));
  }
}

std::string Mark(std::string_view name) {
  std::string bytes;
  keys::AppendU32(bytes, NameMark(name));
  return bytes;
}

// The bytes on disk.  If this fails, old stores cannot be read: bump Store::kSchema.
TEST(Codec, TheBytesOfARowAreFixed) {
  PostRow row;
  row.newest = 2;
  row.case_id = 300;
  row.changed_at = Instant{microseconds{1}};
  row.versions = {"a", ""};
  EXPECT_EQ(Hex(Encode(row)), "5001" "0f" "010102" "0202ac02" "030102" "040161" "0400");
}

TEST(Keys, AreFixedAndSortLikeWhatTheyHold) {
  EXPECT_EQ(Hex(keys::Case(258)), "0000000000000102");
  EXPECT_EQ(Hex(keys::History(1, 2)), "00000000000000010000000000000002");
  EXPECT_EQ(Hex(keys::Post("oak", "at://x")), "6f616b00" + Sha256Hex("at://x"));
  EXPECT_EQ(Hex(keys::Version("k", 3)), "6b00000003");
  EXPECT_EQ(Hex(keys::Expiry(keys::Expires::kClosedCase, keys::Day(kStart), "k")), "02000051176b");
  Case c;
  c.id = 5;
  c.school = "oak";
  c.assessment.severity = 3;
  c.assessment.categories = {Category::kThreat, Category::kAbuse};
  c.posted_at = Instant{microseconds{9}};
  EXPECT_EQ(Hex(keys::Queue(c)), "6f616b00" "01" "fc" "8000000000000009" "0000000000000005");
  EXPECT_EQ(keys::BurstOfQueueValue("ab"), 0u) << "as an older heed wrote it";
  EXPECT_EQ(Hex(keys::Alike(5)), "63" "0000000000000005");
  EXPECT_EQ(Hex(keys::BurstRow(5)), "62" "0000000000000005");
  EXPECT_EQ(Hex(keys::Member(2, c)), "6d" "0000000000000002" "fc" "8000000000000009" "0000000000000005");
  EXPECT_EQ(Hex(keys::MemberValue(c, 3)), "0000000000000000" "03");
  EXPECT_EQ(Hex(keys::Bond(keys::BondKind::kLink, "oak", 7)), "6c" "6f616b00" "0000000000000007");
  EXPECT_FALSE(keys::ParseMember("m"));
  Case older = c;
  older.posted_at = Instant{microseconds{-9}};
  EXPECT_LT(keys::Queue(older), keys::Queue(c));
  const std::string key = keys::Queue(c);
  const auto entry = keys::ParseQueue(key);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->id, 5u);
  EXPECT_EQ(entry->school, "oak");
  EXPECT_EQ(entry->state, CaseState::kQueued);
  for (std::size_t cut = 0; cut < key.size(); ++cut) EXPECT_FALSE(keys::ParseQueue(key.substr(0, cut)));
  EXPECT_FALSE(keys::ParseExpiry("\x01\x01"));
}

TEST(Keys, ARowOfTheQueueSaysWhatACaseIsAtAGlance) {
  Case c;
  c.assessment.severity = 3;
  c.assessment.categories = {Category::kThreat, Category::kAbuse};
  c.opened_at = Instant{microseconds{9}};
  c.snoozed_until = Instant{microseconds{10}};
  c.holder = "amina";
  c.held_until = Instant{microseconds{11}};
  c.assessment.hits = {{"abuse.word", Category::kAbuse, 2, 0, 1, View::kPlain, ""}, {"abuse.word", Category::kAbuse, 2, 3, 4, View::kPlain, ""}};
  Post post;
  post.platform = "mastodon";
  post.text = "Ab";
  const std::string value = QueueValue(c, 258, &post);
  EXPECT_EQ(Hex(value), "0a00" "0000000000000102" "03" "8000000000000009" "000000000000000a" "000000000000000b" + Hex(Mark("amina")) + "00000000" "08" + Hex("mastodon") + "01" + Hex(Mark("abuse.word")) + "0000000000000000");
  EXPECT_EQ(keys::BurstOfQueueValue(value), 258u);
  Glance glance;
  ASSERT_TRUE(ReadQueueValue(value, glance));
  EXPECT_EQ(glance.burst, 258u);
  EXPECT_TRUE(glance.Has(Category::kThreat) && glance.Has(Category::kAbuse) && !glance.Has(Category::kBullying) && !glance.unjudged);
  EXPECT_EQ(glance.opened_at, c.opened_at);
  EXPECT_EQ(glance.snoozed_until, c.snoozed_until);
  EXPECT_EQ(glance.held_until, c.held_until);
  EXPECT_EQ(glance.holder, NameMark("amina"));
  EXPECT_EQ(glance.assigned, 0u);
  EXPECT_EQ(glance.platform, "mastodon");
  EXPECT_TRUE(glance.MayHaveRule(NameMark("abuse.word")));
  EXPECT_FALSE(glance.MayHaveRule(NameMark("abuse.other")));
  for (std::size_t cut = 0; cut < value.size(); ++cut) {
    Glance of_part;
    // Without its letters it is a row too: one of which they are not known.
    EXPECT_EQ(ReadQueueValue(std::string_view(value).substr(0, cut), of_part), cut == value.size() - 8) << cut;
  }
  EXPECT_FALSE(ReadQueueValue(value + "x", glance));
}

TEST(Keys, MoreRulesThanARowHoldsMayBeAnyRule) {
  Case c;
  for (int i = 0; i < 300; ++i) c.assessment.hits.push_back({"abuse.rule-" + std::to_string(i), Category::kAbuse, 2, 0, 1, View::kPlain, ""});
  Glance glance;
  const std::string value = QueueValue(c, 0, nullptr);
  ASSERT_TRUE(ReadQueueValue(value, glance));
  for (int i = 0; i < 300; ++i) EXPECT_TRUE(glance.MayHaveRule(NameMark("abuse.rule-" + std::to_string(i))));
}

// Nothing that stands in a text is missed, whatever its length; most of what does not is refused.
TEST(Keys, LettersNeverMissWhatIsThere) {
  std::string text;
  for (int i = 0; i < 900; ++i) text += "Wort" + std::to_string(i * 7919) + (i % 3 ? " " : "\xc3\xa9");
  for (const std::size_t size : {std::size_t{0}, std::size_t{2}, std::size_t{3}, std::size_t{40}, std::size_t{500}, text.size()}) {
    Post post;
    post.text = text.substr(0, size);
    Glance glance;
    const std::string value = QueueValue(Case{}, 0, &post);
    ASSERT_TRUE(ReadQueueValue(value, glance)) << size;
    for (std::size_t at = 0; at + 12 <= size; at += 5)
      for (const std::size_t length : {1, 3, 12}) EXPECT_TRUE(Needle(post.text.substr(at, length)).MayBeIn(glance.letters)) << size << " " << at;
    EXPECT_TRUE(Needle("").MayBeIn(glance.letters));
    if (size <= 500) EXPECT_FALSE(Needle("an insult nobody wrote").MayBeIn(glance.letters)) << size;
  }
  EXPECT_TRUE(Needle("anything").MayBeIn("")) << "not known: it has to be looked at";
}

TEST(Keys, OnlyIdsStandInThem) {
  for (const auto* id : {"oakmoor", "a", "st-mary-2"}) EXPECT_TRUE(keys::IsId(id));
  for (const std::string id : {"", "Oakmoor", "a b", "a_b", "\xc3\xa9", "a\nb"}) EXPECT_FALSE(keys::IsId(id));
  EXPECT_FALSE(keys::IsId(std::string(41, 'a')));
  EXPECT_FALSE(keys::IsId(std::string("a\0b", 3)));
}

// What others check with their own tools: if this changes, hashes written down elsewhere no longer fit.
TEST(Chain, CanonicalBytesAreFixed) {
  Event event;
  event.sequence = 3;
  event.case_id = 12;
  event.kind = EventKind::kClosed;
  event.at = kStart;
  event.actor = "head.oakmoor";
  event.salt = "0123456789abcdef";
  event.details = "{\"why\":\"criticism\"}";
  event.details_digest = Sha256(event.salt + event.details);
  EXPECT_EQ(CanonicalBytes(event),
            R"({"actor":"head.oakmoor","at":"2026-11-02T08:00:00Z","case":12,"details_sha256":")" + Sha256Hex("0123456789abcdef{\"why\":\"criticism\"}") +
                R"(","kind":"closed","sequence":3})");
  Event sealed = event;
  Seal(sealed, Sha256("before"));
  EXPECT_EQ(sealed.salt.size(), 16u);
  EXPECT_NE(sealed.salt, event.salt);
  EXPECT_FALSE(Flaw(sealed, 3, Sha256("before")));
  EXPECT_TRUE(Flaw(sealed, 3, Sha256("other")));
  EraseDetails(sealed);
  EXPECT_FALSE(Flaw(sealed, 3, Sha256("before"))) << "erasing details leaves the chain whole";
}

}  // namespace
}  // namespace heed
