// The judge: texts folded into one buffer, searched in bulk, and looked at closely only where something was found.
#include "pipeline/judge.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "pipeline/choose.h"
#include "pipeline/find.h"
#include "pipeline/fold.h"
#include "pipeline/image.h"
#include "pipeline/mention.h"
#include "pipeline/program.h"
#include "pipeline/rules.h"
#include "pipeline/squeeze.h"
#include "pipeline/stamps.h"
#include "pipeline/weigh.h"
#include "pipeline/whereabouts.h"
#include "pipeline/wording.h"
#include "src/base/check.h"
#include "src/base/hash.h"
#include "src/base/text.h"

namespace heed {
namespace {

// Folded bytes searched in one scan: enough to make the call itself cheap, little enough to stay in the cache.
constexpr std::size_t kChunk = 32u << 10;

// A cache image:                                             DO NOT CHANGE: give kMagic another number
//   magic 8 | key 32 | program | mentions | patterns | ends of patterns | ends of patterns with digits | checksum of all before it 8
// each of the five as its size (8 bytes) and its bytes; numbers as this machine has them.  The program is pipeline/image.h's, the others are
// Hyperscan's databases.
constexpr std::string_view kMagic = "HEEDHS17";

struct Databases {
  Database mentions;
  Database patterns;
  Database ends;        // of those patterns that need no digit
  Database digit_ends;  // of the others

  // In this order wherever all are meant.
  static constexpr std::size_t kCount = 4;
  std::array<Database*, kCount> All() { return {&mentions, &patterns, &ends, &digit_ends}; }
  std::array<const Database*, kCount> All() const { return {&mentions, &patterns, &ends, &digit_ends}; }
};

std::string_view Bytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

void AppendPart(std::string& image, std::string_view part) {
  const std::uint64_t size = part.size();
  image.append(reinterpret_cast<const char*>(&size), sizeof size).append(part);
}

// The parts of an image that is whole and has this key.
std::optional<std::array<std::string_view, 1 + Databases::kCount>> PartsOf(std::string_view image, const Digest& key) {
  constexpr std::size_t kHead = 8 + 32, kTail = 8;
  if (image.size() < kHead + kTail || image.substr(0, 8) != kMagic || image.substr(8, 32) != Bytes(key)) return std::nullopt;
  const std::string_view body = image.substr(0, image.size() - kTail);
  std::uint64_t checksum = 0;
  std::memcpy(&checksum, image.data() + body.size(), sizeof checksum);
  if (Checksum(body) != checksum) return std::nullopt;
  std::array<std::string_view, 1 + Databases::kCount> parts;
  std::size_t at = kHead;
  for (auto& part : parts) {
    std::uint64_t size = 0;
    if (body.size() - at < sizeof size) return std::nullopt;
    std::memcpy(&size, body.data() + at, sizeof size);
    at += sizeof size;
    if (body.size() - at < size) return std::nullopt;
    part = body.substr(at, size);
    at += size;
  }
  if (at != body.size()) return std::nullopt;
  return parts;
}

// A mention phrase, for one school.
struct MentionMeaning {
  std::uint32_t school;
  const MentionPhrase* phrase;
};

}  // namespace

struct Judge::Impl {
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

  // The lexicon, read when it is first asked for where the judge came from a cache.
  mutable std::once_flag once;
  mutable std::shared_ptr<const Lexicon> lexicon;
  std::function<std::shared_ptr<const Lexicon>()> read;

  // All that does not depend on what the lexicon says.  `digest` is the lexicon's.
  Impl(const std::string& digest, std::vector<School> of, const JudgeOptions& options)
      : schools(std::move(of)), max_text(std::min<std::size_t>(options.max_text, 64u << 20)), drafts(options.drafts) {
    std::unordered_map<std::string_view, std::size_t> ids;
    phrases.reserve(schools.size());
    version = digest + (drafts ? " drafts " : " ") + Hex(Blake2b(options.dictionary));
    for (std::uint32_t s = 0; s < schools.size(); ++s) {
      version += "\nschool " + schools[s].id;
      phrases.push_back(MentionPhrases(schools[s]));
      for (const MentionPhrase& phrase : phrases.back()) {
        version += '\n' + std::to_string(static_cast<int>(phrase.kind)) + phrase.folded + '\t' + phrase.shown;
        const auto [at, fresh] = ids.emplace(phrase.folded, mention_literals.size());
        if (fresh) {
          mention_literals.push_back(phrase.folded);
          mention_meanings.emplace_back();
        }
        mention_meanings[at->second].push_back({s, &phrase});
      }
    }
    version = Sha256Hex(version);
    key = Sha256(version + "\n" HEED_VERSION "\n" + options.program + "\n" + EngineIdentity());
  }

  bool ReadCache(std::string_view image) {
    const auto parts = PartsOf(image, key);
    if (!parts || !ReadImage((*parts)[0], program)) return false;
    for (std::size_t i = 0; i < Databases::kCount; ++i) {
      auto database = Database::Deserialise((*parts)[i + 1]);
      if (!database) return false;
      *databases.All()[i] = *std::move(database);
    }
    from_cache = true;
    return true;
  }

