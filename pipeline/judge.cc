// The judge: texts folded into one buffer, searched in bulk, and looked at closely only where something was found.
#include "pipeline/judge.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "pipeline/find.h"
#include "pipeline/fold.h"
#include "pipeline/mention.h"
#include "pipeline/program.h"
#include "pipeline/rules.h"
#include "pipeline/squeeze.h"
#include "pipeline/weigh.h"
#include "src/base/check.h"
#include "src/base/hash.h"

namespace heed {
namespace {

// Folded bytes searched in one scan: enough to make the call itself cheap, little enough to stay in the cache.
constexpr std::size_t kChunk = 32u << 10;

// A cache image:                                             DO NOT CHANGE: give kMagic another number
//   magic 8 | key 32 | four times (size 8, little-endian | database) | SHA-256 of all before it 32
constexpr std::string_view kMagic = "HEEDHS02";
constexpr std::size_t kDatabases = 4;  // mentions, anchors, everything, patterns

struct Databases {
  Database mentions, anchors, everything, patterns;
};

std::string LittleEndian(std::uint64_t value) {
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

std::string_view Bytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

using LiteralLists = std::array<std::vector<std::string_view>, kDatabases>;

// What the databases of an image were made of.
Digest CacheKey(const LiteralLists& lists) {
  std::string all = EngineIdentity() + '\n';
  for (const auto& list : lists) {
    all += "list " + std::to_string(list.size()) + '\n';
    for (const std::string_view literal : list) all.append(std::to_string(literal.size())).append(literal).append("\n");
  }
  return Sha256(all);
}

std::optional<Databases> ReadImage(std::string_view image, const Digest& key) {
  constexpr std::size_t kHead = 8 + 32, kTail = 32;
  if (image.size() < kHead + kTail || image.substr(0, 8) != kMagic || image.substr(8, 32) != Bytes(key)) return std::nullopt;
  const std::string_view body = image.substr(0, image.size() - kTail);
  if (Bytes(Sha256(body)) != image.substr(image.size() - kTail)) return std::nullopt;
  std::array<std::string_view, kDatabases> parts;
  std::size_t at = kHead;
  for (auto& part : parts) {
    if (body.size() - at < 8) return std::nullopt;
    std::uint64_t size = 0;
    for (int i = 7; i >= 0; --i) size = size << 8 | static_cast<unsigned char>(body[at + static_cast<std::size_t>(i)]);
    at += 8;
    if (body.size() - at < size) return std::nullopt;
    part = body.substr(at, size);
    at += size;
  }
  if (at != body.size()) return std::nullopt;
  std::array<Database, kDatabases> read;
  for (std::size_t i = 0; i < kDatabases; ++i) {
    auto database = Database::Deserialise(parts[i]);
    if (!database) return std::nullopt;
    read[i] = *std::move(database);
  }
  return Databases{std::move(read[0]), std::move(read[1]), std::move(read[2]), std::move(read[3])};
}

// A mention phrase, for one school.
struct MentionMeaning {
  std::uint32_t school;
  const MentionPhrase* phrase;
};

}  // namespace

struct Judge::Impl {
  std::shared_ptr<const Lexicon> lexicon;
  std::vector<School> schools;
  std::size_t max_text = 0;
  bool drafts = false;
  Program program;
  std::vector<std::vector<MentionPhrase>> phrases;  // by school
  std::vector<std::string> mention_literals;
  std::vector<std::vector<MentionMeaning>> mention_meanings;  // by mention literal
  Databases databases;
  Digest key{};
  bool from_cache = false;
  std::string version;
};

Result<Judge> Judge::Make(std::shared_ptr<const Lexicon> lexicon, std::vector<School> schools, JudgeOptions options) {
  HEED_CHECK(lexicon);
  auto impl = std::make_shared<Impl>();
  impl->lexicon = std::move(lexicon);
  impl->schools = std::move(schools);
  impl->max_text = std::min<std::size_t>(options.max_text, 64u << 20);
  impl->drafts = options.drafts;
  impl->program = CompileProgram(*impl->lexicon, impl->schools, Dictionary(options.dictionary), options.drafts);

  std::unordered_map<std::string_view, std::size_t> ids;
  impl->phrases.reserve(impl->schools.size());
  for (std::uint32_t s = 0; s < impl->schools.size(); ++s) {
    impl->phrases.push_back(MentionPhrases(impl->schools[s]));
    for (const MentionPhrase& phrase : impl->phrases.back()) {
      const auto [at, fresh] = ids.emplace(phrase.folded, impl->mention_literals.size());
      if (fresh) {
        impl->mention_literals.push_back(phrase.folded);
        impl->mention_meanings.emplace_back();
      }
      impl->mention_meanings[at->second].push_back({s, &phrase});
    }
  }

  const Program& program = impl->program;
  LiteralLists lists;
  lists[0].assign(impl->mention_literals.begin(), impl->mention_literals.end());
  for (const std::uint32_t literal : program.anchors) lists[1].push_back(program.literals[literal]);
  lists[2].assign(program.literals.begin(), program.literals.end());
  lists[3].assign(program.patterns.begin(), program.patterns.end());
  impl->key = CacheKey(lists);
  if (auto read = ReadImage(options.cached, impl->key)) {
    impl->databases = *std::move(read);
    impl->from_cache = true;
  } else {
    std::array<Database*, kDatabases> made = {&impl->databases.mentions, &impl->databases.anchors, &impl->databases.everything, &impl->databases.patterns};
    for (std::size_t i = 0; i < kDatabases; ++i) {
      std::size_t refused = lists[i].size();
      auto database = i == 3 ? Database::CompilePatterns(lists[i], &refused) : Database::Compile(lists[i], &refused);
      if (!database) {
        if (refused >= lists[i].size()) return Fail(std::move(database).error().While("compiling the lexicon"));
        const std::string phrase = "\"" + std::string(lists[i][refused]) + "\"";
        if (i == 0) return Fail(std::move(database).error().While("a school's phrase " + phrase));
        const std::size_t literal = i == 1 ? program.anchors[refused] : i == 3 ? program.literals.size() + refused : refused;
        return Fail(std::move(database).error().While(program.places[literal].ToString() + (i == 3 ? ": the pattern " : ": the phrase ") + phrase));
      }
      *made[i] = *std::move(database);
    }
  }
  std::string version = impl->lexicon->digest + (options.drafts ? " drafts " : " ") + Sha256Hex(options.dictionary);
  for (std::size_t s = 0; s < impl->schools.size(); ++s) {
    version += "\nschool " + impl->schools[s].id;
    for (const MentionPhrase& phrase : impl->phrases[s]) version += '\n' + std::to_string(static_cast<int>(phrase.kind)) + phrase.folded + '\t' + phrase.shown;
  }
  impl->version = Sha256Hex(version);
  return Judge(std::move(impl));
}

const Lexicon& Judge::lexicon() const { return *impl_->lexicon; }
const std::vector<School>& Judge::schools() const { return impl_->schools; }
bool Judge::Runs(const Entry& entry) const { return IsSearched(entry, impl_->drafts); }
const std::string& Judge::Version() const { return impl_->version; }
bool Judge::from_cache() const { return impl_->from_cache; }
std::size_t Judge::literals() const { return impl_->program.literals.size(); }

std::string Judge::CacheImage() const {
  std::string image(kMagic);
  image += Bytes(impl_->key);
  for (const Database* database : {&impl_->databases.mentions, &impl_->databases.anchors, &impl_->databases.everything, &impl_->databases.patterns}) {
    const auto bytes = database->Serialise();
    if (!bytes) return {};  // no cache is a slower start, no more
    image += LittleEndian(bytes->size());
    image += *bytes;
  }
  image += Bytes(Sha256(image));
  return image;
}

struct Judge::Worker::Impl {
  Impl(std::shared_ptr<const Judge::Impl> of, Scratch with) : judge(std::move(of)), scratch(std::move(with)), fired(judge->lexicon->entries.size()) {}

