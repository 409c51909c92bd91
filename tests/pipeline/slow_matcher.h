// A slow, obvious matcher, written from lexicons/README.md and from nothing else: every choice of words for every element, tried in turn.
//
// The fast one must say the same of any post.  No index, no order of trying, nothing kept from one question to the next.
// It knows nothing of squeezing: give it posts in which nothing is hidden.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "pipeline/fold.h"
#include "pipeline/lexicon.h"

namespace heed::testing_pipeline {

struct SlowConcept {
  std::string id;
  std::vector<std::string> phrases, patterns;
  std::vector<std::string> except;  // other concepts' ids, or "=" and a phrase
};

struct SlowRule {
  std::string id;
  std::vector<std::vector<std::string>> elements;  // concept ids, any of which will do
  bool ordered = true;
  std::uint32_t within = 0;
  RuleScope scope = RuleScope::kSentence;
  Stand at = Stand::kAnywhere;
  unsigned severity = 1;
  std::vector<Unless> unless, with;
};

// What words weigh together: [[wording]] and [[weigh]].
struct SlowWording {
  struct Weight {
    std::vector<std::string> words;  // one or two; none for a concept
    std::string concept_id;
    std::int32_t points = 0;
    std::string category;            // only above zero
  };
  std::int32_t from = 0, below = 0;
  std::optional<std::int32_t> sure, calm, elsewhere;
  std::array<std::optional<std::int32_t>, 4> insists;  // by severity, from 1
  std::vector<std::string> about;
  std::vector<Weight> weights;
};

class SlowMatcher {
 public:
  struct Seen {
    std::uint32_t first, last;  // words, half open
    bool operator==(const Seen&) const = default;
    bool operator<(const Seen& other) const { return std::tie(first, last) < std::tie(other.first, other.last); }
  };

  SlowMatcher(const std::vector<SlowConcept>& concepts, std::string_view text, const SlowWording& wording) : concepts_(concepts), text_(text), folded_(Fold(text)), wording_(wording) {}

  // What the post reads as by its words together: a category, "innocent", either with ".sure", "elsewhere", or "".
  std::string Reads() const {
    const auto worded = Worded();
    if (wording_.weights.empty()) return "";
    const std::int32_t sum = Sum();
    std::size_t known = 0;
    std::array<std::int32_t, kCategories.size()> of_category{};
    for (const SlowWording::Weight& weight : wording_.weights) {
      if (weight.words.size() == 1) known += static_cast<std::size_t>(std::count_if(worded.begin(), worded.end(), [&](std::uint32_t word) { return IsAmong(word, weight.words); }));
      if (!FirstOf(weight)) continue;
      for (std::size_t c = 0; c < kCategories.size(); ++c)
        if (weight.points > 0 && ToString(kCategories[c]) == weight.category) of_category[c] += weight.points;
    }
    if (!IsAbout()) return wording_.elsewhere && sum <= *wording_.elsewhere ? "elsewhere" : "";
    if (wording_.calm && sum <= *wording_.calm) return "innocent.sure";
    if (sum >= wording_.from) {
      const auto most = std::max_element(of_category.begin(), of_category.end());
      if (*most == 0) return "";
      return std::string(ToString(kCategories[static_cast<std::size_t>(most - of_category.begin())])) + (wording_.sure && sum >= *wording_.sure ? ".sure" : "");
    }
    return sum <= wording_.below && !worded.empty() && 2 * known >= worded.size() ? "innocent" : "";
  }

  // Whether hits of that severity stand against what goes for whole kinds of entries and looks at the post or the sentence.
  bool Insists(unsigned severity) const {
    const auto& from = wording_.insists[severity - 1];
    return !wording_.weights.empty() && from && IsAbout() && Sum() >= *from;
  }

  // Whether the rule makes a hit that counts.
  bool Fires(const SlowRule& rule) const {
    auto order = rule.elements;
    if (rule.ordered) return FiresInOrder(rule, order);
    std::sort(order.begin(), order.end());
    bool fires = false;
    do fires = fires || FiresInOrder(rule, order);
    while (std::next_permutation(order.begin(), order.end()));
    return fires;
  }

