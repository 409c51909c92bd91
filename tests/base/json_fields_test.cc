// The fast door for lines of posts, against the patient one: what it reads, it reads alike.
#include "src/base/json_fields.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "src/base/json.h"

namespace heed {
namespace {

struct Post {
  std::string id, text;
  bool operator==(const Post&) const = default;
};

std::optional<Post> Fast(JsonFields& fields, std::string line) {
  const std::size_t size = line.size();
  line.append(JsonFields::kSlack, '\0');
  if (!fields.Read(line.data(), size)) return std::nullopt;
  return Post{std::string(fields.id()), std::string(fields.text())};
}

std::optional<Post> Patient(JsonParser& parser, std::string_view line) {
  const auto root = parser.Parse(line);
  if (!root || !root->IsObject()) return std::nullopt;
  const auto text = (*root)["text"].String();
  if (!text) return std::nullopt;
  const Json id = (*root)["id"];
  return Post{!id ? "null" : id.Int() ? std::to_string(*id.Int()) : id.Dump(), std::string(*text)};
}

TEST(JsonFields, ReadsPlainLines) {
  JsonFields fields;
  EXPECT_EQ(Fast(fields, R"({"id": 7, "text": "a \"b\" \u00e9 \ud83d\ude00"})"), (Post{"7", "a \"b\" \u00e9 \U0001F600"}));
  EXPECT_EQ(Fast(fields, R"( {"more": {"id": 1, "text": [true, 1.5]}, "text": "first", "text": "second", "id": "x\u0001\/"} )"), (Post{"\"x\\u0001/\"", "first"}));
  EXPECT_EQ(Fast(fields, R"({"text": ""})"), (Post{"null", ""}));
  EXPECT_EQ(Fast(fields, R"({"text": "a", "id": 18446744073709551615})"), (Post{"18446744073709551615", "a"}));
}

TEST(JsonFields, LeavesToThePatientOneWhatIsNotPlain) {
  JsonFields fields;
  for (const std::string line : {"", "[]", "7", "\"text\"", R"({"id": 1})", R"({"text": 1})", R"({"text": "a", "id": 1.5})", R"({"text": "a", "id": [1]})", R"({"text": "a", "id": {}})",
                                 R"({"text": "a"} x)", R"({"text": "a)", R"({"text": "\ud83d"})", R"({"text": "\udc00"})", "{\"text\": \"a\xFF\"}", "{\"text\": \"a\", \"x\": \"\xC3\"}"}) {
    EXPECT_FALSE(Fast(fields, line)) << line;
  }
  EXPECT_FALSE(Fast(fields, std::string("{\"text\": \"a\"}\0", 14)));
  EXPECT_FALSE(Fast(fields, std::string("{\"text\": \"a\0b\"}", 15)));
  EXPECT_FALSE(Fast(fields, "{\"text\": \"a\", \"x\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}"));
}

TEST(JsonFields, AgreesWithThePatientOneOnNoise) {
  const std::vector<std::string> pieces = {"{", "}", "[", "]", ",", ":", "\"id\"", "\"text\"", "\"x\"", "\"a b\"", "7", "-0", "1e3", "1e999", "true", "null", "\"\\ud83d\"", "\"\\udc00\"", "\"\\n\\u0000\"",
                                           "\"\xF0\x9F\x98\x80\"", "\xFF", " ", "\\", "{\"id\":1,\"text\":\"t\"}", "\"text\":\"t\"", "\"id\":\"i\""};
  std::mt19937 random(3);
  JsonFields fields;
  JsonParser parser;
  std::size_t read = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string line = random() % 4 ? "{\"text\":\"t\"" : "";
    for (unsigned k = random() % 6; k > 0; --k) {
      if (random() % 2) line += ",\"x\":";
      line += pieces[random() % pieces.size()];
    }
    if (random() % 4) line += "}";
    const auto fast = Fast(fields, line);
    if (!fast) continue;
    ++read;
    ASSERT_EQ(fast, Patient(parser, line)) << line;
  }
  EXPECT_GT(read, 1000u);
}

TEST(JsonFields, WritesStringsAsTheWriterDoes) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "\u00e9\U0001F600\u2028";
  std::string ours;
  AppendJsonString(ours, all);
  JsonWriter writer;
  EXPECT_EQ(ours, writer.String(all).text());
}

}  // namespace
}  // namespace heed