  std::shared_ptr<const Judge::Impl> judge;
  Scratch scratch;
  std::vector<std::uint64_t> fired;

  // A stretch of a buffer that is one text's fold.
  struct Segment {
    std::uint32_t post;         // index in the texts given
    std::uint32_t begin, end;   // bytes of the buffer
    bool odd;
    std::int32_t school;        // the one it is judged for, -1 for none
    std::uint32_t slot;         // in `plain` and `squeezed`
    View view;
  };
  FoldBuffer bulk, close;
  std::vector<Segment> bulk_segments, close_segments;
  std::vector<Match> matches;
  std::vector<PatternMatch> pattern_matches;
  std::vector<Folded> plain, squeezed;  // of the posts looked at closely; slots are reused
  std::size_t slots = 0;
  RuleRunner runner;
  std::vector<RuleHit> rule_hits;
  std::vector<Weight> weights;
  std::vector<MentionSeen> seen;
  std::vector<std::uint64_t> mark_stamp;
  std::uint64_t mark_epoch = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> hit_marks;  // entries fired in this post, counted once

  std::uint32_t NewSlot() {
    if (slots == plain.size()) {
      plain.emplace_back();
      squeezed.emplace_back();
    }
    return static_cast<std::uint32_t>(slots++);
  }

  static void Reset(Assessment& a) {
    a.mention.mentions = false;
    a.mention.score = 0;
    a.mention.evidence.clear();
    a.flag = false;
    a.priority = 0;
    a.severity = 0;
    a.categories.clear();
    a.characteristics.clear();
    a.hits.clear();
    a.could_not_judge.clear();
  }