  Done Compile(std::string_view dictionary) {
    program = CompileProgram(*lexicon, schools, Dictionary(dictionary), drafts);
    const auto refuse = [](Error error, std::size_t refused, std::size_t count, const auto& whose) {
      return Fail(std::move(error).While(refused < count ? whose(refused) : "compiling the lexicon"));
    };
    const std::vector<std::string_view> names(mention_literals.begin(), mention_literals.end());
    std::size_t refused = names.size();
    auto mentions = Database::Compile(names, &refused);
    if (!mentions) return refuse(std::move(mentions).error(), refused, names.size(), [&](std::size_t i) { return "a school's phrase \"" + std::string(names[i]) + "\""; });
    databases.mentions = *std::move(mentions);

    std::array<std::vector<std::size_t>, 3> lists;  // indices of patterns
    for (std::size_t i = 0; i < program.patterns.size(); ++i) {
      lists[0].push_back(i);
      lists[NeedsDigit(program.patterns[i]) ? 2 : 1].push_back(i);
    }
    const std::array<Database*, 3> databases_of = {&databases.patterns, &databases.ends, &databases.digit_ends};
    for (std::size_t list = 0; list < lists.size(); ++list) {
      std::vector<std::string_view> patterns;
      for (const std::size_t i : lists[list]) patterns.push_back(program.patterns[i]);
      refused = patterns.size();
      auto database = list == 0 ? Database::CompilePatterns(patterns, &refused) : Database::CompilePatternEnds(patterns, &refused);
      if (!database) {
        return refuse(std::move(database).error(), refused, patterns.size(), [&](std::size_t i) {
          return program.places[program.literals.size() + lists[list][i]].ToString() + ": the pattern \"" + std::string(patterns[i]) + "\"";
        });
      }
      *databases_of[list] = *std::move(database);
    }
    // Needed no more; a hundred thousand strings.
    std::vector<std::string>().swap(program.literals);
    std::vector<std::string>().swap(program.patterns);
    std::vector<Place>().swap(program.places);
    return {};
  }
};

Result<Judge> Judge::Make(std::shared_ptr<const Lexicon> lexicon, std::vector<School> schools, JudgeOptions options) {
  HEED_CHECK(lexicon);
  auto impl = std::make_shared<Impl>(lexicon->digest, std::move(schools), options);
  impl->lexicon = std::move(lexicon);
  if (!impl->ReadCache(options.cached)) HEED_TRY(impl->Compile(options.dictionary));
  return Judge(std::move(impl));
}

std::optional<Judge> Judge::FromCache(const std::string& digest, std::function<std::shared_ptr<const Lexicon>()> read, std::vector<School> schools, const JudgeOptions& options) {
  auto impl = std::make_shared<Impl>(digest, std::move(schools), options);
  impl->read = std::move(read);
  if (!impl->ReadCache(options.cached)) return std::nullopt;
  return Judge(std::move(impl));
}

const Lexicon& Judge::lexicon() const {
  std::call_once(impl_->once, [this] {
    if (!impl_->lexicon) impl_->lexicon = impl_->read();
    HEED_CHECK(impl_->lexicon);
  });
  return *impl_->lexicon;
}
const std::vector<School>& Judge::schools() const { return impl_->schools; }
bool Judge::Runs(const Entry& entry) const { return IsSearched(entry, impl_->drafts); }
const std::string& Judge::Version() const { return impl_->version; }
bool Judge::from_cache() const { return impl_->from_cache; }
std::size_t Judge::literals() const { return impl_->program.literal_count; }

std::string Judge::CacheImage() const {
  std::string image(kMagic);
  image += Bytes(impl_->key);
  AppendPart(image, WriteImage(impl_->program));
  for (const Database* database : impl_->databases.All()) {
    const auto bytes = database->Serialise();
    if (!bytes) return {};  // no cache is a slower start, no more
    AppendPart(image, *bytes);
  }
  const std::uint64_t checksum = Checksum(image);
  image.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  return image;
}

struct Judge::Worker::Impl {
  Impl(std::shared_ptr<const Judge::Impl> of, Scratch with) : judge(std::move(of)), scratch(std::move(with)), fired(judge->program.entries.size()), where(judge->program), chooser(judge->program), runner(judge->program) {}

  std::shared_ptr<const Judge::Impl> judge;
  Scratch scratch;
  std::vector<std::uint64_t> fired;
  std::vector<bool> paused;  // by entry; empty while nothing is

