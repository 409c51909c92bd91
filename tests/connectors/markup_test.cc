// HTML to text, and XML that may be hostile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "connectors/markup/html.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

struct HtmlCase {
  const char* what;
  std::string html, text;
};

TEST(HtmlToText, ShowsWhatAReaderSees) {
  const std::vector<HtmlCase> cases = {
      {"nothing", "", ""},
      {"plain words", "Oakmoor School", "Oakmoor School"},
      {"white space collapses", "  a \n\t b\r\n  c ", "a b c"},
      {"paragraphs part words", "<p>one</p><p>two</p>", "one\n\ntwo"},
      {"paragraphs nobody closed", "<p>one<p>two", "one\n\ntwo"},
      {"a break parts words", "one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"},
      {"two breaks leave an empty line", "one<br><br>two", "one\n\ntwo"},
      {"many breaks leave one", "one<br><br><br><br>two", "one\n\ntwo"},
      {"blocks begin lines", "a<div>b</div>c<ul><li>d</li><li>e</li></ul>f", "a\nb\nc\n\nd\ne\n\nf"},
      {"cells are apart", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
      {"inline elements add nothing", "s<b>h</b>i<i>t</i>s<span>h</span>ow", "shitshow"},
      {"space around inline elements stays one", "a <b> b </b> c", "a b c"},
      {"an unknown element is inline", "o<x-y>n</x-y>e", "one"},
      {"entities", "Tom &amp; Jo &lt;3 &quot;x&quot; &#39;y&#x27; &eacute;&euro;&nbsp;z", "Tom & Jo <3 \"x\" 'y' é€\u00A0z"},
      {"entities of HTML 5", "a&apos;b&commat;c&period;d&lpar;e&rpar;", "a'b@c.d(e)"},
      {"entities without semicolon", "&copy 2026 &ampx", "© 2026 &ampx"},
      {"no entities", "AT&T a&b; x?a=1&sum=2 &; &#; &#x; &", "AT&T a&b; x?a=1&sum=2 &; &#; &#x; &"},
      {"decoded once only", "&amp;lt;b&amp;gt;", "&lt;b&gt;"},
      {"numbers of windows-1252", "&#146;&#x80;", "\u2019€"},
      {"numbers that are no characters", "&#0;&#xD800;&#x110000;&#99999999999999999999;", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"script and style are dropped", "a<script>var x='<p>b</p>';</script><style>p{}</style>c<noscript>d</noscript>e", "ace"},
      {"a script that is never closed", "a<script>b", "a"},
      {"a script's end is a whole name", "a<script>x</scripty>y</script >b", "ab"},
      {"comments are dropped", "a<!-- b --><!--><!--->c<!-- d --!>e", "ace"},
      {"a comment that is never closed", "a<!-- b", "a"},
      {"declarations", "<!DOCTYPE html><?xml version='1'?><html><head><title>t</title></head><body>b</body></html>", "b"},
      {"a less-than sign", "1 < 2 and a<3 <", "1 < 2 and a<3 <"},
      {"a quoted greater-than sign", "<a title=\"x>y\" href='>'>link</a>", "link"},
      {"a tag that is never closed", "a <b", "a"},
      {"an attribute that is never closed", "a <b title=\"x", "a"},
      {"an image's alternative text", "a<img src=x alt=\"the &quot;gate&quot;\">b <img alt=c> <img>", "a the \"gate\" b c"},
      {"preformatted", "<pre>a\n  b\tc</pre>d e", "a\n  b c\nd e"},
      {"a mention on Mastodon", "<p><span class=\"h-card\"><a href=\"https://social.example/@jo\" class=\"u-url mention\">@<span>jo</span></a></span> hi</p>", "@jo hi"},
      {"a hashtag on Mastodon", "<a href=\"x\">#<span>OakmoorSchool</span></a>", "#OakmoorSchool"},
      {"a link on Mastodon", "see <a href=\"https://oakmoor.example/news/a-long-path\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">oakmoor.example/news/a-lo</span><span class=\"invisible\">ng-path</span></a>!", "see https://oakmoor.example/news/a-long-path!"},
      {"control characters go", std::string("a\0b\x01" "c\x7f", 7), "abc"},
      {"bytes that are no UTF-8", "a\xff" "b\xc3", "a\uFFFDb\uFFFD"},
      {"a zero-width space stays where it was", "a\u200Bb", "a\u200Bb"},
      {"text in markup of another writing", "<p>学校<br>は</p>", "学校\nは"},
  };
  for (const auto& one : cases) EXPECT_EQ(HtmlToText(one.html), one.text) << one.what;
}

TEST(HtmlToText, TakesAHundredThousandLevels) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<div><b>";
  deep += "here";
  EXPECT_EQ(HtmlToText(deep), "here");
  for (const auto* piece : {"<", "<!--", "<a \"", "<a b='", "&", "&#", "</", "<script>", "</script", "<!", "<pre> ", "&#x41", "<p>x", "<img alt='x'>"}) {
    std::string many;
    for (int i = 0; i < 100'000; ++i) many += piece;
    EXPECT_LE(HtmlToText(many).size(), many.size() * 2) << piece;  // and it came back at all
  }
}

TEST(HtmlToText, AnswersUtf8WhateverComes) {
  std::mt19937 dice(1);
  const std::vector<std::string> pieces = {"<p>", "</p>", "<br>", "<", ">", "&", "&amp;", "&#x", ";", "\"", "'", "=", "<!--", "-->", "<script>", "</script>",
                                           "<pre>", "</pre>", " ", "\n", "\xff", "\xc3", "\xc3\xa9", std::string(1, '\0'), "word", "<img alt=", "<td>"};
  for (int round = 0; round < 3'000; ++round) {
    std::string html;
    for (int i = 0; i < 40; ++i) html += pieces[dice() % pieces.size()];
    const std::string text = HtmlToText(html);
    ASSERT_TRUE(IsUtf8(text));
    ASSERT_EQ(text.find('\0'), std::string::npos);
    if (!text.empty()) {
      ASSERT_NE(text.front(), ' ');
      ASSERT_NE(text.back(), ' ');
      ASSERT_NE(text.back(), '\n');
    }
  }
}

TEST(DecodeEntities, LeavesMarkupAlone) { EXPECT_EQ(DecodeEntities("<b>Tom &amp; Jo</b> &unknown;"), "<b>Tom & Jo</b> &unknown;"); }

}  // namespace
}  // namespace heed