  static void CouldNot(Assessment& a, std::string why) {
    a.could_not_judge = std::move(why);
    a.flag = true;
    a.priority = kUnjudgedPriority;
  }

  bool TooLong(std::string_view text, Assessment& a) const {
    if (text.size() <= judge->max_text) return false;
    CouldNot(a, "the text is " + std::to_string(text.size()) + " bytes long; more than " + std::to_string(judge->max_text) + " are not searched");
    return true;
  }

  // Word index range of a match in a fold: words start at match begin + 1 and end before its last space.
  static bool WordRange(const Folded& folded, std::uint32_t begin, std::uint32_t end, std::uint32_t& first, std::uint32_t& last) {
    const auto at = std::lower_bound(folded.words.begin(), folded.words.end(), begin + 1, [](const Word& word, std::uint32_t b) { return word.at < b; });
    if (at == folded.words.end() || at->at != begin + 1) return false;
    auto until = at;
    while (until != folded.words.end() && until->at + 1 < end) ++until;
    first = static_cast<std::uint32_t>(at - folded.words.begin());
    last = static_cast<std::uint32_t>(until - folded.words.begin());
    return last > first;
  }

  // The school the text mentions most.  `found` are the mention literals in it, ends counted from the fold's start.
  std::int32_t Score(std::size_t school, std::string_view text, const Folded& folded, std::span<const Match> found, Mention& out) {
    Mention best;
    std::int32_t best_school = -1;
    const std::size_t from = school == kAnySchool ? 0 : school, until = school == kAnySchool ? judge->schools.size() : school + 1;
    for (std::size_t s = from; s < until; ++s) {
      seen.clear();
      for (const Match& match : found) {
        for (const MentionMeaning& meaning : judge->mention_meanings[match.literal]) {
          if (meaning.school != s) continue;
          std::uint32_t first, last;
          const auto size = static_cast<std::uint32_t>(meaning.phrase->folded.size());
          if (WordRange(folded, match.end - size, match.end, first, last)) seen.push_back({meaning.phrase, first, last});
        }
      }
      Mention mention;
      ScoreMention(text, folded, seen, mention);
      if (best_school < 0 || std::make_pair(mention.mentions, mention.score) > std::make_pair(best.mentions, best.score)) {
        best = std::move(mention);
        best_school = static_cast<std::int32_t>(s);
      }
    }
    out = std::move(best);
    return best_school;
  }

  // Whether a mention literal can make a mention for the school.
  bool Speaks(std::uint32_t literal, std::size_t school) const {
    for (const MentionMeaning& meaning : judge->mention_meanings[literal])
      if ((school == kAnySchool || meaning.school == school) && IsInstitution(meaning.phrase->kind)) return true;
    return false;
  }

