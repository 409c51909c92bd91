// The fast matcher and the slow, obvious one agree on noise: random lexicons, random rules with everything a rule may say, random posts.
#include <random>
#include <set>

#include "tests/pipeline/judge_fixture.h"
#include "tests/pipeline/slow_matcher.h"

namespace heed {
namespace {

using namespace testing_pipeline;

class Noise {
 public:
  explicit Noise(unsigned seed) : random_(seed) {}

  unsigned Below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  bool OneIn(unsigned n) { return Below(n) == 0; }

  std::string Phrase() {
    std::string phrase = kWords[Below(8)];
    for (unsigned more = OneIn(3) ? 1 + Below(2) : 0; more > 0; --more) phrase += std::string(" ") + kWords[Below(8)];
    return phrase;
  }

  std::vector<SlowConcept> Concepts() {
    std::vector<SlowConcept> out = {{"pronoun", {"he"}, {}, {}}, {"opening", {"well", "and so"}, {}, {}}, {"closing", {"lol", "so there"}, {}, {}}};
    for (unsigned c = 0; c < kConcepts; ++c) {
      SlowConcept one{"c" + std::to_string(c), {}, {}, {}};
      for (unsigned p = 0; p < 1 + Below(3); ++p) one.phrases.push_back(Phrase());
      if (OneIn(4)) one.patterns.push_back(kPatterns[Below(3)]);
      if (OneIn(3)) one.except.push_back(OneIn(2) ? "=" + Phrase() : "c" + std::to_string(Below(kConcepts)));
      if (one.except == std::vector<std::string>{one.id}) one.except.clear();
      out.push_back(std::move(one));
    }
    return out;
  }

  // Half of the lexicons weigh words.  No two weigh the same, so that which weigh most is never in doubt.
  SlowWording Wording() {
    static constexpr const char* kSingle[] = {"alpha", "bravo", "carol", "delta", "echo", "foxes", "he", "well", "lol", "quad", "!", "\U0001F412"};
    static constexpr const char* kSpoken[] = {"abuse", "threat"};
    SlowWording out;
    weighs_ = OneIn(2);
    if (!weighs_) return out;
    out.from = 4 + static_cast<std::int32_t>(Below(12));
    out.below = static_cast<std::int32_t>(Below(4)) - 3;
    if (OneIn(2)) out.sure = out.from + static_cast<std::int32_t>(Below(10));
    if (OneIn(2)) out.calm = out.below - static_cast<std::int32_t>(Below(10));
    if (OneIn(2)) out.elsewhere = out.below - static_cast<std::int32_t>(Below(10));
    for (auto& from : out.insists)
      if (OneIn(2)) from = static_cast<std::int32_t>(Below(20)) - 8;
    if (OneIn(2)) out.about = {kWords[Below(8)], kWords[Below(8)]};
    std::set<std::vector<std::string>> known;
    for (std::int32_t i = 0; i < 14; ++i) {
      const bool above = OneIn(2), is_concept = OneIn(4);
      const std::string concept_id = "c" + std::to_string(Below(kConcepts));
      std::vector<std::string> words = {is_concept ? "concept " + concept_id : kSingle[Below(std::size(kSingle))]};
      if (!is_concept && OneIn(3)) words.push_back(kSingle[Below(std::size(kSingle))]);
      if (!known.insert(words).second) continue;
      if (is_concept) words.clear();
      out.weights.push_back({std::move(words), is_concept ? concept_id : "", above ? 1 + i : -1 - i, above ? kSpoken[Below(2)] : ""});
    }
    return out;
  }

  std::string Named() {
    static constexpr const char* kReads[] = {"wording.abuse", "wording.threat", "wording.innocent", "wording.abuse.sure", "wording.innocent.sure", "wording.elsewhere"};
    return weighs_ && OneIn(4) ? kReads[Below(std::size(kReads))] : "c" + std::to_string(Below(kConcepts));
  }

  Unless Context() {
    static constexpr Where kWheres[] = {Where::kSentence, Where::kBefore, Where::kAfter, Where::kNear, Where::kOver, Where::kAround, Where::kPost, Where::kQuoted};
    Unless out{Named(), kWheres[Below(8)], 0};
    if (out.where == Where::kQuoted) out.concept_id.clear();
    if (out.where == Where::kBefore || out.where == Where::kAfter || out.where == Where::kNear) out.words = 1 + Below(4);
    if (out.where == Where::kPost) out.words = Below(4);
    return out;
  }