  // One text's fold in `bulk`.
  struct Stretch {
    std::uint32_t post;        // index in the texts given
    std::uint32_t begin, end;  // bytes of the buffer
  };
  // One view of a text in `look`; the squeezed one stands behind the plain one.
  struct Segment {
    std::uint32_t post;
    std::int32_t school;  // the one it is judged for, -1 for none
    View view;
    bool odd;
    bool anchored;        // something found in it is an anchor
    bool about;           // a plain view: it holds a word that says it is about what words are weighed for
    bool weighed;         // its words are, and what they read as is among what was found
    std::uint8_t insists;                  // as PostWords::insists, of a plain view
    std::uint32_t begin, end;              // bytes of the buffer
    std::uint32_t first_word, last_word;   // words of the buffer, half open
    std::uint32_t first_found, last_found;  // in `literals`, half open
    unsigned scale;                        // as in PostPlaces
    std::uint64_t starts;
  };
  FoldBuffer bulk;                  // texts that are asked whether they mention the school
  std::vector<Stretch> stretches;
  FoldBuffer look;                  // texts that are searched for everything the lexicon knows
  std::vector<Segment> segments;
  std::vector<std::uint64_t> hashes;  // of the words of `look`
  std::vector<KnownWord> known_words;
  std::vector<Found> literals;      // all of `look`, by segment
  std::vector<std::uint32_t> twos, threes;  // words of a segment that may end a phrase of two, and be the third of a longer one
  std::vector<Found> found;         // literals and patterns of one post, where there are patterns
  std::vector<std::uint8_t> places;  // of the words of `look`: see PostPlaces
  std::vector<Match> matches;
  bool ends_known = false;
  std::vector<Match> pattern_ends;  // in all of `look`, of those that need no digit, once they are known
  std::vector<Match> digit_ends;
  std::vector<PatternMatch> pattern_matches;
  Folded squeezed;
  WordingScale scale;
  WordingSum wording;               // of one post
  std::array<std::uint64_t, kWordingConcepts> wording_hashes = WordingHashes();
  std::vector<RuleHit> rule_hits;
  std::vector<Weight> weights;
  std::vector<MentionSeen> seen;
  Whereabouts where;                        // of what was found in one post
  RuleChooser chooser;
  RuleRunner runner;
  std::span<const std::uint32_t> rules;     // chosen for that post
  std::vector<Hit> spare_hits;              // whose strings have been paid for

  static std::array<std::uint64_t, kWordingConcepts> WordingHashes() {
    std::array<std::uint64_t, kWordingConcepts> hashes{};
    for (std::size_t which = 0; which < hashes.size(); ++which) hashes[which] = WordTable::Hash(Trim(WordingLiteral(which)));
    return hashes;
  }

  // Counted and told of, but no hit.
  bool Silent(std::uint32_t entry) const { return judge->program.entries[entry].status == EntryStatus::kShadow || (!paused.empty() && paused[entry]); }