  // Puts a text into the close look: its plain fold and, where there is something to undo, its squeezed one.
  // Returns whether there was.
  bool Prepare(std::uint32_t post, std::string_view text, std::uint32_t slot, std::int32_t school) {
    Folded& folded = plain[slot];
    const auto add = [&](const Folded& f, View view) {
      const auto begin = static_cast<std::uint32_t>(close.size());
      close.AddFolded(f.text);
      close_segments.push_back({post, begin, static_cast<std::uint32_t>(close.size()), f.odd, school, slot, view});
    };
    add(folded, View::kPlain);
    if (!folded.odd || folded.words.empty() || !Squeeze(text, folded, judge->program.vocabulary, squeezed[slot])) return false;
    add(squeezed[slot], View::kSqueezed);
    return true;
  }

  // Everything the lexicon knows, in what was prepared.
  Done ScanClosely() {
    matches.clear();
    pattern_matches.clear();
    HEED_TRY(scratch.Scan(judge->databases.everything, close.text(), matches));
    return scratch.ScanPatterns(judge->databases.patterns, close.text(), pattern_matches);
  }

  // Searches everything that was prepared and finishes those posts.
  void LookClosely(std::span<const std::string_view> texts, std::vector<Assessment>& out) {
    if (!close_segments.empty()) {
      const Done scanned = ScanClosely();
      if (!scanned) {
        for (const Segment& segment : close_segments) CouldNot(out[segment.post], scanned.error().message());
      } else {
        std::size_t m = 0, p = 0;
        for (std::size_t s = 0; s < close_segments.size();) {
          const Segment& segment = close_segments[s];
          runner.Start(texts[segment.post], plain[segment.slot]);
          std::size_t views = 0;
          for (; s + views < close_segments.size() && close_segments[s + views].slot == segment.slot; ++views) {
            const Segment& view = close_segments[s + views];
            AddOccurrences(view, m, p, Detail::kHits);
          }
          const bool enough = runner.Run(judge->program, Detail::kHits, rule_hits);
          Finish(out[segment.post]);
          if (!enough) CouldNot(out[segment.post], "the post holds more of the lexicon's words than can be weighed");
          s += views;
        }
      }
    }
    close.Clear();
    close_segments.clear();
    slots = 0;
  }

  // Gives the runner what was found in a segment: matches from `m` and pattern_matches from `p` on, which move behind it.
  void AddOccurrences(const Segment& segment, std::size_t& m, std::size_t& p, Detail detail) {
    const auto& program = judge->program;
    for (; m < matches.size() && matches[m].end <= segment.end; ++m) {
      const auto end = matches[m].end - segment.begin;
      AddOccurrence(segment, matches[m].literal, end - static_cast<std::uint32_t>(program.literals[matches[m].literal].size()), end, detail);
    }
    for (; p < pattern_matches.size() && pattern_matches[p].end <= segment.end; ++p) {
      const PatternMatch& match = pattern_matches[p];
      if (match.begin < segment.begin) continue;  // over the border of two posts, which are separated by two spaces
      AddOccurrence(segment, program.literals.size() + match.pattern, match.begin - segment.begin, match.end - segment.begin, detail);
    }
  }

  // Literal (or pattern) `number` was found at bytes [begin, end) of the segment's fold.
  void AddOccurrence(const Segment& segment, std::size_t number, std::uint32_t begin, std::uint32_t end, Detail detail) {
    if (runner.occurrences().size() > RuleRunner::kMostOccurrences) return;  // Run() says so
    const Folded& folded = segment.view == View::kPlain ? plain[segment.slot] : squeezed[segment.slot];
    std::uint32_t first, last;
    if (!WordRange(folded, begin, end, first, last)) return;
    Occurrence occurrence;
    occurrence.begin = folded.words[first].begin;
    occurrence.end = folded.words[last - 1].end;
    if (segment.view == View::kSqueezed) {
      // What nothing was undone in has been found in the plain view.
      bool replaced = false;
      for (std::uint32_t w = first; w < last; ++w) replaced = replaced || folded.words[w].replaced;
      if (!replaced) return;
      runner.WordsOf(occurrence.begin, occurrence.end, first, last);
      occurrence.view = View::kSqueezed;
    }
    occurrence.first = first;
    occurrence.last = last;
    for (const Meaning& meaning : judge->program.MeaningsOf(number)) {
      if (meaning.school >= 0 && meaning.school != segment.school) continue;
      if (!meaning.used && detail == Detail::kHits) continue;
      Occurrence one = occurrence;
      one.concept_number = meaning.concept_number;
      one.except = meaning.except;
      if (meaning.spelling == Spelling::kMisspelt) one.misspelt = true;
      if (meaning.spelling == Spelling::kJoined) one.view = View::kSqueezed;
      runner.Add(one);
    }
  }

