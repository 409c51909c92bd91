// Strangers' words on every page that shows them: words, and nothing else.
#include <random>

#include "src/base/utf8.h"
#include "src/console/words.h"
#include "tests/console/fixture.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Visible, ShowsWhatHides) {
  const struct {
    std::string text, shown;
  } cases[] = {
      {"plain", "plain"},
      {"a\nb\tc\r\nd\re", "a\nb\tc\nd\ne"},
      {std::string("a\0b", 3), "a␀b"},
      {"\x1b[31m\x07\x7f", "␛[31m␇␡"},
      {"\u202Eevil\u202C", "‹U+202E›evil‹U+202C›"},
      {"\u2066x\u2069\u200B\u2060\uFEFF\u00AD", "‹U+2066›x‹U+2069›‹U+200B›‹U+2060›‹U+FEFF›‹U+00AD›"},
      {"\U000E0041", "‹U+E0041›"},
      {"\u2028\u2029", "‹U+2028›‹U+2029›"},
      {"bad \xff\xc0 bytes", "bad �� bytes"},
      {"👩‍👧 zażółć العربية", "👩‍👧 zażółć العربية"},
  };
  for (const auto& each : cases) EXPECT_EQ(Visible(each.text), each.shown);
  std::string heap = "Z";
  for (int i = 0; i < 500; ++i) heap += "\u0301";
  EXPECT_LT(Visible(heap + "o").size(), 20u) << "a tower of accents would cover the lines above";
}

TEST(Cover, LeavesFirstLettersOnly) {
  EXPECT_EQ(Cover("you absolute clown!"), "y•• a••••••• c••••!");
  EXPECT_EQ(Cover(""), "");
  EXPECT_EQ(OneLine("call\nyou a  clown", {{"r", Category::kAbuse, 1, 13, 18, View::kPlain, ""}}, Words::kCovered, 100), "call you a c••••");
  EXPECT_EQ(OneLine("0123456789", {}, Words::kShown, 4), "0123…");
}

TEST(Mark, JoinsWhatOverlapsAndKeepsEveryWord) {
  const std::vector<Hit> hits = {{"a", Category::kAbuse, 1, 4, 9, View::kPlain, ""}, {"b", Category::kAbuse, 1, 6, 12, View::kPlain, ""}, {"c", Category::kAbuse, 1, 12, 14, View::kPlain, ""},
                                 {"d", Category::kAbuse, 1, 500, 600, View::kPlain, ""}, {"e", Category::kAbuse, 1, 7, 7, View::kPlain, ""}};
  const auto marked = Mark("0123456789abcdefgh", hits, Words::kShown);
  std::string all;
  for (const auto& segment : marked.segments) all += Fill("words", Slots().Set("segments", std::vector<Slots>{segment}));
  EXPECT_THAT(all, HasSubstr("456789ab<"));
  EXPECT_THAT(all, HasSubstr("1, 2</span>"));
  EXPECT_EQ(marked.segments.size(), 4u);
  EXPECT_EQ(Mark(std::string(50'000, 'x'), {}, Words::kShown, 20'000).left_out, 30'000u);
}

// Any bytes, any offsets: text comes out, and it is UTF-8.
TEST(Words, NeverCrash) {
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string text(random() % 60, '\0');
    for (auto& c : text) c = static_cast<char>(random() % 3 ? random() : "a <&\"\n"[random() % 6]);
    std::vector<Hit> hits;
    for (int n = random() % 4; n > 0; --n) hits.push_back({"r", Category::kAbuse, 1, static_cast<std::uint32_t>(random() % 70), static_cast<std::uint32_t>(random() % 70), View::kPlain, ""});
    const std::string clean = RepairUtf8(text);
    for (const auto how : {Words::kCovered, Words::kShown}) {
      Mark(clean, hits, how, random() % 80);
      EXPECT_TRUE(IsUtf8(OneLine(clean, hits, how, random() % 80)));
    }
    EXPECT_TRUE(IsUtf8(Visible(text)));
  }
}

class Hostile : public ConsoleTest {};

TEST_F(Hostile, NothingOfAStrangerIsEverMarkup) {
  const std::vector<std::string> corpus = {
      "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "' onmouseover='alert(1)", "</bdi></main></body><h1>x</h1>", "{{{csrf}}} {{#nav}}{{/nav}} {{=<% %>=}}",
      "javascript:alert(1)", "&lt;script&gt;", "\u202E<b>\u202C", std::string("nul\0<i>", 7), "<!-- --> <![CDATA[x]]>", std::string(1'000'000, 'w'), "<a href=https://evil.example>x</a>"};
  AddPerson("amina", {{Role::kTriage, ""}, {Role::kHead, ""}, {Role::kAuditor, ""}});
  auto browser = SignedIn("amina");
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    const std::string& bad = corpus[i];
    auto post = APost("h" + std::to_string(i), "Oakmoor School " + bad);
    const std::string small = bad.substr(0, 2000);
    post.author = {small, small, small};
    post.platform = small.substr(0, 30);
    post.instance = post.title = post.warning = small;
    post.permalink = bad.starts_with("javascript") ? bad : "https://evil.example/" + small;
    post.media = {{small, small, small}};
    const CaseId id = Keep("oakmoor", post, {{"abuse.test", Category::kAbuse, 2, 0, 7, View::kPlain, "The lexicon's own words, not a stranger's."}});
    const std::string path = "/cases/" + std::to_string(id);
    std::vector<http::Response> pages;
    for (const std::string& page : {std::string("/queue"), path, path + "?words=shown", path + "/open", std::string("/audit"), std::string("/")}) pages.push_back(browser.Get(page));
    browser.Get(path);
    pages.push_back(browser.Post(path + "/author"));
    for (const auto& page : pages) {
      ASSERT_EQ(page.status, 200) << i;
      EXPECT_LT(page.body.size(), 3'000'000u);
      for (const char* never : {"<script>", "<img src=x", "<svg", "<h1>x", "<i>", "<b>", "<![CDATA", "<!-- -->", "href=\"javascript", "<a href=https", "\" onmouseover", "\u202E"})
        EXPECT_THAT(page.body, Not(HasSubstr(never))) << "post " << i;
      EXPECT_EQ(page.body.find('\0'), std::string::npos);
      EXPECT_TRUE(IsUtf8(page.body));
      // Our own form token is never handed to what a stranger wrote.
      EXPECT_EQ(page.body.find("{{{csrf}}} " + browser.csrf), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace heed
