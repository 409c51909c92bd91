// What staff are sent, and the posts it becomes: invented samples beside their goldens, and files made to do harm.
#include "connectors/tip/tip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <chrono>

#include "connectors/tip/outside.h"
#include "connectors/tip/readers.h"
#include "tests/connectors/bluesky_and_mastodon.h"
#include "tests/fakes/temp_folder.h"
#include "tests/fakes/zip.h"
#include "tests/fuzz/hammer.h"

#define LLVMFuzzerTestOneInput FuzzTip
#include "tests/fuzz/connectors_tip.cc"
#undef LLVMFuzzerTestOneInput

namespace heed {
namespace {

using namespace social;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Zone-less dates are the school's.
class Zone {
 public:
  explicit Zone(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~Zone() {
    ::unsetenv("TZ");
    ::tzset();
  }
};

TipTools FakeTools() {
  return {[](std::string_view) -> Result<PictureWords> { return PictureWords{"words of a picture", 91}; },
          [](std::string_view) -> Result<std::string> { return std::string("words of a PDF"); }};
}

std::string Dump(const TipReading& reading) {
  std::string out;
  for (const auto& item : reading.items) {
    out += "# " + std::string(Describe(item.kind)) + " | " + item.name + " | " + item.place + (item.collection ? " | an export" : " | the whole of it") + " | without words " + std::to_string(item.without_words) + "\n";
    for (std::size_t i = 0; i < item.posts.size(); ++i) {
      const Post& post = item.posts[i];
      out += (i + item.asides >= item.posts.size() ? "aside: " : "") + social::Dump(post);
      out += "\n  handed in: " + post.handed_in->item + " | " + post.handed_in->note + "\n";
    }
    for (const auto& note : item.notes) out += "note: " + note + "\n";
    if (!item.unsure.empty()) out += "unsure: " + item.unsure + "\n";
  }
  for (const auto& trouble : reading.not_read) out += "not read: " + trouble.name + " " + trouble.why + "\n";
  return out;
}

class TipSamples : public testing::TestWithParam<const char*> {};

TEST_P(TipSamples, BecomeThesePosts) {
  const Zone zone("Europe/London");
  const std::string name = GetParam();
  ExpectGolden("tip/" + name + ".posts", Dump(ReadTip(name, GoldenInput("tip/" + name), FakeTools())));
}

INSTANTIATE_TEST_SUITE_P(Golden, TipSamples,
                         testing::Values("whatsapp_ios.txt", "whatsapp_android.txt", "whatsapp_month_first.txt", "whatsapp_12h_ios.txt", "telegram.json", "telegram.html", "facebook_messages.json",
                                         "facebook_comments.json", "facebook_posts.json", "instagram_comments.json", "tiktok.json", "page.html", "page.mhtml", "forwarded.eml", "plain.eml", "words.pdf", "screenshot.png"),
                         [](const auto& made) {
                           std::string name = made.param;
                           for (char& c : name)
                             if (c == '.') c = '_';
                           return name;
                         });

TEST(Tip, PastedTextIsOnePostEvenWhenItLooksLikeAChat) {
  const auto item = ReadPastedText("  01/11/2026, 09:00 - Jo: one\n01/11/2026, 09:01 - Kit: two \n");
  EXPECT_FALSE(item.collection);
  ASSERT_THAT(item.posts, SizeIs(1));
  EXPECT_EQ(item.posts[0].text, "01/11/2026, 09:00 - Jo: one\n01/11/2026, 09:01 - Kit: two");
}

struct DateCase {
  const char* name;
  const char* chat;
  const char* first;  // RFC 3339, of the first message
};

TEST(Tip, TellsDaysFromMonthsByTheWholeChat) {
  const Zone zone("UTC");
  const DateCase cases[] = {
      {"a day over 12", "01/02/2026, 09:00 - Jo: a\n13/02/2026, 09:00 - Jo: b\n", "2026-02-01T09:00:00Z"},
      {"a month-first day over 12", "01/02/2026, 09:00 - Jo: a\n02/13/2026, 09:00 - Jo: b\n", "2026-01-02T09:00:00Z"},
      {"only month first is in order", "2/1/26, 09:00 - Jo: a\n3/1/26, 09:00 - Jo: b\n3/2/26, 09:00 - Jo: c\n4/1/26, 09:00 - Jo: d\n", "2026-02-01T09:00:00Z"},
      {"both are in order: the day", "1/2/26, 09:00 - Jo: a\n1/2/26, 09:05 - Jo: b\n", "2026-02-01T09:00:00Z"},
      {"German", "01.02.26, 09:00 - Jo: a\n13.02.26, 09:00 - Jo: b\n", "2026-02-01T09:00:00Z"},
      {"dots in the time", "01/02/2026 09.00 - Jo: a\n13/02/2026 09.00 - Jo: b\n", "2026-02-01T09:00:00Z"},
      {"dashes", "[01-02-26 09:00:00] Jo: a\n[13-02-26 09:00:00] Jo: b\n", "2026-02-01T09:00:00Z"},
      {"French, a word and narrow spaces", "01/02/2026 à\u202F09:00 - Jo\u00A0: a\n13/02/2026 à 09:00 - Jo : b\n", "2026-02-01T09:00:00Z"},
      {"Portuguese", "01/02/2026 às 09:00 - Jo: a\n13/02/2026 às 09:00 - Jo: b\n", "2026-02-01T09:00:00Z"},
      {"Polish", "1.02.2026, 09:00 - Jo: a\n13.02.2026, 09:00 - Jo: b\n", "2026-02-01T09:00:00Z"},
      {"Spanish", "1/2/26, 9:00\u202Fp.\u00A0m. - Jo: a\n13/2/26, 9:00 a. m. - Jo: b\n", "2026-02-01T21:00:00Z"},
      {"Turkish, the half before the time", "[1.02.2026 ÖS 9:00:12] Jo: a\n[13.02.2026 ÖÖ 9:00:12] Jo: b\n", "2026-02-01T21:00:12Z"},
      {"Arabic digits and marks", "\u200F١\u200F/٢\u200F/٢٠٢٦، ٩:٠٠ م - نور: a\n\u200F١٣\u200F/٢\u200F/٢٠٢٦، ٩:٠٠ ص - نور: b\n", "2026-02-01T21:00:00Z"},
      {"Urdu digits", "۱/۲/۲۰۲۶، ۹:۰۰ - نور: a\n۱۳/۲/۲۰۲۶، ۹:۰۰ - نور: b\n", "2026-02-01T09:00:00Z"},
      {"Bengali digits", "১/২/২৬, ০৯:০০ - Jo: a\n১৩/২/২৬, ০৯:০০ - Jo: b\n", "2026-02-01T09:00:00Z"},
      {"Greek", "1/2/26, 9:00 μ.μ. - Jo: a\n13/2/26, 9:00 π.μ. - Jo: b\n", "2026-02-01T21:00:00Z"},
      {"Chinese", "2026/2/1 下午9:00 - Jo: a\n2026/2/13 上午9:00 - Jo: b\n", "2026-02-01T21:00:00Z"},
      {"the Buddhist calendar", "1/2/2569 09:00 - Jo: a\n13/2/2569 09:00 - Jo: b\n", "2026-02-01T09:00:00Z"},
      {"a long dash", "01/02/2026, 09:00 – Jo: a\n13/02/2026, 09:00 – Jo: b\n", "2026-02-01T09:00:00Z"},
  };
  for (const auto& one : cases) {
    ASSERT_TRUE(tip::IsWhatsApp(one.chat)) << one.name;
    const auto item = tip::ReadWhatsApp("chat.txt", one.chat);
    ASSERT_FALSE(item.posts.empty()) << one.name;
    ASSERT_TRUE(item.posts[0].created_at) << one.name;
    EXPECT_EQ(FormatRfc3339(*item.posts[0].created_at), one.first) << one.name;
    ASSERT_GE(item.posts.size(), 2u) << one.name;
    EXPECT_EQ(item.posts[1].text, "b") << one.name;
    EXPECT_THAT(item.posts[0].author.display_name, testing::AnyOf("Jo", "نور")) << one.name;
    EXPECT_EQ(item.asides, 0u) << one.name;
  }
}

// Told by their form, in whatever language the telephone speaks.
TEST(Tip, WhatsAppsOwnLinesAreAsidesInEveryLanguage) {
  struct OwnLine {
    const char* language;
    const char* line;
  };
  const OwnLine lines[] = {
      {"Welsh", "Creodd Sam y grŵp \"Blwyddyn 9: rhieni\""},
      {"Polish", "Sam utworzył(a) grupę „Klasa 9: rodzice”"},
      {"German", "Sam hat die Gruppe „Klasse 9: Eltern“ erstellt."},
      {"French", "Sam a créé le groupe « 3e B : parents »"},
      {"Spanish", "Sam creó el grupo “9.º A: padres”"},
      {"Italian", "Sam ha creato il gruppo \"3B: genitori\""},
      {"Portuguese", "Sam criou o grupo “9.º A: pais”"},
      {"Turkish", "Sam \"9A: veliler\" grubunu oluşturdu"},
      {"Arabic", "أنشأ Sam المجموعة \"الصف: التاسع\""},
      {"nobody named", "Die Nachrichten und Anrufe sind verschlüsselt. Tippe, um mehr zu erfahren."},
      {"a picture left out", "Jo: <Medien ausgeschlossen>"},
      {"a picture left out, on iOS", "Jo: \u200EBild weggelassen"},
  };
  for (const auto& one : lines) {
    const auto item = tip::ReadWhatsApp("chat.txt", "13/11/2026, 18:01 - " + std::string(one.line) + "\n13/11/2026, 18:02 - Jo: words\n");
    ASSERT_THAT(item.posts, SizeIs(2)) << one.language;
    EXPECT_EQ(item.asides, 1u) << one.language;
    EXPECT_EQ(item.posts[0].text, "words") << one.language;
  }
  EXPECT_EQ(tip::ReadWhatsApp("chat.txt", "13/11/2026, 18:01 - Sam hat die Gruppe „Klasse 9“ erstellt.\n13/11/2026, 18:02 - Jo: a\n").place, "Klasse 9");
  EXPECT_EQ(tip::ReadWhatsApp("WhatsApp-Chat mit Klasse 9.txt", "13/11/2026, 18:02 - Jo: a\n").place, "Klasse 9");
  EXPECT_EQ(tip::ReadWhatsApp("9A ile WhatsApp Sohbeti.txt", "13/11/2026, 18:02 - Jo: a\n").place, "9A");
}

TEST(Tip, WhatIsAttachedIsTakenOutInOtherLanguagesToo) {
  const auto item = tip::ReadWhatsApp("chat.txt",
                                      "[13/11/2026, 18:03:30] Jo: \u200E<Anhang: 00000012-PHOTO-2026-11-13-18-03-30.jpg>\n[13/11/2026, 18:04:00] Jo: regardez \u200E<pièce jointe : 00000013-VIDEO-2026-11-13-18-04-00.mp4>\n"
                                      "[13/11/2026, 18:05:00] Jo: <kill him: 00000014-PHOTO-2026-11-13-18-04-00.jpg>\n");
  EXPECT_EQ(item.without_words, 1u);
  ASSERT_THAT(item.posts, SizeIs(2));
  EXPECT_EQ(item.posts[0].text, "regardez");
  EXPECT_EQ(item.posts[0].media.at(0).kind, "video");
  EXPECT_THAT(item.posts[1].text, HasSubstr("kill him")) << "a word that is nobody's language stays";
  const auto android = tip::ReadWhatsApp("chat.txt", "13/11/2026, 18:03 - Jo: IMG-20261113-WA0001.jpg (Datei angehängt)\nschau\n");
  ASSERT_THAT(android.posts, SizeIs(1));
  EXPECT_EQ(android.posts[0].text, "(Datei angehängt)\nschau");
  EXPECT_EQ(android.posts[0].media.at(0).kind, "image");
}

// Whoever writes in a chat can type what WhatsApp's own lines look like: nothing hides there.
TEST(Tip, WordsDressedAsWhatsAppsOwnAreStillRead) {
  for (const std::string words : {"\u200EI will kill the head", "<I will kill the head>", "I will kill the head, he was added"}) {
    const auto item = tip::ReadWhatsApp("chat.txt", "13/11/2026, 18:02 - Jo: a\n13/11/2026, 18:03 - Kit: " + words + "\n");
    ASSERT_THAT(item.posts, SizeIs(2)) << words;
    EXPECT_THAT(item.posts[1].text, HasSubstr("I will kill the head")) << words;
    EXPECT_EQ(item.posts[1].author.display_name, "Kit");
  }
  const auto bare = tip::ReadWhatsApp("chat.txt", "13/11/2026, 18:02 - Jo: a\n13/11/2026, 18:03 - I will kill the head\n");
  ASSERT_THAT(bare.posts, SizeIs(2));
  EXPECT_EQ(bare.posts[1].text, "I will kill the head");
  EXPECT_EQ(bare.posts[1].author.display_name, "") << "nobody said it, as far as the file goes";
}

TEST(Tip, ALineTypedIntoAMessageWithAnOlderTimeIsPointedOut) {
  const Zone zone("UTC");
  const auto item = tip::ReadWhatsApp("chat.txt", "13/11/2026, 18:02 - Jo: a\n02/11/2026, 09:00 - Mrs Made-Up: I hit him\n13/11/2026, 18:03 - Jo: b\n");
  EXPECT_TRUE(Mentions(item.notes, "1 of its lines is hours older than the one above"));
  const auto clocks = tip::ReadWhatsApp("chat.txt", "25/10/2026, 01:50 - Jo: a\n25/10/2026, 01:05 - Jo: b\n");
  EXPECT_FALSE(Mentions(clocks.notes, "older than the one above")) << "the clocks were put back";
}

TEST(Tip, ADateThatDoesNotExistIsNoDate) {
  const auto item = tip::ReadWhatsApp("chat.txt", "31/02/2026, 09:00 - Jo: a\n13/02/2026, 25:00 - Jo: b\n");
  ASSERT_THAT(item.posts, SizeIs(2));
  EXPECT_FALSE(item.posts[0].created_at);
  EXPECT_FALSE(item.posts[1].created_at);
  EXPECT_TRUE(Mentions(item.notes, "no date that exists"));
}

TEST(Tip, ADownloadsTimePastTheYear9999IsNoTime) {
  for (const std::string words : {R"("timestamp":9999999999999,"comment":"words")", R"("timestamp":253402300800,"comment":"words")"}) {
    const auto reading = ReadTip("comments.json", "{\"comments_v2\":[{\"comment\":{" + words + "}}]}", FakeTools());
    ASSERT_THAT(reading.items, SizeIs(1));
    ASSERT_THAT(reading.items[0].posts, SizeIs(1));
    EXPECT_FALSE(reading.items[0].posts[0].created_at) << words;
  }
  const auto last = ReadTip("messages.json", R"({"messages":[{"sender_name":"Jo","timestamp_ms":253402300799999,"content":"words"}]})", FakeTools());
  ASSERT_THAT(last.items, SizeIs(1));
  ASSERT_TRUE(last.items[0].posts.at(0).created_at);
  EXPECT_EQ(FormatRfc3339(*last.items[0].posts[0].created_at), "9999-12-31T23:59:59.999Z");
}

TEST(Tip, TheSameMessageOfTwoExportsIsOnePost) {
  const Zone zone("UTC");
  const auto ios = tip::ReadWhatsApp("_chat.txt", "[13/11/2026, 18:02:44] Jo: the same words\n");
  const auto android = tip::ReadWhatsApp("WhatsApp Chat with Year 9.txt", "13/11/2026, 18:02 - Jo: the same words\n13/11/2026, 18:02 - Jo: the same words\n");
  EXPECT_EQ(ios.posts.at(0).global_id, android.posts.at(0).global_id);
  EXPECT_NE(android.posts.at(0).global_id, android.posts.at(1).global_id);
}

TEST(Tip, TakesTheChatsNameFromTheFile) {
  EXPECT_EQ(tip::ReadWhatsApp("WhatsApp Chat with Year 9 parents.txt", "13/11/2026, 18:02 - Jo: a\n").place, "Year 9 parents");
  EXPECT_EQ(tip::ReadWhatsApp("WhatsApp Chat - Year 9.zip > _chat.txt", "13/11/2026, 18:02 - Jo: a\n").place, "Year 9");
}

TEST(Tip, ReadsTextInWhateverCharsetItCame) {
  EXPECT_EQ(tip::ToUtf8("\xEF\xBB\xBF\xC3\xA9"), "é");
  EXPECT_EQ(tip::ToUtf8(std::string_view("\xFF\xFE\xE9\x00\x3D\xD8\x00\xDE", 8)), "é😀");
  EXPECT_EQ(tip::ToUtf8(std::string_view("\xFE\xFF\x00\xE9\xD8\x3D", 6)), "é\xEF\xBF\xBD");
  EXPECT_EQ(tip::ToUtf8("caf\xE9 \x93x\x94"), "café “x”");
  EXPECT_EQ(tip::WithoutMojibake("Zo\xC3\x83\xC2\xAB"), "Zoë");
  EXPECT_EQ(tip::WithoutMojibake("Zoë’s"), "Zoë’s");
  EXPECT_EQ(tip::WithoutMojibake("caf\xC3\xA9"), "café");
}

struct KindCase {
  std::string bytes;
  const char* words;
};

TEST(Tip, SaysWhatItCannotReadAndWhatToDo) {
  const KindCase cases[] = {
      {"", "is empty"},
      {" \n\t", "is empty"},
      {std::string("\0\0\0\x18" "ftypheic\0\0\0\0", 16), "HEIC"},
      {std::string("\0\0\0\x18" "ftypmp42\0\0\0\0", 16), "film"},
      {std::string("OggS\0\2", 6), "recording"},
      {std::string("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) + std::string(20, '\0'), ".eml"},
      {"{\\rtf1 words}", "PDF"},
      {std::string("7z\xBC\xAF\x27\x1C", 6), "unpack"},
      {std::string("\x7F" "ELF\0\0\0", 7), "screenshot"},
      {"{\"a\":", "not whole"},
      {"{\"a\":[1,2,3]}", "without messages"},
      {"PK\x03\x04 and then nothing that is one", "damaged"},
  };
  for (const auto& one : cases) {
    const auto reading = ReadTip("a.bin", one.bytes, FakeTools());
    EXPECT_THAT(reading.items, IsEmpty()) << one.words;
    ASSERT_THAT(reading.not_read, SizeIs(1)) << one.words;
    EXPECT_THAT(reading.not_read[0].why, HasSubstr(one.words));
  }
}

TEST(Tip, APictureThatCannotBeReadIsStillForAPerson) {
  auto tools = FakeTools();
  tools.picture = [](std::string_view) -> Result<PictureWords> { return Fail(Fault::kMalformed, "cannot read it"); };
  auto reading = ReadTip("a.png", GoldenInput("tip/screenshot.png"), tools);
  ASSERT_THAT(reading.items, SizeIs(1));
  EXPECT_THAT(reading.items[0].unsure, HasSubstr("cannot read it"));
  tools.picture = [](std::string_view) -> Result<PictureWords> { return PictureWords{"w0rds", 31}; };
  reading = ReadTip("a.png", GoldenInput("tip/screenshot.png"), tools);
  EXPECT_THAT(reading.items.at(0).unsure, HasSubstr("31 of 100"));
  EXPECT_EQ(reading.items.at(0).posts.at(0).handed_in->confidence, 31u);
}

TEST(TipZip, ReadsAChatAndLeavesItsPicturesShut) {
  ZipMaker zip;
  zip.Add("_chat.txt", GoldenInput("tip/whatsapp_ios.txt"));
  zip.Add("00000012-PHOTO.jpg", "\xFF\xD8\xFF\xE0 not opened");
  auto tools = FakeTools();
  bool looked = false;
  tools.picture = [&](std::string_view) -> Result<PictureWords> {
    looked = true;
    return PictureWords{};
  };
  const auto reading = ReadTip("WhatsApp Chat - Year 9.zip", zip.Bytes(), tools);
  ASSERT_THAT(reading.items, SizeIs(1));
  EXPECT_EQ(reading.items[0].place, "Year 9");
  EXPECT_FALSE(looked);
  EXPECT_TRUE(Mentions(reading.items[0].notes, "1 other files in it"));
}

TEST(TipZip, ReadsPicturesThatWereZippedForTheirOwnSake) {
  ZipMaker zip;
  zip.Add("one.png", GoldenInput("tip/screenshot.png"));
  zip.Add("two.pdf", GoldenInput("tip/words.pdf"));
  zip.Add("inner.zip", ZipMaker().Bytes());
  const auto reading = ReadTip("shots.zip", zip.Bytes(), FakeTools());
  ASSERT_THAT(reading.items, SizeIs(2));
  EXPECT_EQ(reading.items[0].posts[0].text, "words of a picture");
  ASSERT_THAT(reading.not_read, SizeIs(1));
  EXPECT_THAT(reading.not_read[0].why, HasSubstr("archive inside an archive"));
}

TEST(TipZip, RefusesNamesThatPointOutside) {
  ZipMaker zip;
  for (const auto name : {"../../etc/passwd", "/etc/passwd", "..\\x.txt", "C:/x.txt"}) zip.Add(name, "words");
  zip.Add("link", "/etc/passwd", 0120777);
  zip.Add("good.txt", "good words");
  const auto reading = ReadTip("bad.zip", zip.Bytes(), FakeTools());
  ASSERT_THAT(reading.items, SizeIs(1));
  EXPECT_EQ(reading.items[0].posts[0].text, "good words");
  EXPECT_THAT(reading.not_read, SizeIs(5));
}

// Each of these once took time with the square of its size.
TEST(Tip, LargeHostileFilesAreReadInTheirLength) {
  std::string chat = "13/11/2026, 18:02 - Jo: ", page = "<div class=\"message default clearfix\" id=\"message1\"><div class=\"history\"></div><div class=\"text\">";
  for (int i = 0; i < 200'000; ++i) chat += "<attached: a>";
  for (int i = 0; i < 200'000; ++i) page += "<div>";
  for (int i = 0; i < 200'000; ++i) page += "</div>";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(ReadTip("chat.txt", chat, FakeTools()).items, SizeIs(1));
  EXPECT_THAT(ReadTip("page.html", "<html>" + page, FakeTools()).items, SizeIs(1));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{20});
}

TEST(TipMail, ReadsFortyPicturesAndShowsTheRestToAPerson) {
  std::string mail = "From: a@b.example\nTo: c@d.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"x\"\n\n";
  for (int i = 0; i < 45; ++i) mail += "--x\nContent-Type: image/png; name=\"" + std::to_string(i) + ".png\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n";
  const auto reading = ReadTip("many.eml", mail + "--x--\n", FakeTools());
  ASSERT_THAT(reading.items, SizeIs(45));
  EXPECT_EQ(reading.items[39].unsure, "");
  EXPECT_THAT(reading.items[40].unsure, HasSubstr("only 40"));
}

TEST(TipZip, RefusesABomb) {
  ZipMaker zip;
  zip.AddBomb("bomb.txt", 60'000'000);
  const auto reading = ReadTip("bomb.zip", zip.Bytes(), FakeTools());
  EXPECT_THAT(reading.items, IsEmpty());
  ASSERT_THAT(reading.not_read, SizeIs(1));
  EXPECT_THAT(reading.not_read[0].why, HasSubstr("refused"));
}

TEST(TipMail, ALongMessageIdIsNotCutWithinALetter) {
  std::string id(399, 'a');
  const auto reading = ReadTip("a.eml", "From: jo@invented.example\nSubject: s\nMessage-ID: <" + id + "é@invented.example>\n\nwords\n", FakeTools());
  ASSERT_THAT(reading.items, SizeIs(1));
  EXPECT_TRUE(IsUtf8(reading.items[0].posts.at(0).global_id));
}

TEST(TipMail, ReadsAMailInAMailButNotWithoutEnd) {
  std::string mail = "From: a@b.example\nTo: c@d.example\nSubject: s\n\nthe innermost words";
  for (int i = 0; i < 6; ++i)
    mail = "From: a@b.example\nTo: c@d.example\nSubject: level " + std::to_string(i) + "\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b" + std::to_string(i) + "\"\n\n--b" + std::to_string(i) +
           "\nContent-Type: message/rfc822\n\n" + mail + "\n--b" + std::to_string(i) + "--\n";
  const auto reading = ReadTip("deep.eml", mail, FakeTools());
  EXPECT_THAT(reading.items, SizeIs(4));
  EXPECT_TRUE(std::ranges::any_of(reading.not_read, [](const auto& one) { return one.why.find("too deep") != std::string::npos; }));
}

TEST(TipMail, AThousandNestedPartsDoNoHarm) {
  std::string mail = "From: a@b.example\nTo: c@d.example\nMIME-Version: 1.0\n";
  for (int i = 0; i < 3'000; ++i) mail += "Content-Type: multipart/mixed; boundary=\"b" + std::to_string(i) + "\"\n\n--b" + std::to_string(i) + "\n";
  const auto reading = ReadTip("nested.eml", mail, FakeTools());
  EXPECT_FALSE(reading.items.empty() && reading.not_read.empty());
}

TEST(TipOutside, ReadsWhatAPictureSays) {
  if (::system("command -v tesseract >/dev/null 2>&1") != 0) GTEST_SKIP() << "tesseract is not installed";
  const auto words = OutsideTools().picture(GoldenInput("tip/screenshot.png"));
  ASSERT_TRUE(words) << words.error().message();
  EXPECT_THAT(words->text, HasSubstr("Oakmoor School is a disgrace"));
  EXPECT_THAT(words->text, HasSubstr("The head teacher lies to parents"));
  EXPECT_GT(words->confidence, 80u);
  const auto broken = OutsideTools().picture(GoldenInput("tip/screenshot.png").substr(0, 300));
  ASSERT_FALSE(broken && !broken->text.empty());
}

TEST(TipOutside, ReadsWhatAPdfSays) {
  if (::system("command -v pdftotext >/dev/null 2>&1") != 0) GTEST_SKIP() << "pdftotext is not installed";
  const auto words = OutsideTools().pdf(GoldenInput("tip/words.pdf"));
  ASSERT_TRUE(words) << words.error().message();
  EXPECT_THAT(*words, HasSubstr("The head teacher lies to parents"));
  const auto broken = OutsideTools().pdf("%PDF-1.4\nnothing in it");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().fault(), Fault::kMalformed);
}

TEST(TipOutside, AProgramThatMisbehavesIsAMessage) {
  EXPECT_EQ(RunOutside({"heed-no-such-program"}, "").error().fault(), Fault::kUnsupported);
  EXPECT_EQ(RunOutside({"cat"}, "words").value(), "words");
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(RunOutside({"cat"}, large).value(), large);
  EXPECT_EQ(RunOutside({"true"}, large).value(), "");
  EXPECT_EQ(RunOutside({"cat"}, large, {.output = 1'000'000}).error().fault(), Fault::kTooLarge);
  EXPECT_EQ(RunOutside({"sleep", "60"}, "", {.time = std::chrono::milliseconds{50}}).error().fault(), Fault::kUnavailable);
  EXPECT_EQ(RunOutside({"sh", "-c", "exec >&- 2>&-; sleep 60"}, "", {.time = std::chrono::milliseconds{200}}).error().fault(), Fault::kUnavailable) << "one that hides and goes on";
  const auto failed = RunOutside({"ls", "/no/such/file"}, "");
  EXPECT_EQ(failed.error().fault(), Fault::kMalformed);
  EXPECT_THAT(failed.error().message(), HasSubstr("No such file"));
  EXPECT_THAT(RunOutside({"sh", "-c", "kill -SEGV $$"}, "").error().message(), HasSubstr("crashed"));
  const TempFolder folder;
  EXPECT_FALSE(RunOutside({"sh", "-c", "echo words > " + (folder / "a")}, "") && ReadFile(folder / "a").value_or("") == "words\n") << "no file may grow";
  EXPECT_EQ(RunOutside({"env"}, "").value().find("HOME="), std::string::npos) << "secrets in the environment stay here";
}

TEST(TipOutside, ReadsTesseractsTable) {
  const auto words = ReadTesseractTable(
      "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90.5\tone\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t50\tthree\n"
      "5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t70\tnext\n5\t1\t2\t1\t1\t1\t0\t0\t9\t9\t70\tblock\n5\t1\t2\t1\t1\t2\t0\t0\t9\t9\t95\t \n5\tcut");
  EXPECT_EQ(words.text, "one three\nnext\n\nblock");
  EXPECT_EQ(words.confidence, 67u);
  EXPECT_EQ(ReadTesseractTable("").confidence, 0u);
  const auto no_number = ReadTesseractTable("heading\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\tnan\tone\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t50\ttwo");
  EXPECT_EQ(no_number.text, "two");
  EXPECT_EQ(no_number.confidence, 50u);
}

TEST(TipFuzz, Holds) {
  ZipMaker zip;
  zip.Add("_chat.txt", GoldenInput("tip/whatsapp_ios.txt"));
  zip.Add("a/result.json", GoldenInput("tip/telegram.json"));
  std::vector<std::string> corpus = {zip.Bytes()};
  for (const auto name : {"whatsapp_ios.txt", "whatsapp_android.txt", "whatsapp_12h_ios.txt", "telegram.json", "telegram.html", "facebook_messages.json", "facebook_comments.json", "instagram_comments.json", "tiktok.json", "page.html", "page.mhtml",
                          "forwarded.eml", "plain.eml", "words.pdf"})
    corpus.push_back(GoldenInput(std::string("tip/") + name));
  Hammer(&FuzzTip, corpus, 600, 7);
}

}  // namespace
}  // namespace heed