  // From rule hits to the assessment: hits that count, weights, order.
  void Finish(Assessment& a) {
    weights.clear();
    hit_marks.clear();
    const auto& entries = judge->lexicon->entries;
    std::array<std::int32_t, 8> worst{};  // by category: severity * 2^20 + points
    for (const RuleHit& hit : rule_hits) {
      if (!hit.counts()) continue;
      const std::uint32_t entry_index = judge->program.rules[hit.rule].entry;
      const Entry& entry = entries[entry_index];
      if (hit_marks.empty() || hit_marks.back().first != entry_index) {  // hits of one entry stand together
        hit_marks.emplace_back(entry_index, 0);
        ++fired[entry_index];
      }
      if (entry.status == EntryStatus::kShadow) continue;
      weights.push_back({entry_index, entry.weight, entry.severity, entry.category, hit.view == View::kSqueezed});
      a.hits.push_back({entry.id, entry.category, entry.severity, hit.begin, hit.end, hit.view, entry.why});
      if (hit.view == View::kSqueezed) a.hits.back().why += " Written so as to slip past filters.";
      else if (hit.misspelt) a.hits.back().why += " Misspelt.";
      auto& rank = worst[static_cast<std::size_t>(entry.category)];
      rank = std::max(rank, static_cast<std::int32_t>(entry.severity) * 2048 + entry.weight);
      const auto characteristic = entry.characteristic ? entry.characteristic : hit.characteristic;
      if (characteristic && std::find(a.characteristics.begin(), a.characteristics.end(), *characteristic) == a.characteristics.end()) {
        a.characteristics.push_back(*characteristic);
      }
    }
    if (weights.empty()) return;
    const Verdict verdict = Weigh(weights);
    a.flag = verdict.flag;
    a.severity = verdict.severity;
    a.priority = verdict.priority;
    for (const Category category : kCategories)
      if (worst[static_cast<std::size_t>(category)]) a.categories.push_back(category);
    std::stable_sort(a.categories.begin(), a.categories.end(), [&](Category x, Category y) { return worst[static_cast<std::size_t>(x)] > worst[static_cast<std::size_t>(y)]; });
    std::stable_sort(a.hits.begin(), a.hits.end(), [](const Hit& x, const Hit& y) { return std::tie(x.begin, x.end) < std::tie(y.begin, y.end); });
  }

  // Whether a rule can hold where these anchors were found.
  bool Promising(std::span<const Match> found) {
    const Program& program = judge->program;
    mark_stamp.resize(program.beside.size());
    ++mark_epoch;
    for (const Match& match : found) {
      for (const std::uint32_t mark : program.marks[match.literal]) {
        const auto& beside = program.beside[mark];
        if (!beside.empty() && beside[0] == Program::kAlone) return true;
        mark_stamp[mark] = mark_epoch;
      }
    }
    for (const Match& match : found) {
      for (const std::uint32_t mark : program.marks[match.literal])
        for (const std::uint32_t other : program.beside[mark])
          if (mark_stamp[other] == mark_epoch) return true;
    }
    return false;
  }