  // Contexts that go for all rules.
  std::vector<Unless> Wide() {
    std::vector<Unless> out;
    for (unsigned n = OneIn(2) ? 1 + Below(2) : 0; n > 0; --n) out.push_back(Context());
    for (Unless& one : out) one.wide = true;
    return out;
  }

  // Elements of phrases only, where `searched`: a rule needs one.
  SlowRule Rule(unsigned number, const std::vector<SlowConcept>& concepts) {
    SlowRule rule;
    rule.id = "r" + std::to_string(number);
    const auto has_pattern = [&](const std::string& id) {
      return std::any_of(concepts.begin(), concepts.end(), [&](const SlowConcept& c) { return c.id == id && !c.patterns.empty(); });
    };
    do {
      rule.elements.clear();
      for (unsigned k = 0; k < 1 + Below(3); ++k) {
        auto& element = rule.elements.emplace_back();
        for (unsigned a = 0; a < 1 + Below(2); ++a) element.push_back(OneIn(6) ? "=" + Phrase() : Named());
        std::sort(element.begin(), element.end());
        element.erase(std::unique(element.begin(), element.end()), element.end());
      }
    } while (std::all_of(rule.elements.begin(), rule.elements.end(), [&](const auto& element) { return std::any_of(element.begin(), element.end(), has_pattern); }));
    rule.ordered = rule.elements.size() < 2 || OneIn(2);
    rule.within = Below(4);
    rule.scope = static_cast<RuleScope>(Below(3));
    if (OneIn(3)) rule.at = static_cast<Stand>(Below(5));
    rule.severity = 1 + Below(4);
    for (unsigned u = OneIn(2) ? 1 + Below(2) : 0; u > 0; --u) rule.unless.push_back(Context());
    for (unsigned w = OneIn(3) ? 1 + Below(2) : 0; w > 0; --w) rule.with.push_back(Context());
    return rule;
  }

  std::string Post() {
    std::string text;
    for (unsigned w = 0; w < Below(20); ++w) {
      if (OneIn(12)) text += "@";
      text += OneIn(9) ? "\"" + std::string(kWords[Below(8)]) + (OneIn(2) ? " " + std::string(kWords[Below(8)]) : "") + (OneIn(5) ? "" : "\"") : std::string(kWords[Below(kAllWords)]);
      text += OneIn(15) ? "" : " ";
    }
    return text;
  }

