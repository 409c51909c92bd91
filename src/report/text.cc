#include "src/report/text.h"

#include <algorithm>
#include <array>
#include <vector>

#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

constexpr std::size_t kShortPassage = 4;  // words

// Lower case, and every run of anything but letters and digits one space: words set between spaces.
std::string Words(std::string_view text) {
  std::string out = " ";
  for (const char c : LowerAscii(text)) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (word) out += c;
    else if (out.back() != ' ') out += ' ';
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

// Words that a report may need and that hurt nobody by themselves.
constexpr std::array<std::string_view, 118> kOrdinary = {
    "a",       "about",   "account", "all",     "am",       "an",      "and",     "any",      "are",     "as",      "at",       "be",      "been",    "being",   "by",      "call",
    "called",  "calls",   "can",     "child",   "children", "class",   "every",   "everyone", "for",     "from",    "get",      "go",      "going",   "governor", "governors", "had",
    "has",     "have",    "he",      "head",    "headteacher", "her",  "here",    "hers",     "him",     "his",     "home",     "how",     "i",       "if",      "in",      "into",
    "is",      "it",      "its",     "just",    "kid",      "kids",    "like",    "look",     "make",    "man",     "me",       "member",  "more",    "mother",  "mum",     "my",
    "no",      "not",     "of",      "off",     "on",       "one",     "or",      "our",      "out",     "parent",  "parents",  "people",  "person",  "post",    "pupil",   "pupils",
    "school",  "schools", "she",     "should",  "so",       "some",    "staff",   "student",  "students", "such",   "teacher",  "teachers", "than",   "that",    "the",     "their",
    "them",    "then",    "there",   "these",   "they",     "this",    "those",   "to",       "too",     "up",      "was",      "we",      "were",    "what",    "who",     "will",
    "with",    "woman",   "you",     "your",    "yours",    "yourself"};

std::string Hidden(std::string_view word) {
  std::size_t at = 0;
  if (!word.empty()) NextChar(word, at);
  return "\"" + std::string(word.substr(0, at)) + "...\"";
}

std::string_view Deed(Category category) {
  switch (category) {
    case Category::kThreat: return "It threatens people at the school.";
    case Category::kDiscrimination: return "It attacks people for who they are, in discriminatory words.";
    case Category::kAbuse: return "It insults and humiliates people at the school in abusive words.";
    case Category::kDefamation: return "It makes a damaging claim about a person at the school, presented as fact.";
    case Category::kBullying: return "It humiliates a child or a parent in public.";
    case Category::kIncitement: return "It calls on others to act against people at the school, or gives away where they can be found.";
  }
  return "";
}

}  // namespace

Done CheckReportText(std::string_view text, const Post& post, const Assessment& assessment, std::size_t most) {
  if (Trim(text).empty()) return Fail(Fault::kInvalid, "a report needs words: say in a sentence or two what the post does, and to whom");
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size(); ++length) NextChar(text, at);
  if (most > 0 && length > most) return Fail(Fault::kInvalid, "the text has " + std::to_string(length) + " characters; the platform takes " + std::to_string(most));
  const std::string words = Words(text);
  const auto refuse = [](std::string_view word) {
    return Fail(Fault::kInvalid, "the text repeats words of the post (" + Hidden(Trim(word)) + "): describe them instead, as in \"a racist word for her\"; platforms turn such reports away");
  };
  std::string scratch;
  const std::string_view judged = JudgedText(post, scratch);
  for (const auto& hit : assessment.hits) {
    if (hit.begin >= hit.end || hit.begin >= judged.size()) continue;
    const std::string passage = Words(judged.substr(hit.begin, std::min<std::size_t>(hit.end, judged.size()) - hit.begin));
    std::vector<std::string_view> each;
    for (const auto word : Split(std::string_view(passage), ' '))
      if (!word.empty()) each.push_back(word);
    const auto ordinary = [](std::string_view word) { return std::ranges::find(kOrdinary, word) != kOrdinary.end(); };
    if (each.empty() || std::ranges::all_of(each, ordinary)) continue;
    if (words.find(passage) != words.npos) return refuse(each.front());
    const bool hurtful = hit.category == Category::kAbuse || hit.category == Category::kDiscrimination || hit.category == Category::kBullying;
    if (!hurtful || each.size() > kShortPassage) continue;
    for (const auto word : each)
      if (!ordinary(word) && words.find(" " + std::string(word) + " ") != words.npos) return refuse(word);
  }
  return {};
}

std::string DraftReport(const Case& c, const Post& post, const School& school, std::size_t most) {
  std::string text = "This post is about " + (school.name.empty() ? std::string("our school") : school.name) + " and people who work or learn there.";
  const auto category = c.decision && c.decision->category ? c.decision->category
                        : c.assessment.categories.empty() ? std::nullopt
                                                          : std::optional(c.assessment.categories.front());
  if (category) text += " " + std::string(Deed(*category));
  text += " We ask you to review it under your rules and remove it.";
  if (!post.permalink.empty()) text += " Address: " + post.permalink + ".";
  if (post.created_at) text += " Posted " + FormatRfc3339(*post.created_at).substr(0, 10) + ".";
  std::string scratch;
  text += " SHA-256 of its text as we saw it: " + Sha256Hex(JudgedText(post, scratch)) + ".";
  text += " Reported by the school itself.";
  if (most == 0) return text;
  std::string cut;
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size() && length < most; ++length) {
    const std::size_t from = at;
    NextChar(text, at);
    cut.append(text, from, at - from);
  }
  return cut;
}

}  // namespace heed