 private:
  bool IsAmong(std::uint32_t word, const std::vector<std::string>& words) const { return std::find(words.begin(), words.end(), Joined(word, word + 1)) != words.end(); }
  bool IsAbout() const {
    const auto worded = Worded();
    return wording_.about.empty() || std::any_of(worded.begin(), worded.end(), [&](std::uint32_t word) { return IsAmong(word, wording_.about); });
  }
  std::int32_t Sum() const {
    std::int32_t sum = 0;
    for (const SlowWording::Weight& weight : wording_.weights)
      if (FirstOf(weight)) sum += weight.points;
    return sum;
  }

  // Words that are no marks between word `last` and word `first`.
  std::uint32_t Gap(std::uint32_t last, std::uint32_t first) const {
    std::uint32_t gap = 0;
    for (std::uint32_t i = last; i < first; ++i) gap += folded_.words[i].kind == WordKind::kWord;
    return gap;
  }
  std::uint32_t Sentence(std::uint32_t word) const {
    std::uint32_t sentence = 0;
    for (std::uint32_t i = 0; i < word; ++i) sentence += folded_.words[i].ends_sentence;
    return sentence;
  }
  std::string Joined(std::uint32_t first, std::uint32_t last) const {
    std::string out;
    for (std::uint32_t i = first; i < last; ++i) out += (i > first ? " " : "") + std::string(folded_.of(folded_.words[i]));
    return out;
  }