 private:
  static constexpr unsigned kConcepts = 5, kAllWords = 20;
  static constexpr const char* kWords[kAllWords] = {"alpha", "bravo", "carol", "delta", "echo", "foxes", "golfs", "hotel", "he", "well", "and so", "lol", "so there", "quad", "quid", ".", ",", "!", "\n", "\U0001F412"};
  static constexpr const char* kPatterns[3] = {"qu[a-z]{2}", "quad [a-z]{4,5}", "(?:hotel|echo) quid"};
  std::mt19937 random_;
  bool weighs_ = false;
};

std::string Quoted(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += "\"" + item + "\", ";
  return out + "]";
}
std::string Quoted(const std::vector<Unless>& items) {
  std::vector<std::string> written;
  for (const Unless& item : items) written.push_back(item.ToString());
  return Quoted(written);
}

std::string AsToml(const std::vector<SlowConcept>& concepts, const std::vector<SlowRule>& rules, const SlowWording& wording, const std::vector<Unless>& wide) {
  std::string out;
  if (!wording.weights.empty()) {
    out += "[[wording]]\nfrom = " + std::to_string(wording.from) + "\nbelow = " + std::to_string(wording.below) + "\n";
    for (const auto& [key, points] : {std::pair("sure", wording.sure), std::pair("calm", wording.calm), std::pair("elsewhere", wording.elsewhere)})
      if (points) out += std::string(key) + " = " + std::to_string(*points) + "\n";
    std::string insists;
    for (std::size_t i = 0; i < wording.insists.size(); ++i)
      if (wording.insists[i]) insists += (insists.empty() ? "" : ", ") + std::to_string(i + 1) + " = " + std::to_string(*wording.insists[i]);
    if (!insists.empty()) out += "insists = {" + insists + "}\n";
    if (!wording.about.empty()) out += "about = " + Quoted(wording.about) + "\n";
  }
  for (const SlowWording::Weight& w : wording.weights) {
    out += "[[weigh]]\npoints = " + std::to_string(w.points) + "\n";
    if (!w.concept_id.empty()) out += "concepts = " + Quoted({w.concept_id}) + "\n";
    else out += "words = " + Quoted({w.words.size() == 1 ? w.words[0] : w.words[0] + " " + w.words[1]}) + "\n";
    if (!w.category.empty()) out += "category = \"" + w.category + "\"\n";
  }
  if (!wide.empty()) out += "[[context]]\nid = \"wide\"\nfor = [\"abuse\"]\nunless = " + Quoted(wide) + "\n";
  for (const SlowConcept& c : concepts) {
    out += "[[concept]]\nid = \"" + c.id + "\"\nphrases = " + Quoted(c.phrases) + "\n";
    if (!c.patterns.empty()) out += "patterns = " + Quoted(c.patterns) + "\n";
    if (!c.except.empty()) out += "except = " + Quoted(c.except) + "\n";
  }
  for (const SlowRule& r : rules) {
    out += "[[rule]]\nid = \"" + r.id + "\"\ncategory = \"abuse\"\nseverity = " + std::to_string(r.severity) + "\nwhy = \"w\"\nmatches = [\"x\"]\nignores = [\"y\"]\nwithin = " + std::to_string(r.within);
    out += "\nscope = \"" + std::string(ToString(r.scope)) + "\"\nat = \"" + std::string(ToString(r.at)) + "\"\n" + (r.ordered ? "sequence" : "together") + " = [";
    for (const auto& element : r.elements) out += Quoted(element) + ", ";
    out += "]\n";
    if (!r.unless.empty()) out += "unless = " + Quoted(r.unless) + "\n";
    if (!r.with.empty()) out += "with = " + Quoted(r.with) + "\n";
  }
  return out;
}

TEST(Matcher, AgreesWithASlowObviousOneOnNoise) {
  std::size_t fired = 0, plain = 0, tried = 0, read = 0;
  for (unsigned round = 0; round < 60; ++round) {
    Noise noise(round);
    const auto concepts = noise.Concepts();
    const SlowWording wording = noise.Wording();
    std::vector<SlowRule> rules;
    for (unsigned r = 0; r < 10; ++r) rules.push_back(noise.Rule(r, concepts));
    const auto wide = noise.Wide();
    const std::string toml = AsToml(concepts, rules, wording, wide);
    for (SlowRule& rule : rules)
      for (const Unless& context : wide)
        if (std::find(rule.unless.begin(), rule.unless.end(), context) == rule.unless.end()) rule.unless.push_back(context);
    const Judge judge = MakeJudge(toml);
    auto worker = MakeWorker(judge);
    std::vector<std::string> texts;
    for (int t = 0; t < 50; ++t) texts.push_back(noise.Post());
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    std::vector<Assessment> out;
    worker.Assess(0, views, MentionPolicy::kAny, out);
    for (std::size_t t = 0; t < texts.size(); ++t) {
      std::set<std::string> fast, obvious;
      for (const Hit& hit : out[t].hits) fast.insert(hit.rule);
      const SlowMatcher slow(concepts, texts[t], wording);
      for (const SlowRule& rule : rules) {
        if (slow.Fires(rule)) obvious.insert(rule.id);
        SlowRule bare = rule;
        bare.at = Stand::kAnywhere;
        bare.unless.clear();
        bare.with.clear();
        plain += slow.Fires(bare);
      }
      ASSERT_EQ(fast, obvious) << testing::PrintToString(texts[t]) << "\n" << toml;
      // What `heed explain` says counts is what counted.
      std::set<std::string> explained;
      const Explanation explanation = worker.Explain(0, texts[t]);
      for (const auto& rule : explanation.rules)
        if (rule.counts()) explained.insert(rule.rule);
      read += !explanation.wording_reads.empty();
      ASSERT_EQ(explanation.wording_reads, slow.Reads().empty() ? "" : "wording." + slow.Reads()) << testing::PrintToString(texts[t]) << "\n" << toml;
      ASSERT_EQ(explained, obvious) << testing::PrintToString(texts[t]) << "\n" << toml;
      fired += obvious.size();
      tried += rules.size();
    }
  }
  // The noise is neither all misses nor all hits, and conditions matter to it.
  EXPECT_GT(fired, tried / 30);
  EXPECT_GT(plain, fired * 5 / 4);
  EXPECT_GT(read, 200u);
}

}  // namespace
}  // namespace heed