  // Searches the bulk buffer and settles or prepares every post in it.
  void Bulk(std::size_t school, std::span<const std::string_view> texts, MentionPolicy policy, std::vector<Assessment>& out) {
    if (bulk_segments.empty()) return;
    const bool ask = policy == MentionPolicy::kRequired;
    matches.clear();
    const Done scanned = scratch.Scan(ask ? judge->databases.mentions : judge->databases.anchors, bulk.text(), matches);
    if (!scanned) {
      for (const Segment& segment : bulk_segments) CouldNot(out[segment.post], scanned.error().message());
    } else if (ask) {
      Mentions(school, texts, out);
    } else {
      std::size_t m = 0;
      for (const Segment& segment : bulk_segments) {
        const std::size_t from = m;
        while (m < matches.size() && matches[m].end <= segment.end) ++m;
        const bool found = m > from && Promising(std::span(matches).subspan(from, m - from));
        if (!found && !segment.odd) continue;
        const std::size_t before = close_segments.size(), bytes = close.size();
        const std::uint32_t slot = NewSlot();
        Fold(texts[segment.post], plain[slot]);
        if (!Prepare(segment.post, texts[segment.post], slot, segment.school) && !found) {
          close_segments.resize(before);
          close.Truncate(bytes);
          --slots;
        }
      }
    }
    LookClosely(texts, out);
    bulk.Clear();
    bulk_segments.clear();
  }

