// Running rules: for each element, from left to right, the places it can stand given a place for the one before.
//
// The nearest place of the element before is always the best: if that one is too far away or in another sentence, so are
// all others.  So each level keeps one predecessor per place, and no combination is ever tried twice.
#include "pipeline/rules.h"

#include <algorithm>
#include <tuple>

#include "src/base/check.h"
#include "src/base/utf8.h"

namespace heed {

void WordsTouching(std::span<const Word> words, std::uint32_t begin, std::uint32_t end, std::uint32_t& first, std::uint32_t& last) {
  // Begins never decrease; ends may, by a hashtag's parts, so step back over those that reach into the bytes.
  auto at = std::lower_bound(words.begin(), words.end(), begin, [](const Word& word, std::uint32_t b) { return word.begin < b; });
  while (at != words.begin() && (at - 1)->end > begin) --at;
  first = static_cast<std::uint32_t>(at - words.begin());
  while (at != words.end() && at->begin < end) ++at;
  last = static_cast<std::uint32_t>(at - words.begin());
  if (first == last) {  // nothing left of it in the plain view: the place where it would stand
    if (last < words.size()) ++last;
    else if (first > 0) --first;
  }
}

void RuleRunner::Start(std::string_view text, const FoldedView& plain) {
  text_ = text;
  plain_ = plain;
  occurrences_.clear();
  quotes_known_ = false;
  const std::size_t count = plain.words.size();
  rank_.resize(count + 1);
  sentence_.resize(count + 1);
  std::uint32_t rank = 0, sentence = 0;
  for (std::size_t i = 0; i < count; ++i) {
    rank_[i] = rank;
    sentence_[i] = sentence;
    rank += plain.words[i].kind == WordKind::kWord;
    sentence += plain.words[i].ends_sentence;
  }
  rank_[count] = rank;
  sentence_[count] = sentence;
}

bool RuleRunner::Run(const Program& program, std::span<const std::uint32_t> rules, Detail detail, std::vector<RuleHit>& out) {
  out.clear();
  too_much_ = false;
  if (occurrences_.size() > kMostOccurrences) {
    occurrences_.resize(kMostOccurrences);
    too_much_ = true;
  }
  seen_.Clear();
  if (seen_.size() < program.concepts.size()) seen_.Resize(program.concepts.size()), spans_.resize(program.concepts.size());
  SortByConcept();
  DropExcepted(program);
  for (const std::uint32_t rule : rules) {
    if (out.size() >= kMostHits && detail == Detail::kHits) break;
    RunRule(program, rule, detail, out);
  }
  return !too_much_;
}

// A counting sort: concepts are many, those in one post few, and each one's places come nearly in order.
void RuleRunner::SortByConcept() {
  numbers_.clear();
  for (const Occurrence& o : occurrences_) {
    if (!seen_.Has(o.concept_number)) {
      seen_.Add(o.concept_number);
      spans_[o.concept_number] = {};
      numbers_.push_back(o.concept_number);
    }
    ++spans_[o.concept_number].end;
  }
  std::uint32_t at = 0;
  for (const ConceptNumber number : numbers_) {
    const std::uint32_t count = spans_[number].end;
    spans_[number] = {at, at};  // `end` moves as they are put in
    at += count;
  }
  unsorted_.swap(occurrences_);
  occurrences_.resize(unsorted_.size());
  for (const Occurrence& o : unsorted_) occurrences_[spans_[o.concept_number].end++] = o;
  const auto earlier = [](const Occurrence& a, const Occurrence& b) {
    return std::tie(a.first, a.last, a.view, a.misspelt) < std::tie(b.first, b.last, b.view, b.misspelt);
  };
  for (const ConceptNumber number : numbers_) {
    const auto begin = occurrences_.begin() + spans_[number].begin, end = occurrences_.begin() + spans_[number].end;
    if (end - begin > 1 && !std::is_sorted(begin, end, earlier)) std::sort(begin, end, earlier);
  }
}

// Words that do not count where they stand ("head" in "head back").  What is inside what is asked of all that was found, so
// the order in which concepts are looked at makes no difference.
void RuleRunner::DropExcepted(const Program& program) {
  dropped_.clear();
  for (std::uint32_t i = 0; i < occurrences_.size(); ++i) {
    const std::uint16_t except = occurrences_[i].except;
    if (except == 0) continue;
    const auto& outers = program.exceptions[except];
    if (std::any_of(outers.begin(), outers.end(), [&](ConceptNumber outer) { return Inside(occurrences_[i], outer); })) dropped_.push_back(i);
  }
  if (dropped_.empty()) return;
  for (const std::uint32_t i : dropped_) occurrences_[i].last = occurrences_[i].first;  // no words: none of the others looks so
  for (const ConceptNumber number : numbers_) {
    Span& span = spans_[number];
    const auto begin = occurrences_.begin() + span.begin, end = occurrences_.begin() + span.end;
    span.end = static_cast<std::uint32_t>(std::remove_if(begin, end, [](const Occurrence& o) { return o.last == o.first; }) - occurrences_.begin());
    if (span.begin == span.end) seen_.Remove(number);
  }
}

bool RuleRunner::Inside(const Occurrence& occurrence, ConceptNumber outer) const {
  constexpr std::uint32_t kLongestPhrase = 100;  // words of 200 bytes
  const Span span = Of(outer);
  const auto begin = occurrences_.begin() + span.begin, end = occurrences_.begin() + span.end;
  for (auto o = std::upper_bound(begin, end, occurrence.first, [](std::uint32_t first, const Occurrence& x) { return first < x.first; }); o != begin;) {
    --o;
    if (o->first + kLongestPhrase < occurrence.first) return false;
    if (o->last >= occurrence.last && o->last - o->first > occurrence.last - occurrence.first) return true;
  }
  return false;
}

// Whether a hit stands where its rule wants it.  Looks through at most kFar words.
bool RuleRunner::Stands(const Program& program, Stand at, const RuleHit& hit) const {
  constexpr std::uint32_t kFar = 64;
  const auto& words = plain_.words;
  const bool whole = at == Stand::kWhole;
  // Whether word i is, or is part of, something that is looked through.
  const auto filler = [&](std::uint32_t i, ConceptNumber concept_number) {
    if (words[i].kind != WordKind::kWord) return true;
    if (i > 0 && words[i - 1].kind == WordKind::kMark && plain_.of(words[i - 1]) == "@") return true;  // a handle
    const Span span = Of(concept_number);
    for (std::uint32_t o = span.begin; o < span.end && occurrences_[o].first <= i; ++o)
      if (occurrences_[o].last > i) return true;
    return false;
  };
  if (at != Stand::kEnd) {
    for (std::uint32_t i = hit.first, seen = 0; i-- > 0 && (whole || sentence_[i] == sentence_[hit.first]); ++seen)
      if (seen == kFar || !(filler(i, program.opening) || (whole && filler(i, program.closing)))) return false;
  }
  if (at != Stand::kStart) {
    for (std::uint32_t i = hit.last, seen = 0; i < words.size() && (whole || sentence_[i] == sentence_[hit.last - 1]); ++i, ++seen)
      if (seen == kFar || !(filler(i, program.closing) || (whole && filler(i, program.opening)))) return false;
  }
  return true;
}

void RuleRunner::RunRule(const Program& program, std::uint32_t rule, Detail detail, std::vector<RuleHit>& out) {
  chains_ = 0;
  const std::size_t before = out.size();
  for (const auto& order : program.rules[rule].orders) RunOrder(program, rule, order, detail, out);
  if (chains_ > kMostChains) too_much_ = true;
  // Of hits that share words one counts; the one that starts first, then the shortest.
  if (out.size() - before < 2) return;
  std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(), [](const RuleHit& a, const RuleHit& b) {
    return std::make_tuple(!a.counts(), a.begin, a.end) < std::make_tuple(!b.counts(), b.begin, b.end);
  });
  std::size_t kept = before, counted = 0;
  std::uint32_t until = 0;
  for (std::size_t i = before; i < out.size(); ++i) {
    RuleHit& hit = out[i];
    if (hit.counts()) {
      if ((counted > 0 && hit.begin < until) || counted == kMostHitsOfOne) continue;
      until = std::max(until, hit.end);
      ++counted;
    }
    if (kept != i) out[kept] = std::move(hit);
    ++kept;
  }
  out.resize(kept);
}