  // Every place of a phrase or pattern, whatever `except` says.
  template <typename F>
  std::vector<Seen> Places(F&& is) const {
    std::vector<Seen> out;
    const auto count = static_cast<std::uint32_t>(folded_.words.size());
    for (std::uint32_t i = 0; i < count; ++i)
      for (std::uint32_t j = i + 1; j <= count && j <= i + 8; ++j)
        if (is(Joined(i, j))) out.push_back({i, j});
    return out;
  }
  std::vector<Seen> PlacesOf(const std::string& phrase) const {
    const std::string folded = Fold(phrase).text;
    return Places([&](const std::string& words) { return " " + words + " " == folded; });
  }
  // Of a concept, with those that `except` takes away.
  std::vector<Seen> All(const std::string& id) const {
    if (id.front() == '=') return PlacesOf(id.substr(1));
    if (id.starts_with("wording.")) {
      const std::string reads = Reads(), asked = id.substr(8);
      return reads == asked || reads == asked + ".sure" ? Strongest(reads) : std::vector<Seen>();
    }
    std::vector<Seen> out;
    for (const SlowConcept& c : concepts_) {
      if (c.id != id) continue;
      for (const std::string& phrase : c.phrases)
        for (const Seen& seen : PlacesOf(phrase)) out.push_back(seen);
      for (const std::string& pattern : c.patterns)
        for (const Seen& seen : Places([&](const std::string& words) { return std::regex_match(words, std::regex(pattern)); })) out.push_back(seen);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
  // Words that count where words are weighed: of the marks only ! and ?.
  std::vector<std::uint32_t> Worded() const {
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < folded_.words.size(); ++i)
      if (folded_.words[i].kind != WordKind::kMark || Joined(i, i + 1) == "!" || Joined(i, i + 1) == "?") out.push_back(i);
    return out;
  }
  // Where it stands first; each counts once.  A concept by a phrase of one word, else of two, else by a longer one, whatever `except` says.
  std::optional<Seen> FirstOf(const SlowWording::Weight& weight) const {
    if (!weight.concept_id.empty()) {
      std::optional<Seen> best;
      const auto rank = [](const Seen& seen) { return std::make_tuple(std::min(seen.last - seen.first, 3u), seen.first, seen.last); };
      for (const SlowConcept& c : concepts_)
        if (c.id == weight.concept_id)
          for (const std::string& phrase : c.phrases)
            for (const Seen& seen : PlacesOf(phrase))
              if (!best || rank(seen) < rank(*best)) best = seen;
      return best;
    }
    const auto worded = Worded();
    const std::size_t size = weight.words.size();
    for (std::size_t i = 0; i + size <= worded.size(); ++i) {
      bool is = true;
      for (std::size_t k = 0; k < size; ++k) is = is && Joined(worded[i + k], worded[i + k] + 1) == weight.words[k];
      if (is) return Seen{worded[i], worded[i + size - 1] + 1};
    }
    return std::nullopt;
  }
  // The three places that weigh most for what the post reads as, none of which touches a heavier one; of innocence, one.
  std::vector<Seen> Strongest(const std::string& reads) const {
    const bool innocent = reads.starts_with("innocent") || reads == "elsewhere";
    std::vector<std::pair<std::int32_t, Seen>> all;
    for (const SlowWording::Weight& weight : wording_.weights)
      if (const auto seen = FirstOf(weight); seen && (innocent ? weight.points < 0 : weight.points > 0 && reads.starts_with(weight.category))) all.emplace_back(-std::abs(weight.points), *seen);
    std::sort(all.begin(), all.end());
    std::vector<Seen> out;
    for (const auto& [points, seen] : all) {
      const auto touches = [&](const Seen& other) { return seen.first < other.last && other.first < seen.last; };
      if (out.size() < (innocent ? 1 : 3) && std::none_of(out.begin(), out.end(), touches)) out.push_back(seen);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  std::vector<Seen> Find(const std::string& id) const {
    std::vector<Seen> out;
    for (const Seen& seen : All(id)) {
      bool counts = true;
      for (const SlowConcept& c : concepts_) {
        if (c.id != id) continue;
        for (const std::string& outer : c.except)
          for (const Seen& around : All(outer))
            if (around.first <= seen.first && around.last >= seen.last && around.last - around.first > seen.last - seen.first) counts = false;
      }
      if (counts) out.push_back(seen);
    }
    return out;
  }
  std::vector<Seen> FindAny(const std::vector<std::string>& element) const {
    std::vector<Seen> out;
    for (const std::string& id : element)
      for (const Seen& seen : Find(id)) out.push_back(seen);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  bool Linked(const SlowRule& rule, const Seen& before, const Seen& after) const {
    if (after.first < before.last) return false;
    const bool near = Gap(before.last, after.first) <= rule.within;
    if (rule.scope == RuleScope::kPost) return near;
    const std::uint32_t from = Sentence(before.last - 1), to = Sentence(after.first);
    if (near && from == to) return true;
    if (rule.scope != RuleScope::kNext || to - from > 1) return false;
    for (const Seen& pronoun : Find("pronoun"))
      if (pronoun.first >= before.last && pronoun.last <= after.first && Sentence(pronoun.first) == to && Gap(pronoun.last, after.first) <= rule.within) return true;
    return false;
  }

  // Every way to put the elements in this order.
  void Chains(const SlowRule& rule, const std::vector<std::vector<std::string>>& order, std::vector<Seen> chosen, std::vector<std::vector<Seen>>& out) const {
    if (chosen.size() == order.size()) return out.push_back(std::move(chosen));
    for (const Seen& next : FindAny(order[chosen.size()])) {
      if (!chosen.empty() && !Linked(rule, chosen.back(), next)) continue;
      auto longer = chosen;
      longer.push_back(next);
      Chains(rule, order, std::move(longer), out);
    }
  }

  bool FiresInOrder(const SlowRule& rule, const std::vector<std::vector<std::string>>& order) const {
    std::vector<std::vector<Seen>> chains;
    Chains(rule, order, {}, chains);
    // Of the ways that end at one place, the hit is the tightest: each element as far to the right as it goes, from the last backwards.
    std::vector<std::vector<Seen>> hits;
    for (const auto& chain : chains) {
      const auto known = std::find_if(hits.begin(), hits.end(), [&](const auto& hit) { return hit.back() == chain.back(); });
      if (known == hits.end()) hits.push_back(chain);
      else if (Tighter(chain, *known)) *known = chain;
    }
    for (const auto& hit : hits) {
      const Seen whole{hit.front().first, std::max_element(hit.begin(), hit.end(), [](const Seen& a, const Seen& b) { return a.last < b.last; })->last};
      if (!Stands(rule.at, whole)) continue;
      const auto holds = [&](const Unless& context) { return Holds(context, whole, hit.back()); };
      const auto outweighed = [&](const Unless& context) {
        return context.wide && (context.where == Where::kPost || context.where == Where::kSentence) && !context.concept_id.starts_with("wording.") && Insists(rule.severity);
      };
      if (std::any_of(rule.unless.begin(), rule.unless.end(), [&](const Unless& context) { return !outweighed(context) && holds(context); })) continue;
      if (!rule.with.empty() && std::none_of(rule.with.begin(), rule.with.end(), holds)) continue;
      return true;
    }
    return false;
  }
  static bool Tighter(const std::vector<Seen>& a, const std::vector<Seen>& b) {
    for (std::size_t i = a.size(); i-- > 0;)
      if (a[i] != b[i]) return std::tie(a[i].last, a[i].first) > std::tie(b[i].last, b[i].first);
    return false;
  }

  bool Filler(std::uint32_t word, const std::vector<std::string>& concepts) const {
    if (folded_.words[word].kind != WordKind::kWord) return true;
    if (word > 0 && folded_.of(folded_.words[word - 1]) == "@") return true;
    for (const Seen& seen : FindAny(concepts))
      if (seen.first <= word && word < seen.last) return true;
    return false;
  }
  bool Stands(Stand at, const Seen& hit) const {
    if (at == Stand::kAnywhere) return true;
    const std::vector<std::string> both = {"opening", "closing"};
    for (std::uint32_t i = 0; i < folded_.words.size(); ++i) {
      if (i >= hit.first && i < hit.last) continue;
      const bool before = i < hit.first;
      if (at == Stand::kWhole) {
        if (!Filler(i, both)) return false;
      } else if (Sentence(i) == Sentence(before ? hit.first : hit.last - 1)) {
        if (before && at != Stand::kEnd && !Filler(i, {"opening"})) return false;
        if (!before && at != Stand::kStart && !Filler(i, {"closing"})) return false;
      }
    }
    return true;
  }

  // The straight quotation marks around these words, as bytes between them.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> Quoted(const Seen& hit) const {
    const std::uint32_t begin = folded_.words[hit.first].begin, end = folded_.words[hit.last - 1].end;
    std::optional<std::uint32_t> open;
    for (std::uint32_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\n') open.reset();
      if (text_[i] != '"') continue;
      if (!open) {
        open = i + 1;
      } else {
        if (*open <= begin && end <= i && i > *open) return std::pair(*open, i);
        open.reset();
      }
    }
    return std::nullopt;
  }

  // The most places that share no word: whichever ends first is always a right choice.
  static std::uint32_t Places(std::vector<Seen> seen) {
    std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) { return a.last < b.last; });
    std::uint32_t places = 0, free_from = 0;
    for (const Seen& one : seen)
      if (one.first >= free_from) ++places, free_from = one.last;
    return places;
  }

  bool Holds(const Unless& context, const Seen& hit, const Seen& last_element) const {
    const auto quote = Quoted(hit);
    if (context.where == Where::kQuoted) return quote.has_value();
    if (context.where == Where::kPost) return Places(Find(context.concept_id)) >= std::max(context.words, 1u);
    const std::uint32_t from = Sentence(hit.first), to = Sentence(hit.last - 1);
    for (const Seen& seen : Find(context.concept_id)) {
      const std::uint32_t sentence = Sentence(seen.first);
      if (context.where == Where::kAround) {
        if (!quote) continue;
        std::uint32_t first = 0xFFFFFFFF, last = 0;  // sentences the quotation reaches into
        for (std::uint32_t i = 0; i < folded_.words.size(); ++i) {
          if (folded_.words[i].end <= quote->first || folded_.words[i].begin >= quote->second) continue;
          first = std::min(first, Sentence(i));
          last = Sentence(i);
        }
        const bool inside = folded_.words[seen.first].begin >= quote->first && folded_.words[seen.last - 1].end <= quote->second;
        if (!inside && sentence + 1 >= first && sentence <= last + 1) return true;
        continue;
      }
      if (sentence < from || sentence > to) continue;
      const bool before = seen.last <= hit.first, after = seen.first >= hit.last;
      const bool near_before = before && Gap(seen.last, hit.first) <= context.words, near_after = after && Gap(hit.last, seen.first) <= context.words;
      switch (context.where) {
        case Where::kSentence: return true;
        case Where::kOver:
          if (!before && !after) return true;
          break;
        case Where::kBefore:
          if (near_before || (!before && seen.first < last_element.first)) return true;
          break;
        case Where::kAfter:
          if (near_after) return true;
          break;
        case Where::kNear:
          if (near_before || near_after || (!before && !after)) return true;
          break;
        default: break;
      }
    }
    return false;
  }

  const std::vector<SlowConcept>& concepts_;
  std::string_view text_;
  Folded folded_;
  const SlowWording& wording_;
};

}  // namespace heed::testing_pipeline