  void Mentions(std::size_t school, std::span<const std::string_view> texts, std::vector<Assessment>& out) {
    std::vector<Match> here;
    for (std::size_t m = 0, s = 0; m < matches.size() && s < bulk_segments.size(); ++s) {
      const Segment& segment = bulk_segments[s];
      const std::size_t from = m;
      bool speaks = false;
      for (; m < matches.size() && matches[m].end <= segment.end; ++m) speaks = speaks || Speaks(matches[m].literal, school);
      if (!speaks) continue;
      here.assign(matches.begin() + static_cast<std::ptrdiff_t>(from), matches.begin() + static_cast<std::ptrdiff_t>(m));
      for (Match& match : here) match.end -= segment.begin;
      const std::uint32_t slot = NewSlot();
      const std::string_view text = texts[segment.post];
      Fold(text, plain[slot]);
      Assessment& a = out[segment.post];
      const std::int32_t chosen = Score(school, text, plain[slot], here, a.mention);
      if (a.mention.mentions) Prepare(segment.post, text, slot, chosen);
      else --slots;
    }
  }
};

Judge::Worker::Worker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Judge::Worker::Worker(Worker&&) noexcept = default;
Judge::Worker& Judge::Worker::operator=(Worker&&) noexcept = default;
Judge::Worker::~Worker() = default;

Result<Judge::Worker> Judge::NewWorker() const {
  auto scratch = HEED_TRY(Scratch::Make({&impl_->databases.mentions, &impl_->databases.anchors, &impl_->databases.everything, &impl_->databases.patterns}));
  return Worker(std::make_unique<Worker::Impl>(impl_, std::move(scratch)));
}

std::span<const std::uint64_t> Judge::Worker::fired() const { return impl_->fired; }

void Judge::Worker::Assess(std::size_t school, std::span<const std::string_view> texts, MentionPolicy policy, std::vector<Assessment>& out) {
  Impl& w = *impl_;
  const auto& judge = *w.judge;
  HEED_CHECK(school == kAnySchool || school < judge.schools.size());
  out.resize(texts.size());
  const auto own = school == kAnySchool ? (judge.schools.empty() ? -1 : 0) : static_cast<std::int32_t>(school);
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    Impl::Reset(out[i]);
    if (w.TooLong(texts[i], out[i])) continue;
    const auto begin = static_cast<std::uint32_t>(w.bulk.size());
    const bool odd = w.bulk.Add(texts[i]);
    w.bulk_segments.push_back({i, begin, static_cast<std::uint32_t>(w.bulk.size()), odd, own, 0, View::kPlain});
    if (w.bulk.size() >= kChunk) w.Bulk(school, texts, policy, out);
  }
  w.Bulk(school, texts, policy, out);
}

Explanation Judge::Worker::Explain(std::size_t school, std::string_view text) {
  Impl& w = *impl_;
  const auto& judge = *w.judge;
  HEED_CHECK(school == kAnySchool || school < judge.schools.size());
  Explanation e;
  e.lexicon_version = judge.version;
  if (w.TooLong(text, e.assessment)) return e;
  const std::span<const std::string_view> one(&text, 1);
  std::vector<Assessment> assessed(1);

  w.slots = 0;
  const std::uint32_t slot = w.NewSlot();
  Fold(text, w.plain[slot]);
  const Folded& folded = w.plain[slot];
  w.matches.clear();
  if (const Done scanned = w.scratch.Scan(judge.databases.mentions, folded.text, w.matches); !scanned) {
    Impl::CouldNot(e.assessment, scanned.error().message());
    return e;
  }
  const std::vector<Match> mentions = w.matches;
  const std::int32_t chosen = w.Score(school, text, folded, mentions, e.assessment.mention);
  if (chosen >= 0) e.school = judge.schools[static_cast<std::size_t>(chosen)].id;
  e.folded = folded.text;

  w.Prepare(0, text, slot, chosen);
  if (const Done scanned = w.ScanClosely(); !scanned) {
    Impl::CouldNot(e.assessment, scanned.error().message());
  } else {
    w.runner.Start(text, folded);
    std::size_t m = 0, p = 0;
    for (const Impl::Segment& segment : w.close_segments) w.AddOccurrences(segment, m, p, Detail::kAll);
    const auto kept = w.fired;  // explaining is not firing
    const bool enough = w.runner.Run(judge.program, Detail::kAll, w.rule_hits);
    const Mention mention = std::move(e.assessment.mention);
    w.Finish(e.assessment);
    e.assessment.mention = mention;
    w.fired = kept;
    if (!enough) Impl::CouldNot(e.assessment, "the post holds more of the lexicon's words than can be weighed");

    const auto show = [&](const Folded& f, std::vector<Explanation::ShownWord>& words) {
      for (const Word& word : f.words) {
        std::uint32_t first, last;
        w.runner.WordsOf(word.begin, word.end, first, last);
        words.push_back({std::string(f.of(word)), word.begin, word.end, w.runner.SentenceOf(first), w.runner.IsQuoted(word.begin, word.end)});
      }
    };
    show(folded, e.words);
    if (w.close_segments.size() > 1) {
      e.squeezed = w.squeezed[slot].text;
      show(w.squeezed[slot], e.squeezed_words);
    }
    const auto name = [&](ConceptNumber number) {
      const std::string& full = judge.program.concepts[number];
      return full.starts_with("term ") ? full.substr(5) : full;
    };
    const auto words_at = [&](std::uint32_t begin, std::uint32_t end) { return std::string(text.substr(begin, end - begin)); };
    std::vector<Occurrence> occurrences = w.runner.occurrences();
    std::stable_sort(occurrences.begin(), occurrences.end(), [](const Occurrence& a, const Occurrence& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
    for (const Occurrence& o : occurrences) e.concepts.push_back({name(o.concept_number), words_at(o.begin, o.end), o.begin, o.end, o.view, o.misspelt});
    std::vector<std::string> names;
    for (const RuleHit& hit : w.rule_hits) {
      const CompiledRule& rule = judge.program.rules[hit.rule];
      const Entry& entry = judge.lexicon->entries[rule.entry];
      Explanation::ShownRule shown{entry.id, entry.status, hit.begin, hit.end, hit.view, {}, "", ""};
      for (const Occurrence& element : hit.elements) shown.elements.push_back(words_at(element.begin, element.end));
      if (hit.blocked) {
        const auto which = static_cast<std::size_t>(hit.blocked - rule.unless.data());
        shown.blocked_by = entry.unless[which].ToString();
        if (hit.blocked->where != Where::kQuoted) shown.blocked_words = words_at(hit.blocker.begin, hit.blocker.end);
      } else if (hit.lacking) {
        shown.lacks = entry.with.front().ToString();
        for (std::size_t i = 1; i < entry.with.size(); ++i) shown.lacks += " or " + entry.with[i].ToString();
      } else if (entry.status != EntryStatus::kShadow) {
        names.push_back(entry.id);
      }
      e.rules.push_back(std::move(shown));
    }
    e.arithmetic = ShowArithmetic(w.weights, names);
  }
  w.close.Clear();
  w.close_segments.clear();
  w.slots = 0;
  return e;
}

}  // namespace heed
