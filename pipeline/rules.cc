// Running rules: for each element, from left to right, the places it can stand given a place for the one before.
//
// The nearest place of the element before is always the best: if that one is too far away or in another sentence, so are
// all others.  So each level keeps one predecessor per place, and no combination is ever tried twice.
#include "pipeline/rules.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "src/base/check.h"
#include "src/base/utf8.h"

namespace heed {

RuleRunner::RuleRunner(const Program& program) : program_(program), places_(program.topics.size()) {
  looked_for_.Resize(program.topics.size());
  counted_.Resize(program.topics.size());
}

void RuleRunner::Start(const PostWords& post, std::span<const Found> found, const Whereabouts& where) {
  post_ = post;
  too_much_ = found.size() > kMostFound;
  found_ = found.first(std::min(found.size(), kMostFound));
  where_ = &where;
  occurrences_.clear();
  looked_for_.Clear();
  counted_.Clear();
  quotes_known_ = false;
  const auto words = post.plain.words;
  rank_.resize(words.size() + 1);
  sentence_.resize(words.size() + 1);
  std::uint32_t rank = 0, sentence = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    rank_[i] = rank;
    sentence_[i] = sentence;
    rank += words[i].kind == WordKind::kWord;
    sentence += words[i].ends_sentence;
  }
  rank_.back() = rank;
  sentence_.back() = sentence;
}

bool RuleRunner::Run(std::span<const std::uint32_t> rules, Detail detail, std::vector<RuleHit>& out) {
  out.clear();
  for (const std::uint32_t rule : rules) {
    if (out.size() >= kMostHits && detail == Detail::kHits) break;
    RunRule(rule, detail, out);
  }
  return !too_much_;
}

Occurrence RuleRunner::Place(const Found& found) const {
  const bool squeezed = found.view == View::kSqueezed;
  const Word* words = squeezed ? post_.squeezed.data() : post_.plain.words.data();
  Occurrence o;
  o.begin = words[found.first].begin;
  o.end = words[found.last - 1].end;
  o.first = found.first;
  o.last = found.last;
  o.view = found.view;
  if (squeezed) WordsOf(o.begin, o.end, o.first, o.last);
  return o;
}

std::optional<Occurrence> RuleRunner::Counted(const Found& found, const Manner& manner) {
  if (manner.school >= 0 && manner.school != post_.school) return std::nullopt;
  Occurrence o = Place(found);
  o.except = manner.except;
  o.misspelt = manner.spelling == Spelling::kMisspelt;
  if (manner.spelling == Spelling::kJoined) o.view = View::kSqueezed;
  if (o.except != 0 && IsExcepted(o)) return std::nullopt;
  return o;
}

// All places of a topic, whatever takes them away.
void RuleRunner::LookFor(TopicNumber topic) {
  looked_for_.Add(topic);
  Places& places = places_[topic];
  places.all.begin = static_cast<std::uint32_t>(occurrences_.size());
  const auto take = [&](const Found& f) {
    for (const std::uint32_t packed : program_.senses.TopicsOf(f.sense, topic)) {
      const Manner& manner = program_.manners[Senses::MannerOf(packed)];
      if (manner.school >= 0 && manner.school != post_.school) continue;
      if (occurrences_.size() >= kMostOccurrences) {
        too_much_ = true;
        break;
      }
      Occurrence& o = occurrences_.emplace_back(Place(f));
      o.except = manner.except;
      o.misspelt = manner.spelling == Spelling::kMisspelt;
      if (manner.spelling == Spelling::kJoined) o.view = View::kSqueezed;
    }
  };
  // Asked of many at once, without a branch for each: half of them would be guessed wrong.
  constexpr std::size_t kBits = 64;
  for (std::size_t at = 0; at < found_.size(); at += kBits) {
    const std::size_t many = std::min(kBits, found_.size() - at);
    std::uint64_t are = 0;
    for (std::size_t i = 0; i < many; ++i) are |= static_cast<std::uint64_t>(where_->Is(at + i, topic)) << i;
    for (; are != 0; are &= are - 1) take(found_[at + static_cast<std::size_t>(std::countr_zero(are))]);
  }
  places.all.end = static_cast<std::uint32_t>(occurrences_.size());
  const auto begin = occurrences_.begin() + places.all.begin, end = occurrences_.end();
  const auto earlier = [](const Occurrence& a, const Occurrence& b) {
    return std::tie(a.first, a.last, a.view, a.misspelt) < std::tie(b.first, b.last, b.view, b.misspelt);
  };
  if (end - begin > 1 && !std::is_sorted(begin, end, earlier)) std::stable_sort(begin, end, earlier);
}