bool RuleRunner::Links(const CompiledRule& rule, const Program& program, const Occurrence& before, const Occurrence& after) const {
  const std::uint32_t gap = Gap(before.last, after.first);
  const bool near = rule.within == CompiledRule::kAnywhere || gap <= rule.within;
  if (rule.scope == RuleScope::kPost) return near;
  const std::uint32_t from = sentence_[before.last - 1], to = sentence_[after.first];
  if (from == to && near) return true;
  if (rule.scope != RuleScope::kNext || to - from > 1) return false;
  // The last pronoun that ends before `after`, in its sentence, behind `before`.
  const Span pronouns = Of(program.pronoun);
  for (std::uint32_t i = pronouns.end; i-- > pronouns.begin;) {
    const Occurrence& pronoun = occurrences_[i];
    if (pronoun.last > after.first) continue;
    if (pronoun.first < before.last || sentence_[pronoun.first] != to) return false;
    return Gap(pronoun.last, after.first) <= rule.within;
  }
  return false;
}

void RuleRunner::RunOrder(const Program& program, std::uint32_t rule_number, const std::vector<std::vector<ConceptNumber>>& order, Detail detail,
                          std::vector<RuleHit>& out) {
  const CompiledRule& rule = program.rules[rule_number];
  if (levels_.size() < order.size()) levels_.resize(order.size());
  for (std::size_t level = 0; level < order.size(); ++level) {
    candidates_.clear();
    for (const ConceptNumber number : order[level]) {
      const Span span = Of(number);
      for (std::uint32_t i = span.begin; i < span.end; ++i) candidates_.push_back(i);
    }
    if (order[level].size() > 1) {
      const auto key = [this](std::uint32_t i) { return std::make_tuple(occurrences_[i].first, occurrences_[i].last, occurrences_[i].view, occurrences_[i].misspelt); };
      std::sort(candidates_.begin(), candidates_.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    }
    // The same words by two concepts, or plain and squeezed: the first will do.
    candidates_.erase(std::unique(candidates_.begin(), candidates_.end(), [this](std::uint32_t a, std::uint32_t b) {
                        return occurrences_[a].first == occurrences_[b].first && occurrences_[a].last == occurrences_[b].last;
                      }), candidates_.end());
    std::vector<Node>& nodes = levels_[level];
    nodes.clear();
    if (level == 0) {
      for (const std::uint32_t i : candidates_) nodes.push_back({i, -1});
    } else {
      const std::vector<Node>& earlier = levels_[level - 1];  // by where they end
      std::size_t reach = 0;
      for (const std::uint32_t i : candidates_) {
        while (reach < earlier.size() && occurrences_[earlier[reach].occurrence].last <= occurrences_[i].first) ++reach;
        if (reach > 0 && Links(rule, program, occurrences_[earlier[reach - 1].occurrence], occurrences_[i])) {
          nodes.push_back({i, static_cast<std::int32_t>(reach - 1)});
        }
      }
    }
    if (nodes.empty()) return;
    if (level + 1 < order.size()) {
      std::stable_sort(nodes.begin(), nodes.end(), [this](const Node& a, const Node& b) { return occurrences_[a.occurrence].last < occurrences_[b.occurrence].last; });
    }
  }

  std::size_t counted = 0;
  for (const Node& end : levels_[order.size() - 1]) {
    if (++chains_ > kMostChains || (detail == Detail::kHits && counted >= kMostHitsOfOne)) return;
    RuleHit hit;
    hit.rule = rule_number;
    const Occurrence& last_element = occurrences_[end.occurrence];
    hit.first = last_element.first;
    hit.last = last_element.last;
    hit.begin = last_element.begin;
    hit.end = last_element.end;
    const Node* node = &end;
    for (std::size_t level = order.size(); level-- > 0;) {
      const Occurrence& element = occurrences_[node->occurrence];
      hit.first = std::min(hit.first, element.first);
      hit.begin = std::min(hit.begin, element.begin);
      hit.end = std::max(hit.end, element.end);
      if (element.view == View::kSqueezed) hit.view = View::kSqueezed;
      hit.misspelt = hit.misspelt || element.misspelt;
      if (detail == Detail::kAll) hit.elements.insert(hit.elements.begin(), element);
      if (!hit.characteristic) {
        for (const ConceptNumber c : program.characterised) {
          if (!seen_.Has(c)) continue;
          const Span span = spans_[c];
          const auto at = std::lower_bound(occurrences_.begin() + span.begin, occurrences_.begin() + span.end, element.first,
                                           [](const Occurrence& o, std::uint32_t first) { return o.first < first; });
          if (at == occurrences_.begin() + span.end || at->first != element.first) continue;
          hit.characteristic = program.characteristics[c];
          break;
        }
      }
      if (level > 0) node = &levels_[level - 1][static_cast<std::size_t>(node->before)];
    }
    if (rule.at != Stand::kAnywhere && !Stands(program, rule.at, hit)) continue;
    for (const CompiledUnless& unless : rule.unless) {
      if (!Holds(unless, hit, last_element, hit.blocker)) continue;
      hit.blocked = &unless;
      break;
    }
    if (!hit.blocked && !rule.with.empty()) {
      Occurrence seen;
      hit.lacking = std::none_of(rule.with.begin(), rule.with.end(), [&](const CompiledUnless& with) { return Holds(with, hit, last_element, seen); });
    }
    if (!hit.counts() && detail == Detail::kHits) continue;
    counted += hit.counts();
    out.push_back(std::move(hit));
  }
}

bool RuleRunner::Holds(const CompiledUnless& unless, const RuleHit& hit, const Occurrence& last_element, Occurrence& blocker) {
  if (unless.where == Where::kQuoted) return QuoteAround(hit.begin, hit.end) != nullptr;
  const Span span = Of(unless.concept_number);
  if (span.begin == span.end) return false;
  const auto begin = occurrences_.begin() + span.begin, end = occurrences_.begin() + span.end;
  if (unless.where == Where::kPost) {
    std::uint32_t places = 0, free_from = 0;
    for (auto o = begin; o != end; ++o) {
      if (o->first < free_from) {
        free_from = std::min(free_from, o->last);
        continue;
      }
      if (++places >= unless.words) {
        blocker = *o;
        return true;
      }
      free_from = o->last;
    }
    return false;
  }
  const auto from_word = [&](std::uint32_t word) {
    return std::lower_bound(begin, end, word, [](const Occurrence& o, std::uint32_t w) { return o.first < w; });
  };
  const auto sentence_start = [&](std::uint32_t sentence) {
    return static_cast<std::uint32_t>(std::lower_bound(sentence_.begin(), sentence_.end(), sentence) - sentence_.begin());
  };
  const std::uint32_t first_sentence = sentence_[hit.first], last_sentence = sentence_[hit.last - 1];

  if (unless.where == Where::kAround) {
    const Quote* quote = QuoteAround(hit.begin, hit.end);
    if (!quote) return false;
    std::uint32_t first, last;
    WordsOf(quote->begin, quote->end, first, last);
    const std::uint32_t from = sentence_[first] > 0 ? sentence_[first] - 1 : 0, to = sentence_[last - 1] + 1;
    for (auto o = from_word(sentence_start(from)); o != end && sentence_[o->first] <= to; ++o) {
      if (o->begin >= quote->begin && o->end <= quote->end) continue;
      blocker = *o;
      return true;
    }
    return false;
  }

  // The others look at a stretch of the hit's own sentences.
  constexpr std::uint32_t kLongestPhrase = 40;  // words; a phrase that reaches into the stretch may start before it
  std::uint32_t start = sentence_start(first_sentence);
  if (unless.where != Where::kSentence) {
    const std::uint32_t reach = unless.words + kLongestPhrase;
    const std::uint32_t rank = rank_[hit.first] > reach ? rank_[hit.first] - reach : 0;
    start = std::max(start, static_cast<std::uint32_t>(std::lower_bound(rank_.begin(), rank_.end(), rank) - rank_.begin()));
  }
  for (auto o = from_word(start); o != end && sentence_[o->first] <= last_sentence; ++o) {
    const bool overlaps = o->first < hit.last && o->last > hit.first;
    const bool before = o->last <= hit.first, after = o->first >= hit.last;
    bool blocks = false;
    switch (unless.where) {
      case Where::kSentence: blocks = true; break;
      case Where::kOver: blocks = overlaps; break;
      case Where::kBefore: blocks = before ? Gap(o->last, hit.first) <= unless.words : o->first < last_element.first; break;
      case Where::kAfter: blocks = after && Gap(hit.last, o->first) <= unless.words; break;
      case Where::kNear: blocks = before ? Gap(o->last, hit.first) <= unless.words : after ? Gap(hit.last, o->first) <= unless.words : true; break;
      case Where::kAround: case Where::kPost: case Where::kQuoted: break;
    }
    if (blocks) {
      blocker = *o;
      return true;
    }
    if (after && (unless.where == Where::kOver || unless.where == Where::kBefore || Gap(hit.last, o->first) > unless.words)) {
      if (unless.where != Where::kSentence) return false;
    }
  }
  return false;
}

const RuleRunner::Quote* RuleRunner::QuoteAround(std::uint32_t begin, std::uint32_t end) {
  if (!quotes_known_) FindQuotes();
  auto at = std::upper_bound(quotes_.begin(), quotes_.end(), begin, [](std::uint32_t b, const Quote& quote) { return b < quote.begin; });
  if (at == quotes_.begin()) return nullptr;
  --at;
  return end <= at->end ? &*at : nullptr;
}

// Whether some mark in it may open a quotation: most posts have none, and the long look is for the others.
bool RuleRunner::MayQuote() const {
  unsigned char before = '\n';
  for (const char byte : text_) {
    const auto c = static_cast<unsigned char>(byte);
    // Those past ASCII start with one of three bytes.  An apostrophe behind a letter opens nothing.
    const bool letter = (before >= '0' && before <= '9') || ((before | 0x20) >= 'a' && (before | 0x20) <= 'z');
    if (c == '"' || c == 0xC2 || c == 0xE2 || c == 0xEF || (c == '\'' && !letter) || (c == '>' && before == '\n')) return true;
    before = c;
  }
  return false;
}

// Stretches between quotation marks, and lines that start with '>'.  An opening mark without a closing one opens nothing.
void RuleRunner::FindQuotes() {
  quotes_known_ = true;
  quotes_.clear();
  if (!MayQuote()) return;
  constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t straight = kNone, curly = kNone, single = kNone, angle = kNone, line = kNone;
  char32_t before = '\n';
  const auto close = [&](std::uint32_t& open, std::uint32_t end) {
    if (open != kNone && end > open) quotes_.push_back({open, end});
    open = kNone;
  };
  const auto letter = [](char32_t c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c > 0x2FFF || (c >= 0xC0 && c < 0x2000); };
  for (std::size_t at = 0; at < text_.size();) {
    const auto begin = static_cast<std::uint32_t>(at);
    const char32_t c = NextChar(text_, at);
    const auto end = static_cast<std::uint32_t>(at);
    std::size_t peek = at;
    const char32_t after = at < text_.size() ? NextChar(text_, peek) : U'\n';
    switch (c) {
      case '"': case 0xFF02:
        if (straight == kNone) straight = end;
        else close(straight, begin);
        break;
      case 0x201C: case 0x201E:
        if (c == 0x201C && curly != kNone) close(curly, begin);  // „ ... “ closes so
        else curly = end;
        break;
      case 0x201D: close(curly, begin); break;
      case 0x00AB: angle = end; break;
      case 0x00BB: close(angle, begin); break;
      // Single quotes are apostrophes too: open before a letter behind none, close behind a letter or mark before none.
      case 0x2018: case '\'':
        if (single == kNone && !letter(before) && letter(after)) single = end;
        else if (c == '\'' && single != kNone && !letter(after)) close(single, begin);
        break;
      case 0x2019:
        if (single != kNone && !letter(after)) close(single, begin);
        break;
      case '>':
        if (before == '\n') line = end;
        break;
      case '\n':
        close(line, begin);
        straight = curly = single = angle = kNone;  // nobody quotes over a line's end without saying so again
        break;
      default: break;
    }
    before = c;
  }
  close(line, static_cast<std::uint32_t>(text_.size()));
  // One inside another: the outer one counts.
  std::sort(quotes_.begin(), quotes_.end(), [](const Quote& a, const Quote& b) { return std::tie(a.begin, b.end) < std::tie(b.begin, a.end); });
  std::vector<Quote> outer;
  for (const Quote& quote : quotes_)
    if (outer.empty() || quote.end > outer.back().end) outer.push_back(quote);
  quotes_ = std::move(outer);
}

}  // namespace heed