  void Reset(Assessment& a) {
    a.mention.mentions = false;
    a.mention.score = 0;
    a.mention.evidence.clear();
    a.flag = false;
    a.priority = 0;
    a.severity = 0;
    a.categories.clear();
    a.characteristics.clear();
    constexpr std::size_t kMostSpare = 4096;
    for (Hit& hit : a.hits)
      if (spare_hits.size() < kMostSpare) spare_hits.push_back(std::move(hit));
    a.hits.clear();
    a.silent.clear();
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
  static bool WordRange(const FoldedView& folded, std::uint32_t begin, std::uint32_t end, std::uint32_t& first, std::uint32_t& last) {
    const auto at = std::lower_bound(folded.words.begin(), folded.words.end(), begin + 1, [](const Word& word, std::uint32_t b) { return word.at < b; });
    if (at == folded.words.end() || at->at != begin + 1) return false;
    auto until = at;
    while (until != folded.words.end() && until->at + 1 < end) ++until;
    first = static_cast<std::uint32_t>(at - folded.words.begin());
    last = static_cast<std::uint32_t>(until - folded.words.begin());
    return last > first;
  }

  // The school the text mentions most.  `named` are the mention literals in it, ends counted from the fold's start.
  std::int32_t Score(std::size_t school, std::string_view text, const FoldedView& folded, std::span<const Match> named, Mention& out) {
    Mention best;
    std::int32_t best_school = -1;
    const std::size_t from = school == kAnySchool ? 0 : school, until = school == kAnySchool ? judge->schools.size() : school + 1;
    for (std::size_t s = from; s < until; ++s) {
      seen.clear();
      for (const Match& match : named) {
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

  FoldedView ViewOf(const Segment& segment) const {
    return {look.text().substr(segment.begin, segment.end - segment.begin), look.words().subspan(segment.first_word, segment.last_word - segment.first_word), segment.odd};
  }

  // Folds a text into `look`.
  void AddPlain(std::uint32_t post, std::string_view text, std::int32_t school) {
    Segment segment{};
    segment.post = post;
    segment.school = school;
    segment.view = View::kPlain;
    segment.begin = static_cast<std::uint32_t>(look.size());
    segment.first_word = static_cast<std::uint32_t>(look.words().size());
    segment.odd = look.AddWithWords(text);
    segment.end = static_cast<std::uint32_t>(look.size());
    segment.last_word = static_cast<std::uint32_t>(look.words().size());
    segments.push_back(segment);
  }
  void DropLast() {
    look.Truncate(segments.back().begin, segments.back().first_word);
    segments.pop_back();
  }
  // Behind it the squeezed view of the same text, where there is something to undo.
  void AddSqueezed(std::string_view text) {
    Segment segment = segments.back();
    if (!segment.odd || segment.first_word == segment.last_word || !Squeeze(text, ViewOf(segment), judge->program.vocabulary, squeezed)) return;
    segment.view = View::kSqueezed;
    segment.begin = static_cast<std::uint32_t>(look.size());
    segment.first_word = static_cast<std::uint32_t>(look.words().size());
    look.AddFolded(squeezed);
    segment.end = static_cast<std::uint32_t>(look.size());
    segment.last_word = static_cast<std::uint32_t>(look.words().size());
    segments.push_back(segment);
  }

  // The tables of words and pairs are larger than the nearest caches: what they say is sent for so many words ahead.
  static constexpr std::size_t kAhead = 32;

  // Finds all literals in `look`.  With kAll every post's words are weighed, and not only of those that ask for it.
  void Search(Detail detail) {
    const Program& program = judge->program;
    const std::span<const Word> words = look.words();
    hashes.resize(words.size() + kAhead);
    known_words.resize(words.size() + kAhead);
    for (const Segment& segment : segments) {
      const char* text = look.text().data() + segment.begin;
      for (std::uint32_t w = segment.first_word; w < segment.last_word; ++w) hashes[w] = WordTable::HashPadded(text + words[w].at, words[w].size);
    }
    std::fill(hashes.end() - kAhead, hashes.end(), 0);
    for (std::size_t w = 0; w < words.size(); ++w) {
      program.words.Expect(hashes[w + kAhead]);
      known_words[w] = program.words.Find(hashes[w]);
    }
    std::fill(known_words.end() - kAhead, known_words.end(), KnownWord{});
    literals.resize(std::max(literals.size(), words.size() + 1));
    places.resize(words.size());
    std::size_t count = 0;
    ends_known = false;
    for (Segment& segment : segments) {
      std::uint32_t flags = 0, any_flags = 0, before = 0, rank = 0;
      unsigned pair_before = 0;
      bool starts_sentence = false;
      segment.first_found = static_cast<std::uint32_t>(count);
      segment.scale = PostPlaces::ScaleFor(segment.last_word - segment.first_word);
      segment.starts = 0;
      const bool plain = segment.view == View::kPlain;
      twos.clear();
      threes.clear();
      for (std::uint32_t w = segment.first_word; w < segment.last_word; ++w) {
        const Word& word = words[w];
        program.pairs.Expect(known_words[w + kAhead - 1].number(), known_words[w + kAhead].number());
        const KnownWord known = known_words[w];
        const std::uint32_t number = known.number();
        // Where a phrase may be is noted, and looked up when what the tables say has come from memory.
        const unsigned pair = number != 0 && before != 0 ? program.pairs.MayBe(before, number) : 0;
        if ((pair & WordPairs::kPhrase) != 0) {
          program.twos.Expect(WordTable::HashPair(before, number, 0));
          twos.push_back(w);
        }
        if ((pair & pair_before & WordPairs::kPart) != 0) {
          program.steps.Expect(WordTable::HashStart(known_words[w - 2].number(), before, number));
          threes.push_back(w);
        }
        pair_before = pair;
        before = number;
        const auto place = static_cast<unsigned>(rank >> segment.scale) + 1;
        places[w] = static_cast<std::uint8_t>(place);
        segment.starts |= static_cast<std::uint64_t>(starts_sentence) << place;
        starts_sentence = word.ends_sentence;
        rank += word.kind == WordKind::kWord;
        literals[count] = {known.sense, w - segment.first_word, w - segment.first_word + 1, 0, segment.view};
        // In a squeezed view only what was undone is news.
        const bool counts = (known.sense != KnownWord::kNone) & (plain | word.replaced);
        count += counts;
        flags |= counts ? known.flags : 0;
        any_flags |= known.flags;
      }
      segment.anchored = (flags & KnownWord::kAnchor) != 0;
      AddPhrases(segment, count);
      // Elsewhere it is of account only to what it takes away: RunRules() weighs what has hits.
      segment.about = (any_flags & KnownWord::kAbout) != 0;
      segment.weighed = plain && (segment.about || program.wording.all() || program.elsewhere_adds || detail == Detail::kAll);
      if (segment.weighed) AddWording(segment, count);
      segment.last_found = static_cast<std::uint32_t>(count);
    }
  }

  // Of a segment whose `twos` and `threes` are known, into `literals` from `count` on, which moves behind them.
  void AddPhrases(Segment& segment, std::size_t& count) {
    const Program& program = judge->program;
    const Word* words = look.words().data();
    const std::size_t first_phrase = count;
    const auto add = [&](std::uint32_t sense, std::uint32_t first, std::uint32_t last, std::uint16_t pattern, bool anchor) {
      if (segment.view == View::kSqueezed && std::none_of(words + first, words + last, [](const Word& word) { return word.replaced; })) return;
      first -= segment.first_word;
      last -= segment.first_word;
      segment.anchored |= anchor;
      if (pattern != 0) {
        for (std::size_t i = first_phrase; i < count; ++i) {
          if (literals[i].pattern != pattern || literals[i].last != last) continue;
          literals[i].first = std::min(literals[i].first, first);
          return;
        }
      }
      // Room for this one, and for every word that is still to come.
      if (count + look.words().size() - segment.last_word + 1 >= literals.size()) literals.resize(2 * literals.size());
      literals[count++] = {sense, first, last, pattern, segment.view};
    };
    for (const std::uint32_t w : twos) {
      for (std::uint32_t sense = 0;; ++sense) {
        const KnownWord& two = program.twos.Find(WordTable::HashPair(known_words[w - 1].number(), known_words[w].number(), sense));
        if (two.sense == KnownWord::kNone) break;
        add(two.sense, w - 1, w + 1, static_cast<std::uint16_t>(two.number()), (two.flags & KnownWord::kAnchor) != 0);
        if ((two.flags & KnownWord::kMore) == 0) break;
      }
    }
    for (const std::uint32_t third : threes) {
      KnownWord step = program.steps.Find(WordTable::HashStart(known_words[third - 2].number(), known_words[third - 1].number(), known_words[third].number()));
      for (std::uint32_t last = third;;) {
        if (step.sense != KnownWord::kNone) {
          for (const Program::Phrase* phrase = &program.phrases[step.sense];; ++phrase) {
            add(phrase->sense, third - 2, last + 1, phrase->pattern, phrase->anchor != 0);
            if (!phrase->more) break;
          }
        }
        if (step.flags == 0 || ++last == segment.last_word) break;
        step = program.steps.Find(WordTable::HashStep(step.flags, known_words[last].number()));
      }
    }
  }

  // What was found in a post.
  std::span<const Found> LiteralsOf(std::span<const Segment> views) const {
    return std::span(literals).subspan(views.front().first_found, views.back().last_found - views.front().first_found);
  }

  // What the words of a plain view read as; `own` is what was found in it.
  std::size_t ReadsAs(const Segment& segment, std::span<const Found> own) {
    const Program& program = judge->program;
    scale.Weigh(program.wording, segment.about, ViewOf(segment).text, WordsOf(segment), std::span(hashes).subspan(segment.first_word), wording);
    for (const Found& f : own)
      if (f.pattern == 0)
        for (const std::uint32_t weight : program.senses.Weights(f.sense)) scale.AddConcept(program.wording, weight, f.first, f.last, wording);
    return wording.Reads(program.wording);
  }

  // What its words read as, at those that weigh most: into `literals`, as AddPhrases().
  void AddWording(Segment& segment, std::size_t& count) {
    const Program& program = judge->program;
    if (program.wording.empty()) return;
    const std::size_t reads = ReadsAs(segment, std::span(literals).subspan(segment.first_found, count - segment.first_found));
    if (wording.about) segment.insists = program.wording.Insisting(wording.sum);
    if (reads == kWordingConcepts) return;
    const KnownWord& known = program.words.Find(wording_hashes[reads]);
    const auto strongest = wording.Strongest(reads);
    literals.resize(std::max(literals.size(), count + strongest.size() + look.words().size() - segment.last_word + 1));
    for (const auto& one : strongest) literals[count++] = {known.sense, one.first, one.last, 0, View::kPlain};
    segment.anchored |= (known.flags & KnownWord::kAnchor) != 0;
  }

  std::span<const Word> WordsOf(const Segment& view) const { return look.words().subspan(view.first_word, view.last_word - view.first_word); }
  // Of the squeezed view, where there is one.
  std::span<const Word> SqueezedWords(std::span<const Segment> views) const { return views.size() > 1 ? WordsOf(views[1]) : std::span<const Word>(); }

  PostPlaces PlacesOf(const Segment& plain) const {
    return {WordsOf(plain), std::span(places).subspan(plain.first_word, plain.last_word - plain.first_word), plain.scale, plain.starts};
  }

  // Into `rules`: those worth running on a post.
  void ChooseRules(std::span<const Segment> views, Detail detail) {
    const PostPlaces post = PlacesOf(views[0]);
    const auto all = LiteralsOf(views);
    where.Start(all, post, SqueezedWords(views));
    rules = chooser.Choose(all, where, post, detail);
  }

  // How many segments the post has whose first one this is.
  std::size_t ViewsOf(std::size_t first) const { return first + 1 < segments.size() && segments[first + 1].view == View::kSqueezed ? 2 : 1; }

  // Searches everything in `look` and finishes those posts.
  void Look(std::span<const std::string_view> texts, std::vector<Assessment>& out) {
    if (segments.empty()) return;
    Search(Detail::kHits);
    for (std::size_t s = 0; s < segments.size();) {
      const std::size_t views = ViewsOf(s);
      const auto post = std::span(segments).subspan(s, views);
      s += views;
      if (s < segments.size())
        for (const Found& f : LiteralsOf(std::span(segments).subspan(s, ViewsOf(s)))) judge->program.senses.Expect(f.sense);
      if (std::none_of(post.begin(), post.end(), [](const Segment& view) { return view.anchored; })) continue;
      ChooseRules(post, Detail::kHits);
      if (!rules.empty()) RunRules(texts, post, Detail::kHits, out[post.front().post]);
    }
    look.Clear();
    segments.clear();
  }

  // Runs `rules` on a post that ChooseRules() has looked at.
  void RunRules(std::span<const std::string_view> texts, std::span<const Segment> views, Detail detail, Assessment& a) {
    found.clear();
    Done searched;
    for (const Segment& view : views)
      if (searched) searched = AddPatterns(view);
    auto all = LiteralsOf(views);
    if (!found.empty()) {
      found.insert(found.begin(), all.begin(), all.end());
      all = found;
      where.Start(all, PlacesOf(views[0]), SqueezedWords(views));
    }
    runner.Start({texts[views[0].post], ViewOf(views[0]), SqueezedWords(views), views[0].school, views[0].insists}, all, where);
    rule_hits.clear();
    if (!searched) return CouldNot(a, searched.error().message());
    bool enough = runner.Run(rules, detail, rule_hits);
    if (!views[0].weighed && judge->program.wording.asks_elsewhere() && !rule_hits.empty()) {
      const auto own = std::span(literals).subspan(views[0].first_found, views[0].last_found - views[0].first_found);
      if (const std::size_t reads = ReadsAs(views[0], own); reads != kWordingConcepts) {
        if (found.empty()) found.assign(all.begin(), all.end());
        for (const auto& one : wording.Strongest(reads)) found.push_back({judge->program.words.Find(wording_hashes[reads]).sense, one.first, one.last, 0, View::kPlain});
        all = found;
        where.Start(all, PlacesOf(views[0]), SqueezedWords(views));
        runner.Start({texts[views[0].post], ViewOf(views[0]), SqueezedWords(views), views[0].school, views[0].insists}, all, where);
        rule_hits.clear();
        enough = runner.Run(rules, detail, rule_hits);
      }
    }
    Finish(a);
    if (!enough) CouldNot(a, "the post holds more of the lexicon's words than can be weighed");
  }

  // Whether a pattern may be in it.  Hardly any post holds one: so of those that need no digit all of `look` is asked in one go, and of the
  // others only posts that hold a digit.
  Result<bool> MayHoldPatterns(const Segment& view) {
    if (!ends_known) {
      pattern_ends.clear();
      HEED_TRY(scratch.Scan(judge->databases.ends, look.text(), pattern_ends));
      ends_known = true;
    }
    const auto at = std::upper_bound(pattern_ends.begin(), pattern_ends.end(), view.begin, [](std::uint32_t begin, const Match& match) { return begin < match.end; });
    if (at != pattern_ends.end() && at->end <= view.end) return true;
    const std::string_view text = ViewOf(view).text;
    unsigned char digit = 0;  // written so that compilers vectorise it
    for (const char c : text) digit = static_cast<unsigned char>(digit | ((c >= '0') & (c <= '9')));
    if (digit == 0) return false;
    digit_ends.clear();
    HEED_TRY(scratch.Scan(judge->databases.digit_ends, text, digit_ends));
    return !digit_ends.empty();
  }

  // Searches for patterns and puts them into `found`.
  Done AddPatterns(const Segment& view) {
    const bool may = HEED_TRY(MayHoldPatterns(view));
    if (!may) return {};
    const FoldedView folded = ViewOf(view);
    pattern_matches.clear();
    HEED_TRY(scratch.ScanPatterns(judge->databases.patterns, folded.text, pattern_matches));
    for (const PatternMatch& match : pattern_matches) {
      Found f{judge->program.sense_of_pattern[match.pattern], 0, 0, 0, view.view};
      if (!WordRange(folded, match.begin, match.end, f.first, f.last)) continue;
      const auto words = folded.words.subspan(f.first, f.last - f.first);
      // What nothing was undone in has been found in the plain view.
      if (view.view == View::kSqueezed && std::none_of(words.begin(), words.end(), [](const Word& word) { return word.replaced; })) continue;
      found.push_back(f);
    }
    return {};
  }

  // From rule hits to the assessment: hits that count, weights, order.
  void Finish(Assessment& a) {
    weights.clear();
    std::uint32_t before = 0xFFFFFFFF;  // the entry of the hit before
    const auto& entries = judge->program.entries;
    std::array<std::int32_t, 8> worst{};  // by category: severity * 2^20 + points
    for (const RuleHit& hit : rule_hits) {
      if (!hit.counts()) continue;
      const std::uint32_t entry_index = judge->program.rules[hit.rule].entry;
      const EntryFacts& entry = entries[entry_index];
      fired[entry_index] += entry_index != before;  // hits of one entry stand together
      before = entry_index;
      if (Silent(entry_index)) {
        if (a.silent.empty() || a.silent.back() != entry.id) a.silent.emplace_back(entry.id);
        continue;
      }
      weights.push_back({entry_index, entry.weight, entry.severity, entry.category, hit.view == View::kSqueezed});
      Hit& shown = a.hits.emplace_back();
      if (!spare_hits.empty()) {
        shown = std::move(spare_hits.back());
        spare_hits.pop_back();
      }
      shown.rule = entry.id;
      shown.category = entry.category;
      shown.severity = entry.severity;
      shown.begin = hit.begin;
      shown.end = hit.end;
      shown.view = hit.view;
      shown.why = entry.why;
      if (hit.view == View::kSqueezed) shown.why += " Written so as to slip past filters.";
      else if (hit.misspelt) shown.why += " Misspelt.";
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
    const auto earlier = [](const Hit& x, const Hit& y) { return std::tie(x.begin, x.end) < std::tie(y.begin, y.end); };
    if (!std::is_sorted(a.hits.begin(), a.hits.end(), earlier)) std::stable_sort(a.hits.begin(), a.hits.end(), earlier);
  }

  // Asks the texts in `bulk` whether they mention the school; those that do are looked at.
  void Mentions(std::size_t school, std::span<const std::string_view> texts, std::vector<Assessment>& out) {
    if (stretches.empty()) return;
    matches.clear();
    const Done scanned = scratch.Scan(judge->databases.mentions, bulk.text(), matches);
    if (!scanned) {
      for (const Stretch& stretch : stretches) CouldNot(out[stretch.post], scanned.error().message());
    } else {
      std::vector<Match> here;
      for (std::size_t m = 0, s = 0; m < matches.size() && s < stretches.size(); ++s) {
        const Stretch& stretch = stretches[s];
        const std::size_t from = m;
        bool speaks = false;
        for (; m < matches.size() && matches[m].end <= stretch.end; ++m) speaks = speaks || Speaks(matches[m].literal, school);
        if (!speaks) continue;
        here.assign(matches.begin() + static_cast<std::ptrdiff_t>(from), matches.begin() + static_cast<std::ptrdiff_t>(m));
        for (Match& match : here) match.end -= stretch.begin;
        const std::string_view text = texts[stretch.post];
        AddPlain(stretch.post, text, -1);
        Assessment& a = out[stretch.post];
        segments.back().school = Score(school, text, ViewOf(segments.back()), here, a.mention);
        if (a.mention.mentions) AddSqueezed(text);
        else DropLast();
      }
    }
    bulk.Clear();
    stretches.clear();
    Look(texts, out);
  }
};

Judge::Worker::Worker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Judge::Worker::Worker(Worker&&) noexcept = default;
Judge::Worker& Judge::Worker::operator=(Worker&&) noexcept = default;
Judge::Worker::~Worker() = default;

Result<Judge::Worker> Judge::NewWorker() const {
  auto scratch = HEED_TRY(Scratch::Make({&impl_->databases.mentions, &impl_->databases.patterns, &impl_->databases.ends, &impl_->databases.digit_ends}));
  return Worker(std::make_unique<Worker::Impl>(impl_, std::move(scratch)));
}

void Judge::Worker::Pause(std::span<const std::string> rules) {
  impl_->paused.clear();
  const auto& entries = impl_->judge->program.entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (std::find(rules.begin(), rules.end(), std::string_view(entries[i].id)) == rules.end()) continue;
    impl_->paused.resize(entries.size());
    impl_->paused[i] = true;
  }
}

std::span<const std::uint64_t> Judge::Worker::fired() const { return impl_->fired; }

void Judge::Worker::Assess(std::size_t school, std::span<const std::string_view> texts, MentionPolicy policy, std::vector<Assessment>& out) {
  Impl& w = *impl_;
  const auto& judge = *w.judge;
  HEED_CHECK(school == kAnySchool || school < judge.schools.size());
  out.resize(texts.size());
  const auto own = school == kAnySchool ? (judge.schools.empty() ? -1 : 0) : static_cast<std::int32_t>(school);
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    w.Reset(out[i]);
    if (w.TooLong(texts[i], out[i])) continue;
    if (policy == MentionPolicy::kRequired) {
      const auto begin = static_cast<std::uint32_t>(w.bulk.size());
      w.bulk.Add(texts[i]);
      w.stretches.push_back({i, begin, static_cast<std::uint32_t>(w.bulk.size())});
      if (w.bulk.size() >= kChunk) w.Mentions(school, texts, out);
    } else {
      w.AddPlain(i, texts[i], own);
      w.AddSqueezed(texts[i]);
      if (w.look.size() >= kChunk) w.Look(texts, out);
    }
  }
  w.Mentions(school, texts, out);
  w.Look(texts, out);
}

Explanation Judge::Worker::Explain(std::size_t school, std::string_view text) {
  Impl& w = *impl_;
  const auto& judge = *w.judge;
  HEED_CHECK(school == kAnySchool || school < judge.schools.size());
  Explanation e;
  e.lexicon_version = judge.version;
  if (w.TooLong(text, e.assessment)) return e;
  const std::span<const std::string_view> one(&text, 1);

  w.AddPlain(0, text, -1);
  w.matches.clear();
  if (const Done scanned = w.scratch.Scan(judge.databases.mentions, w.look.text(), w.matches); !scanned) {
    Impl::CouldNot(e.assessment, scanned.error().message());
    w.DropLast();
    return e;
  }
  const std::vector<Match> mentions = w.matches;
  const std::int32_t chosen = w.Score(school, text, w.ViewOf(w.segments[0]), mentions, e.assessment.mention);
  if (chosen >= 0) e.school = judge.schools[static_cast<std::size_t>(chosen)].id;
  w.segments[0].school = chosen;
  w.AddSqueezed(text);
  const FoldedView folded = w.ViewOf(w.segments[0]);
  e.folded = folded.text;

  w.Search(Detail::kAll);
  w.ChooseRules(w.segments, Detail::kAll);
  const auto kept = w.fired;  // explaining is not firing
  w.RunRules(one, w.segments, Detail::kAll, e.assessment);
  w.fired = kept;

  const auto show = [&](const FoldedView& f, std::vector<Explanation::ShownWord>& words) {
    for (const Word& word : f.words) {
      std::uint32_t first, last;
      w.runner.WordsOf(word.begin, word.end, first, last);
      words.push_back({std::string(f.of(word)), word.begin, word.end, w.runner.SentenceOf(first), w.runner.IsQuoted(word.begin, word.end)});
    }
  };
  show(folded, e.words);
  if (w.segments.size() > 1) {
    e.squeezed = w.ViewOf(w.segments[1]).text;
    show(w.ViewOf(w.segments[1]), e.squeezed_words);
  }
  const auto name = [&](ConceptNumber number) {
    const std::string& full = judge.program.concepts[number];
    return full.starts_with("term ") ? full.substr(5) : full;
  };
  const auto words_at = [&](std::uint32_t begin, std::uint32_t end) { return std::string(text.substr(begin, end - begin)); };
  if (const WordingTable& table = judge.program.wording; !table.empty()) {
    for (const WordingSum::Weighed& weighed : w.wording.weighed) {
      const std::uint32_t begin = folded.words[weighed.first].begin, end = folded.words[weighed.last - 1].end;
      std::string of;
      if (weighed.weight >= table.first_concept()) of = judge.program.concepts[judge.program.weighed_concepts[weighed.weight - table.first_concept()]];
      e.weighed.push_back({words_at(begin, end), begin, end, weighed.points, weighed.category < kCategories.size() ? std::optional(kCategories[weighed.category]) : std::nullopt, std::move(of)});
    }
    std::stable_sort(e.weighed.begin(), e.weighed.end(), [](const auto& a, const auto& b) { return std::abs(a.points) > std::abs(b.points); });
    e.wording_sum = w.wording.sum, e.wording_from = table.from(), e.wording_below = table.below();
    for (int severity = 1; severity <= static_cast<int>(Wording::kSeverities); ++severity)
      if ((w.segments[0].insists >> severity & 1) != 0) e.wording_insists.push_back(severity);
    if (const std::size_t reads = w.wording.Reads(table); reads != kWordingConcepts) e.wording_reads = WordingConcept(reads);
  }
  struct Seen {
    ConceptNumber concept_number;
    Occurrence where;
  };
  std::vector<Seen> concepts;
  for (const Found& f : w.runner.found())
    for (const Meaning& meaning : judge.program.senses.Meanings(f.sense))
      if (const auto where = w.runner.Counted(f, meaning.manner)) concepts.push_back({meaning.concept_number, *where});
  const auto key = [&](const Seen& c) { return std::tie(c.where.begin, c.where.end, judge.program.concepts[c.concept_number], c.where.view, c.where.misspelt); };
  std::stable_sort(concepts.begin(), concepts.end(), [&](const Seen& a, const Seen& b) { return key(a) < key(b); });
  for (const auto& [number, o] : concepts) e.concepts.push_back({name(number), words_at(o.begin, o.end), o.begin, o.end, o.view, o.misspelt});
  std::vector<std::string> names;
  const Lexicon& lexicon = Judge(w.judge).lexicon();
  for (const RuleHit& hit : w.rule_hits) {
    const CompiledRule& rule = judge.program.rules[hit.rule];
    const Entry& entry = lexicon.entries[rule.entry];
    Explanation::ShownRule shown{entry.id, entry.status, hit.begin, hit.end, hit.view, {}, "", ""};
    for (const Occurrence& element : hit.elements) shown.elements.push_back(words_at(element.begin, element.end));
    if (hit.blocked) {
      const auto which = static_cast<std::size_t>(hit.blocked - &judge.program.conditions[rule.first_unless]);
      shown.blocked_by = entry.unless[which].ToString();
      if (hit.blocked->where != Where::kQuoted) shown.blocked_words = words_at(hit.blocker.begin, hit.blocker.end);
    } else if (hit.lacking) {
      shown.lacks = entry.with.front().ToString();
      for (std::size_t i = 1; i < entry.with.size(); ++i) shown.lacks += " or " + entry.with[i].ToString();
    } else if (!w.Silent(rule.entry)) {
      names.push_back(entry.id);
    } else {
      shown.silent = true;
    }
    e.rules.push_back(std::move(shown));
  }
  e.arithmetic = ShowArithmetic(w.weights, names);
  w.look.Clear();
  w.segments.clear();
  return e;
}

}  // namespace heed