// Leaves out words that do not count where they stand ("head" in "head back").  What is inside what is asked of all that was
// found, so the order in which topics are looked at makes no difference.
void RuleRunner::TakeAway(TopicNumber topic) {
  counted_.Add(topic);
  const Span all = AllOf(topic);
  places_[topic].counted = all;
  bool any = false;
  for (std::uint32_t i = all.begin; i < all.end; ++i) any |= occurrences_[i].except != 0;
  if (!any) return;
  std::vector<Occurrence> left;
  for (std::uint32_t i = all.begin; i < all.end; ++i)
    if (const Occurrence o = occurrences_[i]; o.except == 0 || !IsExcepted(o)) left.push_back(o);
  if (left.size() == all.end - all.begin) return;
  const auto begin = static_cast<std::uint32_t>(occurrences_.size());
  occurrences_.insert(occurrences_.end(), left.begin(), left.end());
  places_[topic].counted = {begin, static_cast<std::uint32_t>(occurrences_.size())};
}

bool RuleRunner::IsExcepted(const Occurrence& occurrence) {
  const auto& outers = program_.exceptions[occurrence.except];
  return std::any_of(outers.begin(), outers.end(), [&](TopicNumber outer) { return Inside(occurrence, outer); });
}

bool RuleRunner::Inside(const Occurrence& occurrence, TopicNumber outer) {
  constexpr std::uint32_t kLongestPhrase = 100;  // words of 200 bytes
  const Span span = AllOf(outer);
  const auto begin = occurrences_.begin() + span.begin, end = occurrences_.begin() + span.end;
  for (auto o = std::upper_bound(begin, end, occurrence.first, [](std::uint32_t first, const Occurrence& x) { return first < x.first; }); o != begin;) {
    --o;
    if (o->first + kLongestPhrase < occurrence.first) return false;
    if (o->last >= occurrence.last && o->last - o->first > occurrence.last - occurrence.first) return true;
  }
  return false;
}

// Whether a hit stands where its rule wants it.  Looks through at most kFar words.
bool RuleRunner::Stands(Stand at, const RuleHit& hit) {
  constexpr std::uint32_t kFar = 64;
  const auto words = post_.plain.words;
  const bool whole = at == Stand::kWhole;
  // Whether word i is, or is part of, something that is looked through.
  const auto filler = [&](std::uint32_t i, TopicNumber topic) {
    if (words[i].kind != WordKind::kWord) return true;
    if (i > 0 && words[i - 1].kind == WordKind::kMark && post_.plain.of(words[i - 1]) == "@") return true;  // a handle
    const Span span = Of(topic);
    for (std::uint32_t o = span.begin; o < span.end && occurrences_[o].first <= i; ++o)
      if (occurrences_[o].last > i) return true;
    return false;
  };
  if (at != Stand::kEnd) {
    for (std::uint32_t i = hit.first, seen = 0; i-- > 0 && (whole || sentence_[i] == sentence_[hit.first]); ++seen)
      if (seen == kFar || !(filler(i, program_.opening) || (whole && filler(i, program_.closing)))) return false;
  }
  if (at != Stand::kStart) {
    for (std::uint32_t i = hit.last, seen = 0; i < words.size() && (whole || sentence_[i] == sentence_[hit.last - 1]); ++i, ++seen)
      if (seen == kFar || !(filler(i, program_.closing) || (whole && filler(i, program_.opening)))) return false;
  }
  return true;
}

