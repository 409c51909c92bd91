// HTML to text, and XML that may be hostile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "connectors/markup/html.h"
#include "connectors/markup/markdown.h"
#include "connectors/markup/xml.h"
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

TEST(MarkdownToText, ShowsWhatAReaderSees) {
  const std::vector<HtmlCase> cases = {
      {"nothing", "", ""},
      {"plain words", "Oakmoor School", "Oakmoor School"},
      {"emphasis", "this is **very** _bad_ and ~~not~~ ***so*** `good`", "this is very bad and not so good"},
      {"emphasis inside a word", "sh**i**t", "shit"},
      {"a hidden letter is no emphasis", "f*ck this sh*t", "f*ck this sh*t"},
      {"underscores in a name", "@some_body_else and a_b", "@some_body_else and a_b"},
      {"a lone star", "2 * 3 * 4", "2 * 3 * 4"},
      {"links", "see [the gate](https://x.example/a_b) and [this][1] now", "see the gate and this now"},
      {"a link without its end", "see [the gate](https", "see the gate(https"},
      {"an image", "![the gate](https://x.example/a.png) broken", "the gate broken"},
      {"blocks", "# Title\n\n> quoted\n> > deeper\n- one\n* two\n1. three\n---\nend", "Title\n\nquoted\ndeeper\none\ntwo\nthree\n\nend"},
      {"a hashtag is no heading", "#OakmoorSchool", "#OakmoorSchool"},
      {"escapes", "\\*not\\* \\<b\\> \\&amp;", "*not* <b> &amp;"},
      {"HTML and entities", "a<br>b &amp; <b>c</b>", "a\nb & c"},
      {"code", "```\nx\n```", "x"},
      {"a mark of another writing", "**学校**は", "学校は"},
      {"bytes that are no UTF-8", "a\xff", "a\uFFFD"},
  };
  for (const auto& one : cases) EXPECT_EQ(MarkdownToText(one.html), one.text) << one.what;
}

TEST(MarkdownToText, TakesAnythingInLinearTime) {
  for (const auto* piece : {"[", "]", "](", "![", "*", "_", "> ", "`", "\\", "[a](b", "# ", "1. ", "a*"}) {
    std::string many;
    for (int i = 0; i < 100'000; ++i) many += piece;
    EXPECT_LE(MarkdownToText(many).size(), many.size()) << piece;
  }
}

std::string Deep(int levels) {
  std::string xml;
  for (int i = 0; i < levels; ++i) xml += "<a>";
  for (int i = 0; i < levels; ++i) xml += "</a>";
  return xml;
}

TEST(Xml, ReadsElementsAttributesAndText) {
  const auto document = XmlDocument::Parse(
      "<?xml version=\"1.0\"?><r xmlns:m=\"urn:m\" xml:lang=\"en-GB\" xml:base=\"https://a.example/x/\"><!-- c --><m:a k=\"v&amp;w\" m:k=\"n\"> one <b>two</b><![CDATA[ & <three>]]> </m:a><a/></r>");
  ASSERT_TRUE(document) << document.error().message();
  const XmlElement root = document->Root();
  EXPECT_EQ(root.Name(), "r");
  const XmlElement a = root.FirstChild();
  EXPECT_TRUE(a.Is("a", "urn:m"));
  EXPECT_EQ(a.Attribute("k"), "v&w");
  EXPECT_EQ(a.Attribute("k", "urn:m"), "n");
  EXPECT_EQ(a.Attribute("absent"), "");
  EXPECT_TRUE(a.HasAttribute("k"));
  EXPECT_FALSE(a.HasAttribute("absent"));
  EXPECT_EQ(a.Text(), "one two & <three>");
  EXPECT_EQ(a.Language(), "en-GB");
  EXPECT_EQ(a.Base("https://b.example/"), "https://a.example/x/");
  EXPECT_EQ(document->Root().Child("a", "").Name(), "a");
  EXPECT_FALSE(root.Child("z", ""));
  EXPECT_EQ(XmlElement().Text(), "");
  EXPECT_EQ(document->Repaired(), "");
}

TEST(Xml, ForgivesWhatIsPlain) {
  const std::vector<HtmlCase> cases = {
      {"a bare ampersand", "<r>Tom & Jo</r>", "Tom & Jo"},
      {"an address", "<r>http://x.example/?a=1&b=2&amp;c=&lt;</r>", "http://x.example/?a=1&b=2&c=<"},
      {"an ampersand where it is none", "<r>&<![CDATA[ & ]]><!-- & --></r>", "& &"},
      {"an entity nobody knows", "<r>a&unknown;b&#x41;&#65;</r>", "a&unknown;bAA"},
      {"HTML's entities", "<r>caf&eacute;&nbsp;&hellip; &lt;</r>", "caf\u00e9\u00a0\u2026 <"},
      {"HTML's entities in an old feed", "<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS 0.91//EN\" \"http://127.0.0.1:9/rss.dtd\"><r>caf&eacute;</r>", "caf\u00e9"},
      {"an undeclared prefix", "<r><media:x>a</media:x></r>", "a"},
      {"a control character", "<r>a\x02z</r>", "az"},
  };
  for (const auto& one : cases) {
    const auto document = XmlDocument::Parse(one.html);
    ASSERT_TRUE(document) << one.what << ": " << document.error().message();
    EXPECT_EQ(document->Root().Text(), one.text) << one.what;
  }
}

TEST(Xml, ReadsEveryCharset) {
  struct Case {
    const char* what;
    std::string bytes, charset;
    bool repaired;
  };
  const std::string utf16_le = [] {
    std::string bytes = "\xFF\xFE";
    for (const char c : std::string("<?xml version=\"1.0\" encoding=\"UTF-16\"?><r>caf\xe9</r>")) (bytes += c) += '\0';
    return bytes;
  }();
  const std::vector<Case> cases = {
      {"UTF-8", "<r>caf\xc3\xa9</r>", "", false},
      {"UTF-8 with a mark, whatever the header says", "\xEF\xBB\xBF<r>caf\xc3\xa9</r>", "iso-8859-1", false},
      {"declared ISO-8859-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r>caf\xe9</r>", "", false},
      {"declared windows-1252", "<?xml version=\"1.0\" encoding=\"windows-1252\"?><r>caf\xe9</r>", "", false},
      {"the header's charset", "<r>caf\xe9</r>", "iso-8859-1", false},
      {"the header beats the declaration", "<?xml version=\"1.0\" encoding=\"utf-8\"?><r>caf\xe9</r>", "windows-1252", false},
      {"a charset nobody knows", "<r>caf\xc3\xa9</r>", "x-nobody", false},
      {"a charset nobody knows, and bytes that are not UTF-8", "<r>caf\xe9</r>", "x-nobody", true},
      {"a declared charset nobody knows", "<?xml version=\"1.0\" encoding=\"x-nobody\"?><r>caf\xe9</r>", "", true},
      {"UTF-16", utf16_le, "", false},
      {"not the UTF-8 it claims", "<?xml version=\"1.0\" encoding=\"utf-8\"?><r>caf\xe9</r>", "", true},
  };
  for (const auto& one : cases) {
    const auto document = XmlDocument::Parse(one.bytes, one.charset);
    ASSERT_TRUE(document) << one.what << ": " << document.error().message();
    EXPECT_EQ(document->Root().Text(), "caf\u00e9") << one.what;
    EXPECT_EQ(!document->Repaired().empty(), one.repaired) << one.what << ": " << document->Repaired();
  }
  const auto mixed = XmlDocument::Parse("<r>caf\xc3\xa9 na\xc3\xafve b\xff</r>");
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->Root().Text(), "caf\u00e9 na\u00efve b\uFFFD") << "one bad byte does not spoil the rest";
}

