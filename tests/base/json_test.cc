// What JSON in and out promise: nothing a stranger sends crashes, and a wrong type reads as absent.
#include "src/base/json.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(Json, ReadsMembersAndElementsInOrder) {
  JsonParser parser;
  const auto root = parser.Parse(R"({"a":[1,"two",3.5,true,null],"b":{"c":"d"}})");
  ASSERT_TRUE(root) << root.error().message();
  EXPECT_EQ((*root)["a"].size(), 5u);
  EXPECT_EQ((*root)["a"][0].Int(), 1);
  EXPECT_EQ((*root)["a"][1].String(), "two");
  EXPECT_EQ((*root)["a"][2].Number(), 3.5);
  EXPECT_EQ((*root)["a"][3].Bool(), true);
  EXPECT_TRUE((*root)["a"][4].IsNull());
  EXPECT_EQ((*root)["b"]["c"].StringOr(""), "d");
  std::string keys;
  root->EachMember([&](std::string_view key, Json) { keys += key; });
  EXPECT_EQ(keys, "ab");
}

TEST(Json, AWrongTypeOrAMissingPathReadsAsAbsent) {
  JsonParser parser;
  const Json root = *parser.Parse(R"({"text":"x","list":[]})");
  EXPECT_FALSE(root["text"].Int());
  EXPECT_FALSE(root["text"]["deeper"]["still"].String());
  EXPECT_FALSE(root["list"][3]);
  EXPECT_FALSE(Json{}["anything"]);
  EXPECT_FALSE(root["missing"].IsNull());
}

TEST(Json, IdsMayBeTextOrNumbersBeyondADouble) {
  JsonParser parser;
  const Json root = *parser.Parse(R"([1990000000000000001,"01HX","",-3,1.5])");
  EXPECT_EQ(root[0].Id(), "1990000000000000001");
  EXPECT_EQ(root[1].Id(), "01HX");
  EXPECT_EQ(root[3].Id(), "-3");
  EXPECT_FALSE(root[4].Id());
}

TEST(Json, BadDocumentsAreMalformedAndSayWhere) {
  const std::string deep(100'000, '[');
  std::string closed = deep + std::string(100'000, ']');
  std::string objects;
  for (int i = 0; i < 50'000; ++i) objects += "{\"a\":";
  const std::string cases[] = {"", " ", "{", "[1,", "{\"a\" 1}", "nul", "\"\xff\"", "\"\xed\xa0\x80\"", "[1] 2", "\"\\ud80\"", "\"\\udx00\"", "\"\\ud800", deep, closed, objects,
                               std::string("\"a\0b\"", 5)};
  JsonParser parser;
  for (const auto& text : cases) {
    const auto result = parser.Parse(text);
    ASSERT_FALSE(result) << text.substr(0, 40);
    EXPECT_EQ(result.error().fault(), Fault::kMalformed);
  }
  EXPECT_NE(parser.Parse("[1,").error().message().find("byte 3"), std::string::npos);
}

// An emoji cut in two by a platform's length limit lost the whole page, or came through as bytes that are not UTF-8.
TEST(Json, HalfASurrogatePairReadsAsTheReplacementCharacter) {
  const struct {
    const char *json, *text;
  } cases[] = {
      {R"("\ud83d")", "\uFFFD"},
      {R"("\udc00")", "\uFFFD"},
      {R"("\uDE00 a \uD83D")", "\uFFFD a \uFFFD"},
      {R"("\ud83d\ud83d\ude00")", "\uFFFD\U0001F600"},
      {R"("\ud83d\ude00\ude00")", "\U0001F600\uFFFD"},
      {R"("\uD83D\uDE00")", "\U0001F600"},
      {R"("\ud83d\n\ude00")", "\uFFFD\n\uFFFD"},
      {R"("\ud83d\u0041")", "\uFFFD" "A"},
      {R"("\\ud83d")", "\\ud83d"},
      {R"("\\\ud83d")", "\\\uFFFD"},
      {R"("\ud7ff\ue000")", "\xED\x9F\xBF\xEE\x80\x80"},
  };
  JsonParser parser;
  for (const auto& [json, text] : cases) {
    const auto root = parser.Parse(json);
    ASSERT_TRUE(root) << json << ": " << root.error().message();
    EXPECT_EQ(root->StringOr(""), text) << json;
  }
  const auto object = parser.Parse(R"({"k\udc00":[1,"\ud800"]})");
  ASSERT_TRUE(object);
  EXPECT_EQ((*object)["k\uFFFD"][1].StringOr(""), "\uFFFD");
  EXPECT_NE(parser.Parse(R"(["\ud800" x)").error().message().find("byte 10"), std::string::npos);
}

TEST(Json, TheSameParserServesDocumentAfterDocument) {
  JsonParser parser;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = "{\"n\":" + std::to_string(i) + ",\"s\":\"" + std::string(static_cast<std::size_t>(i), 'x') + "\"}";
    const auto root = parser.Parse(text);
    ASSERT_TRUE(root);
    ASSERT_EQ((*root)["n"].Int(), i);
    ASSERT_EQ((*root)["s"].StringOr("").size(), static_cast<std::size_t>(i));
  }
}

TEST(JsonWriter, WritesWhatTheParserReadsBack) {
  JsonWriter out;
  out.Object().Field("text", "a \"quote\"\n\x01").Field("n", std::int64_t{-5}).Field("yes", true).Key("list").Array().Int(1).Null().EndArray().EndObject();
  JsonParser parser;
  const Json root = *parser.Parse(out.text());
  EXPECT_EQ(root["text"].StringOr(""), "a \"quote\"\n\x01");
  EXPECT_EQ(root["n"].Int(), -5);
  EXPECT_EQ(root["list"].size(), 2u);
  EXPECT_EQ(root.Dump(), out.text());
}

TEST(JsonWriter, BytesThatAreNotUtf8AreReplacedNotPassedOn) {
  JsonWriter out;
  out.String("a\xff" "b");
  EXPECT_EQ(out.Take(), "\"a\xEF\xBF\xBD" "b\"");
  out.String("again");
  EXPECT_EQ(out.Take(), "\"again\"");
}

}  // namespace
}  // namespace heed