void RuleRunner::RunRule(std::uint32_t rule, Detail detail, std::vector<RuleHit>& out) {
  chains_ = 0;
  const std::size_t before = out.size();
  const CompiledRule& compiled = program_.rules[rule];
  for (std::uint32_t order = compiled.first_order; order < compiled.last_order; ++order) RunOrder(rule, program_.orders[order], detail, out);
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

bool RuleRunner::Links(const CompiledRule& rule, const Occurrence& before, const Occurrence& after) {
  const std::uint32_t gap = Gap(before.last, after.first);
  const bool near = rule.within == CompiledRule::kAnywhere || gap <= rule.within;
  if (rule.scope == RuleScope::kPost) return near;
  const std::uint32_t from = sentence_[before.last - 1], to = sentence_[after.first];
  if (from == to && near) return true;
  if (rule.scope != RuleScope::kNext || to - from > 1) return false;
  // The last pronoun that ends before `after`, in its sentence, behind `before`.
  const Span pronouns = Of(program_.pronoun);
  for (std::uint32_t i = pronouns.end; i-- > pronouns.begin;) {
    const Occurrence& pronoun = occurrences_[i];
    if (pronoun.last > after.first) continue;
    if (pronoun.first < before.last || sentence_[pronoun.first] != to) return false;
    return Gap(pronoun.last, after.first) <= rule.within;
  }
  return false;
}

void RuleRunner::RunOrder(std::uint32_t rule_number, std::span<const TopicNumber> order, Detail detail, std::vector<RuleHit>& out) {
  const CompiledRule& rule = program_.rules[rule_number];
  if (levels_.size() < order.size()) levels_.resize(order.size());
  // Looking for one topic, or for the pronoun that carries them, may move the others.
  for (const TopicNumber topic : order)
    if (const Span span = Of(topic); span.begin == span.end) return;
  if (rule.scope == RuleScope::kNext) Of(program_.pronoun);
  for (std::size_t level = 0; level < order.size(); ++level) {
    const Span candidates = places_[order[level]].counted;
    std::vector<Node>& nodes = levels_[level];
    nodes.clear();
    const Occurrence* last = nullptr;
    std::size_t reach = 0;
    for (std::uint32_t i = candidates.begin; i < candidates.end; ++i) {
      const Occurrence& here = occurrences_[i];
      // The same words by two concepts, or plain and squeezed: the first will do.
      if (last && last->first == here.first && last->last == here.last) continue;
      last = &here;
      if (level == 0) {
        nodes.push_back({i, -1});
        continue;
      }
      const std::vector<Node>& earlier = levels_[level - 1];  // by where they end
      while (reach < earlier.size() && occurrences_[earlier[reach].occurrence].last <= here.first) ++reach;
      if (reach > 0 && Links(rule, occurrences_[earlier[reach - 1].occurrence], here)) nodes.push_back({i, static_cast<std::int32_t>(reach - 1)});
    }
    if (nodes.empty()) return;
    if (level + 1 < order.size()) {
      const auto ends_earlier = [this](const Node& a, const Node& b) { return occurrences_[a.occurrence].last < occurrences_[b.occurrence].last; };
      if (!std::is_sorted(nodes.begin(), nodes.end(), ends_earlier)) std::stable_sort(nodes.begin(), nodes.end(), ends_earlier);
    }
  }

  std::size_t counted = 0;
  const bool insists = (post_.insists >> program_.entries[rule.entry].severity & 1) != 0;
  const bool asks_whom = detail == Detail::kAll || !program_.entries[rule.entry].characteristic;
  for (const Node& end : levels_[order.size() - 1]) {
    if (++chains_ > kMostChains || (detail == Detail::kHits && counted >= kMostHitsOfOne)) return;
    RuleHit hit;
    hit.rule = rule_number;
    const Occurrence last_element = occurrences_[end.occurrence];
    hit.first = last_element.first;
    hit.last = last_element.last;
    hit.begin = last_element.begin;
    hit.end = last_element.end;
    // From the last element to the first.
    const auto each_element = [&](const auto& take) {
      const Node* node = &end;
      for (std::size_t level = order.size(); level-- > 0;) {
        take(occurrences_[node->occurrence]);
        if (level > 0) node = &levels_[level - 1][static_cast<std::size_t>(node->before)];
      }
    };
    each_element([&](const Occurrence& element) {
      hit.first = std::min(hit.first, element.first);
      hit.begin = std::min(hit.begin, element.begin);
      hit.end = std::max(hit.end, element.end);
      if (element.view == View::kSqueezed) hit.view = View::kSqueezed;
      hit.misspelt = hit.misspelt || element.misspelt;
      if (detail == Detail::kAll) hit.elements.insert(hit.elements.begin(), element);
    });
    if (rule.at != Stand::kAnywhere && !Stands(rule.at, hit)) continue;
    for (std::uint32_t i = rule.first_unless; i < rule.first_with; ++i) {
      const Condition& unless = program_.conditions[i];
      if ((unless.yields && insists) || !where_->Has(unless.topic) || !Holds(unless, hit, last_element, hit.blocker)) continue;
      hit.blocked = &unless;
      break;
    }
    if (!hit.blocked && rule.first_with < rule.last_with) {
      Occurrence seen;
      const auto with = std::span(program_.conditions).subspan(rule.first_with, rule.last_with - rule.first_with);
      hit.lacking = std::none_of(with.begin(), with.end(), [&](const Condition& c) { return Holds(c, hit, last_element, seen); });
    }
    if (!hit.counts() && detail == Detail::kHits) continue;
    counted += hit.counts();
    if (asks_whom) {
      each_element([&](Occurrence element) {  // a copy: looking may move it
        if (!hit.characteristic) hit.characteristic = CharacteristicOf(element);
      });
    }
    out.push_back(std::move(hit));
  }
}

std::optional<Characteristic> RuleRunner::CharacteristicOf(const Occurrence& element) {
  for (const Program::Characterised& c : program_.characterised) {
    const Span span = Of(c.topic);
    const auto begin = occurrences_.begin() + span.begin, end = occurrences_.begin() + span.end;
    const auto at = std::lower_bound(begin, end, element.first, [](const Occurrence& o, std::uint32_t first) { return o.first < first; });
    if (at != end && at->first == element.first) return c.characteristic;
  }
  return std::nullopt;
}

bool RuleRunner::Holds(const Condition& unless, const RuleHit& hit, const Occurrence& last_element, Occurrence& blocker) {
  if (unless.where == Where::kQuoted) return QuoteAround(hit.begin, hit.end) != nullptr;
  const Span span = Of(unless.topic);
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
  // Those past ASCII start with one of three bytes.  Written so that compilers vectorise it.
  unsigned char any = 0, apostrophe = 0;
  for (const char byte : post_.text) {
    const auto c = static_cast<unsigned char>(byte);
    any = static_cast<unsigned char>(any | (c == '"') | (c == 0xC2) | (c == 0xE2) | (c == 0xEF) | (c == '>'));
    apostrophe = static_cast<unsigned char>(apostrophe | (c == '\''));
  }
  if (any || !apostrophe) return any != 0;
  // An apostrophe behind a letter opens nothing.
  for (std::size_t at = post_.text.find('\''); at != std::string_view::npos; at = post_.text.find('\'', at + 1)) {
    const auto before = static_cast<unsigned char>(at > 0 ? post_.text[at - 1] : '\n');
    if (!((before >= '0' && before <= '9') || ((before | 0x20) >= 'a' && (before | 0x20) <= 'z'))) return true;
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
  for (std::size_t at = 0; at < post_.text.size();) {
    const auto begin = static_cast<std::uint32_t>(at);
    const char32_t c = NextChar(post_.text, at);
    const auto end = static_cast<std::uint32_t>(at);
    std::size_t peek = at;
    const char32_t after = at < post_.text.size() ? NextChar(post_.text, peek) : U'\n';
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
  close(line, static_cast<std::uint32_t>(post_.text.size()));
  // One inside another: the outer one counts.
  std::sort(quotes_.begin(), quotes_.end(), [](const Quote& a, const Quote& b) { return std::tie(a.begin, b.end) < std::tie(b.begin, a.end); });
  std::vector<Quote> outer;
  for (const Quote& quote : quotes_)
    if (outer.empty() || quote.end > outer.back().end) outer.push_back(quote);
  quotes_ = std::move(outer);
}

}  // namespace heed