TEST(Xml, RefusesWhatIsDangerousOrBroken) {
  std::string laughs = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\">";
  for (char c = 'b'; c < 'z'; ++c) {
    laughs += std::string("<!ENTITY ") + c + " \"";
    for (int i = 0; i < 10; ++i) laughs += std::string("&") + static_cast<char>(c - 1) + ";";
    laughs += "\">";
  }
  const std::vector<HtmlCase> cases = {
      {"a billion laughs", laughs + "]><l>&y;</l>", "entities"},
      {"a billion laughs in an attribute", laughs + "]><l a=\"&y;\"/>", "entities"},
      {"one long entity, often", "<!DOCTYPE l [<!ENTITY a \"" + std::string(50'000, 'x') + "\">]><l>&a;&a;</l>", "entities"},
      {"a file's entity", "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><l>&x;</l>", "entities"},
      {"an entity from the network", "<!DOCTYPE l [<!ENTITY x SYSTEM \"http://127.0.0.1:9/\">]><l>&x;</l>", "entities"},
      {"a parameter entity", "<!DOCTYPE l [<!ENTITY % x SYSTEM \"http://127.0.0.1:9/\"> %x;]><l/>", "entities"},
      {"257 levels", Deep(300), "line 1"},
      {"100,000 levels", Deep(100'000), "line 1"},
      {"nothing", "", "XML"},
      {"words", "hello", "XML"},
      {"cut in a tag", "<r><a>b</a><c", "XML"},
      {"cut in text", "<r><a>b</a>tex", "XML"},
      {"cut before the last tag", "<r><a>b</a>", "XML"},
      {"rubbish behind", "<r/>rubbish", "XML"},
      {"tags that cross", "<r><a><b></a></b></r>", "XML"},
      {"a zero byte", std::string("<r>a\0b</r>", 10), "XML"},
  };
  for (const auto& one : cases) {
    const auto document = XmlDocument::Parse(one.html);
    ASSERT_FALSE(document) << one.what << " read as \"" << document->Root().Text().substr(0, 100) << "\"";
    EXPECT_EQ(document.error().fault(), Fault::kMalformed) << one.what;
    EXPECT_THAT(document.error().message(), testing::HasSubstr(one.text)) << one.what;
  }
}

TEST(Xml, EveryCutIsSeen) {
  const std::string whole = "<?xml version=\"1.0\"?><r a=\"b\"><a>x &amp; y</a><![CDATA[z]]><!-- c --></r>";
  ASSERT_TRUE(XmlDocument::Parse(whole));
  for (std::size_t at = 0; at < whole.size(); ++at) EXPECT_FALSE(XmlDocument::Parse(whole.substr(0, at))) << whole.substr(0, at);
}

}  // namespace
}  // namespace heed
