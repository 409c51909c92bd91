// Compiling: phrases bent and folded to literals, concepts closed over what they include, anchors chosen.
#include "pipeline/program.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "pipeline/fold.h"
#include "pipeline/mention.h"
#include "src/base/check.h"
#include "src/base/text.h"

namespace heed {
namespace {

// The commonest words of English: an element made of them is a poor anchor, and a masked word is none of them.
constexpr std::string_view kCommon[] = {
    "the", "be", "to", "of", "and", "a", "in", "that", "have", "i", "it", "for", "not", "on", "with", "he", "as", "you", "do", "at", "this", "but", "his",
    "by", "from", "they", "we", "say", "her", "she", "or", "an", "will", "my", "one", "all", "would", "there", "their", "what", "so", "up", "out", "if",
    "about", "who", "get", "which", "go", "me", "when", "make", "can", "like", "time", "no", "just", "him", "know", "take", "people", "into", "year", "your",
    "good", "some", "could", "them", "see", "other", "than", "then", "now", "look", "only", "come", "its", "over", "think", "also", "back", "after", "use",
    "two", "how", "our", "work", "first", "well", "way", "even", "new", "want", "because", "any", "these", "give", "day", "most", "us", "is", "are", "was",
    "were", "been", "am", "has", "had", "did", "does", "more", "very", "too", "don't", "dont", "never", "u", "ur", "'s", "'re", "'m", "'ll", "'ve", "'d", "im",
    "should", "must", "need", "really", "much", "many", "every", "those", "here", "where", "why", "off", "down", "being", "got", "getting", "going", "said",
    "school", "teacher", "teachers", "kids", "head", "staff", ".", ",", "!", "?", "&", "@"};

// The next commonest: each in one post of two hundred or so.
constexpr std::string_view kFrequent[] = {
    "kid", "boy", "boys", "girl", "girls", "man", "men", "woman", "women", "lad", "lads", "son", "daughter", "mum", "dad", "parent", "parents", "child", "children", "class", "year",
    "years", "week", "month", "today", "tomorrow", "yesterday", "night", "morning", "home", "house", "place", "world", "life", "love", "hate", "bad", "best", "better", "big", "little", "old",
    "young", "great", "nice", "happy", "sad", "mad", "fat", "sick", "mental", "crazy", "dog", "cat", "cow", "pig", "rat", "end", "start", "stop", "put", "let", "try", "keep", "find",
    "tell", "ask", "feel", "seem", "leave", "call", "called", "hear", "heard", "play", "run", "move", "live", "believe", "hold", "bring", "happen", "write", "sit", "stand", "lose", "pay",
    "meet", "read", "help", "talk", "turn", "show", "watch", "follow", "open", "walk", "win", "offer", "remember", "wait", "die", "dead", "cut", "hit", "rip", "lie", "send", "sent", "thing",
    "things", "someone", "everyone", "anyone", "nobody", "everybody", "something", "nothing", "everything", "always", "again", "still", "already", "maybe", "sure", "right", "wrong", "long",
    "last", "next", "same", "different", "own", "part", "few", "lot", "lots", "bit", "both", "between", "under", "before", "during", "without", "through", "against", "until", "while", "since",
    "though", "another", "such", "around", "away", "each", "tag", "free", "white", "black", "english", "british", "country", "money", "job", "hope", "wish", "please", "thanks", "thank", "sorry",
    "god", "lol", "omg", "imo", "reg", "gas", "egg", "nut", "die", "sir", "miss", "ms", "mr", "mrs", "trip", "sport", "game", "team", "food", "car", "bus", "road", "street", "town", "city",
    "pupil", "pupils", "student", "students", "headteacher", "governors", "lesson", "lessons", "homework", "uniform", "friend", "friends", "family", "baby", "guy", "guys", "person", "name",
    "face", "hand", "head", "eye", "eyes", "body", "hair", "word", "words", "question", "real", "true", "fact", "point", "reason", "problem", "story", "news", "video", "photo", "post", "twitter",
    "made", "makes", "making", "came", "went", "done", "told", "left", "lost", "found", "thought", "knew", "knows", "gave", "given", "taken", "took", "saw", "seen", "used", "trying", "looking", "saying",
    "says", "working", "coming", "talking", "waiting", "asking", "doing", "having", "whole", "full", "three", "four", "five", "ten", "hundred", "once", "soon", "far", "near", "high", "low", "hard",
    "easy", "early", "late", "ever", "quite", "almost", "enough", "else", "yet", "rather", "might", "may", "shall", "cannot", "can't", "cant", "won't", "wont", "didn't", "didnt", "doesn't",
    "isn't", "isnt", "aren't", "wasn't", "wouldn't", "couldn't", "shouldn't", "ain't", "aint", "gonna", "wanna", "gotta", "yes", "yeah", "oh", "ok", "hey", "hi", "hello", "mate", "i'm", "ya", "n", "r", "y"};

std::vector<std::string_view> WordsOf(std::string_view literal) {
  std::vector<std::string_view> words;
  for (const std::string_view word : Split(literal, ' '))
    if (!word.empty()) words.push_back(word);
  return words;
}

// Reads a pattern that only joins and chooses: letters, digits, spaces, groups, '|' and '?'.
class PatternReader {
 public:
  explicit PatternReader(std::string_view pattern) : rest_(pattern) {}

  std::optional<std::vector<std::string>> Read() {
    auto texts = Choice();
    if (!texts || !rest_.empty()) return std::nullopt;
    return texts;
  }

 private:
  using Texts = std::optional<std::vector<std::string>>;
  static constexpr std::size_t kMost = 16'384;

  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  Texts Choice() {
    auto all = Row();
    while (all && Take('|')) {
      const auto more = Row();
      if (!more || all->size() + more->size() > kMost) return std::nullopt;
      all->insert(all->end(), more->begin(), more->end());
    }
    return all;
  }
  Texts Row() {
    std::vector<std::string> row = {""};
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      auto piece = Piece();
      if (!piece) return std::nullopt;
      if (Take('?')) {
        if (!rest_.empty() && (rest_.front() == '?' || rest_.front() == '+')) return std::nullopt;
        piece->emplace_back();
      }
      if (row.size() * piece->size() > kMost) return std::nullopt;
      std::vector<std::string> longer;
      for (const std::string& before : row)
        for (const std::string& after : *piece) longer.push_back(before + after);
      row = std::move(longer);
    }
    return row;
  }
  Texts Piece() {
    if (Take('(')) {
      if (++depth_ > 20 || (Take('?') && !Take(':'))) return std::nullopt;
      auto texts = Choice();
      if (!texts || !Take(')')) return std::nullopt;
      --depth_;
      return texts;
    }
    const char c = rest_.front();
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != ' ' && c != '\'') return std::nullopt;
    rest_.remove_prefix(1);
    return std::vector<std::string>{std::string(1, c)};
  }

  std::string_view rest_;
  int depth_ = 0;
};

// Whether every text of a pattern holds a digit.  Reads what regular expressions are made of, and says "no" of what it does not know.
class DigitReader {
 public:
  explicit DigitReader(std::string_view pattern) : rest_(pattern) {}
  bool Read() { return Choice() && rest_.empty(); }

 private:
  bool Choice() {
    bool all = Row();
    while (!rest_.empty() && rest_.front() == '|') {
      rest_.remove_prefix(1);
      const bool row = Row();
      all = all && row;
    }
    return all;
  }
  bool Row() {
    bool any = false;
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      const bool digit = Piece();
      // What may be left out says nothing.
      const bool optional = !rest_.empty() && (rest_.front() == '?' || rest_.front() == '*' || rest_.starts_with("{0"));
      any = any || (digit && !optional);
      if (!rest_.empty() && rest_.front() == '{') rest_.remove_prefix(std::min(rest_.find('}'), rest_.size() - 1) + 1);
      while (!rest_.empty() && (rest_.front() == '?' || rest_.front() == '*' || rest_.front() == '+')) rest_.remove_prefix(1);
    }
    return any;
  }
  bool Piece() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '(') {
      if (rest_.starts_with("?:")) rest_.remove_prefix(2);
      else if (rest_.starts_with("?")) return Unknown();
      const bool digit = ++depth_ < 20 && Choice();
      if (rest_.empty() || rest_.front() != ')') return Unknown();
      rest_.remove_prefix(1);
      --depth_;
      return digit;
    }
    if (c == '[') {
      const std::size_t end = rest_.find(']');
      if (end == std::string_view::npos || end == 0) return Unknown();
      const std::string_view set = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      return std::all_of(set.begin(), set.end(), [](char x) { return (x >= '0' && x <= '9') || x == '-'; }) && set.front() != '-' && set.back() != '-';
    }
    if (c == '\\') return Unknown();
    return c >= '0' && c <= '9';
  }
  // Leaves something behind, so that Read() says "no".
  bool Unknown() {
    rest_ = ")";
    return false;
  }

  std::string_view rest_;
  int depth_ = 0;
};

class Compiler {
 public:
  Compiler(const Lexicon& lexicon, const Dictionary& dictionary, bool drafts) : lexicon_(lexicon), dictionary_(dictionary), drafts_(drafts) {
    common_.insert(std::begin(kCommon), std::end(kCommon));
    frequent_.insert(std::begin(kFrequent), std::end(kFrequent));
  }

  Program Run(std::span<const School> schools) {
    for (const std::string_view known : {kConceptPronoun, kConceptOpening, kConceptClosing}) Number(known);
    exceptions_.emplace_back();
    for (const Concept& c : lexicon_.concepts) Define(c.id);
    for (const Entry& e : lexicon_.entries)
      if (Runs(e))
        for (const std::string& id : e.concepts) Define(id);
    for (const Concept& c : lexicon_.concepts) {
      const ConceptNumber number = Number(c.id);
      if (c.characteristic) characteristics_[number] = c.characteristic;
      for (const std::string& id : c.includes) {
        const ConceptNumber child = Define(id);
        parents_[child].insert(number);
      }
    }
    for (const Concept& c : lexicon_.concepts) {
      const std::vector<ConceptNumber> own = {Number(c.id)};
      const std::uint16_t except = Except(c.except, c.place);
      AddPhrases(c.phrases, c.expand, own, c.place, c.masked ? Vocabulary::Mask::kUsual : Vocabulary::Mask::kNever, except);
      if (c.misspellings) AddSlips(c.phrases, c.expand, own, c.place, except);
    }
    AddWording();
    for (std::size_t i = 0; i < schools.size(); ++i) AddSchool(schools[i], static_cast<std::int32_t>(i));
    for (const Entry& e : lexicon_.entries)
      if (!e.is_rule && Runs(e)) AddTerm(e);
    for (std::uint32_t i = 0; i < lexicon_.entries.size(); ++i)
      if (Runs(lexicon_.entries[i])) AddRule(i);
    // Slips and joined words last: a form that is a phrase in its own right is that phrase.
    for (const Variant& v : variants_) {
      if (const auto at = ids_.find(v.literal); at != ids_.end() && at->second < written_) continue;
      AddLiteral(v.literal, v.concepts, -1, v.spelling, *v.place, v.except);
    }
    AddPatterns();
    Finish();
    return std::move(out_);
  }

 private:
  struct DraftCondition {
    ConceptNumber concept_number;
    Where where;
    std::uint32_t words;
    bool yields;
  };
  // A rule by concepts.
  struct DraftRule {
    CompiledRule rule;
    std::vector<std::vector<std::vector<ConceptNumber>>> orders;  // orders of elements of concepts
    std::vector<DraftCondition> unless, with;
    TopicNumber with_topic = kAlwaysThere;
  };
  bool Runs(const Entry& e) const { return IsSearched(e, drafts_); }

  ConceptNumber Number(std::string_view name) {
    const auto [at, fresh] = numbers_.emplace(std::string(name), static_cast<ConceptNumber>(out_.concepts.size()));
    if (fresh) {
      out_.concepts.emplace_back(name);
      characteristics_.emplace_back();
      parents_.emplace_back();
    }
    return at->second;
  }

  // A concept and what its dotted name starts with.
  ConceptNumber Define(std::string_view id) {
    const ConceptNumber number = Number(id);
    if (const std::size_t dot = id.rfind('.'); dot != std::string_view::npos) {
      const ConceptNumber parent = Define(id.substr(0, dot));  // may move parents_
      parents_[number].insert(parent);
    }
    return number;
  }

  // A term's concept never shares a name with one of the lexicon's.
  ConceptNumber TermNumber(const Entry& e) { return Number("term " + e.id); }

  // Everything that counts when these do.
  std::vector<ConceptNumber> Closure(const std::vector<ConceptNumber>& of) const {
    std::set<ConceptNumber> all(of.begin(), of.end());
    std::vector<ConceptNumber> todo(of);
    while (!todo.empty()) {
      const ConceptNumber next = todo.back();
      todo.pop_back();
      for (const ConceptNumber parent : parents_[next])
        if (all.insert(parent).second) todo.push_back(parent);
    }
    return {all.begin(), all.end()};
  }

  std::uint32_t AddLiteral(const std::string& literal, const std::vector<ConceptNumber>& concepts, std::int32_t school, Spelling spelling, const Place& place, std::uint16_t except) {
    const auto [at, fresh] = ids_.emplace(literal, static_cast<std::uint32_t>(out_.literals.size()));
    if (fresh) {
      out_.literals.push_back(literal);
      out_.places.push_back(place);
      meanings_.emplace_back();
    }
    auto& meanings = meanings_[at->second];
    for (const ConceptNumber c : concepts) {
      const auto known = std::find_if(meanings.begin(), meanings.end(), [&](const Meaning& m) { return m.concept_number == c && (m.manner.school == -1 || m.manner.school == school); });
      if (known == meanings.end()) meanings.push_back({c, {school, spelling, except}});
      // Said twice, once without exceptions: then there are none.
      else if (except == 0 || known->manner.except != except) known->manner.except = 0;
    }
    return at->second;
  }

  // The number of a list of exceptions; 0 for none.
  std::uint16_t Except(const std::vector<std::string>& written, const Place& place) {
    if (written.empty()) return 0;
    std::vector<ConceptNumber> concepts;
    for (const std::string& item : written) {
      if (item.starts_with('=')) concepts.push_back(InPlace(item, place));
      else concepts.push_back(Define(item));
    }
    std::sort(concepts.begin(), concepts.end());
    const auto [at, fresh] = excepts_.emplace(concepts, static_cast<std::uint16_t>(exceptions_.size()));
    if (fresh) {
      HEED_CHECK(exceptions_.size() < 0xFFFF);
      exceptions_.push_back(std::move(concepts));
    }
    return at->second;
  }

  // The concept of "=a phrase written in place".
  ConceptNumber InPlace(const std::string& item, const Place& place) {
    const ConceptNumber number = Number(item);
    AddPhrases({item.substr(1)}, Expand::kNone, {number}, place, Vocabulary::Mask::kNever, 0);
    return number;
  }

  // Folded forms of a phrase: bent, without apostrophes, and without accents.
  static std::vector<std::string> Forms(std::string_view phrase, Expand expand) {
    std::vector<std::string> forms;
    for (const std::string& bent : ExpandPhrase(LowerAscii(phrase), expand)) {
      std::string folded = Fold(bent).text;
      if (folded.size() < 3) continue;
      std::string bare = WithoutApostrophes(folded);
      for (std::string* form : {&folded, &bare}) {
        if (form->size() < 3) continue;
        std::string plain = WithoutAccents(*form);
        forms.push_back(std::move(*form));
        if (!plain.empty()) forms.push_back(std::move(plain));
      }
    }
    return forms;
  }

  void Learn(const std::string& folded, Vocabulary::Mask mask) {
    for (const std::string_view word : Split(folded, ' ')) out_.vocabulary.Add(word, common_.count(word) ? Vocabulary::Mask::kNever : mask);
  }

  void AddPhrases(const std::vector<std::string>& phrases, Expand expand, const std::vector<ConceptNumber>& concepts, const Place& place, Vocabulary::Mask mask, std::uint16_t except) {
    const auto closed = Closure(concepts);
    for (const std::string& phrase : phrases) {
      for (const std::string& form : Forms(phrase, expand)) {
        AddLiteral(form, closed, -1, Spelling::kWritten, place, except);
        Learn(form, mask);
      }
    }
    written_ = out_.literals.size();
  }

  void AddWording() {
    static const Place kWeighing{"what words weigh", 0, 0};
    out_.wording = WordingTable(lexicon_.wording);
    for (std::size_t which = 0; which < kWordingConcepts && !out_.wording.empty(); ++which)
      AddLiteral(WordingLiteral(which), Closure({Define(WordingConcept(which))}), -1, Spelling::kWritten, kWeighing, 0);
    written_ = out_.literals.size();
    for (const WeighedConcept& weighed : lexicon_.wording.concepts) out_.weighed_concepts.push_back(Define(weighed.concept_id));
    for (const std::string& word : lexicon_.wording.about) out_.words.At(word).flags |= KnownWord::kAbout;
  }

  void AddSchool(const School& school, std::int32_t index) {
    static const Place kConfiguration{"the school's configuration", 0, 0};
    const auto concepts = [&](std::string_view id) { return Closure({Define(id)}); };
    const auto name = concepts(kConceptSchoolName), role = concepts(kConceptStaffRole), person = concepts(kConceptStaffName), place = concepts(kConceptPlace);
    for (const MentionPhrase& phrase : MentionPhrases(school)) {
      const std::vector<ConceptNumber>* of = nullptr;
      switch (phrase.kind) {
        case MentionKind::kHandle: case MentionKind::kDomain: case MentionKind::kShortHandle: case MentionKind::kHashtag: case MentionKind::kName:
        case MentionKind::kNickname: case MentionKind::kShortName: case MentionKind::kAmbiguousName: case MentionKind::kAbbreviation:
          of = &name;
          break;
        case MentionKind::kPlace: of = &place; break;
        case MentionKind::kStaffName: of = &person; break;
        case MentionKind::kStaffRole: of = &role; break;
        default: break;
      }
      if (of) AddLiteral(phrase.folded, *of, index, Spelling::kWritten, kConfiguration, 0);
      // A post that names the school is about school, whatever else it says.
      if (of == &name && !out_.wording.empty())
        for (const std::string_view word : WordsOf(phrase.folded))
          if (word.size() > 2 && common_.count(word) == 0 && frequent_.count(word) == 0) out_.words.At(word).flags |= KnownWord::kAbout;
    }
    written_ = out_.literals.size();
  }

  void AddTerm(const Entry& e) {
    std::vector<ConceptNumber> concepts = {TermNumber(e)};
    // What a shadow entry says counts for nobody else.
    if (e.status != EntryStatus::kShadow)
      for (const std::string& id : e.concepts) concepts.push_back(Number(id));
    const std::uint16_t except = Except(e.except, e.place);
    AddPhrases(e.phrases, e.expand, concepts, e.place, Vocabulary::Mask::kAlone, except);
    if (e.misspellings) AddSlips(e.phrases, e.expand, concepts, e.place, except);
  }

  void AddSlips(const std::vector<std::string>& phrases, Expand expand, const std::vector<ConceptNumber>& concepts, const Place& place, std::uint16_t except) {
    if (dictionary_.empty()) return;
    const auto closed = Closure(concepts);
    for (const std::string& phrase : phrases) {
      for (const std::string& form : Forms(phrase, expand)) {
        for (std::string& slip : Misspellings(form, dictionary_)) variants_.push_back({std::move(slip), closed, Spelling::kMisspelt, &place, except});
        if (std::string joined = WrittenAsOne(form, dictionary_); !joined.empty()) variants_.push_back({std::move(joined), closed, Spelling::kJoined, &place, except});
      }
    }
  }

  // Those that are only a short way to write down many phrases become those phrases.  The others are numbered on from the
  // literals, so nothing may be added behind them.
  void AddPatterns() {
    struct Searched {
      const Concept* of;
      const std::string* pattern;
    };
    std::vector<Searched> searched;
    pattern_of_.resize(out_.literals.size());
    std::uint16_t number = 0;
    const auto mean = [&](const Concept& c) {
      auto& meanings = meanings_.emplace_back();
      for (const ConceptNumber concept_number : Closure({Number(c.id)})) meanings.push_back({concept_number, {-1, Spelling::kWritten, Except(c.except, c.place)}});
      out_.places.push_back(c.place);
    };
    for (const Concept& c : lexicon_.concepts) {
      for (const std::string& pattern : c.patterns) {
        const auto texts = PatternTexts(pattern);
        if (!texts) {
          searched.push_back({&c, &pattern});
          continue;
        }
        HEED_CHECK(number < 0xFFFF);
        ++number;
        for (const std::string& text : *texts) {
          out_.literals.push_back(" " + text + " ");
          pattern_of_.push_back(number);
          mean(c);
        }
      }
    }
    for (const auto& [of, pattern] : searched) {
      out_.patterns.push_back(*pattern);
      mean(*of);
    }
  }

  void AddRule(std::uint32_t index) {
    const Entry& e = lexicon_.entries[index];
    DraftRule draft;
    draft.rule.entry = index;
    draft.rule.scope = e.scope;
    draft.rule.within = e.within.value_or(e.scope == RuleScope::kPost ? CompiledRule::kAnywhere : Entry::kDefaultWithin);
    draft.rule.at = e.at;
    for (const auto& [written, conditions] : {std::pair(&e.unless, &draft.unless), std::pair(&e.with, &draft.with)})
      for (const Unless& u : *written) conditions->push_back({u.where == Where::kQuoted ? 0 : Define(u.concept_id), u.where, u.words, Yields(u)});
    std::vector<std::vector<ConceptNumber>> elements;
    if (!e.is_rule) {
      elements.push_back({TermNumber(e)});
    } else {
      for (const auto& written : e.elements) {
        auto& element = elements.emplace_back();
        for (const std::string& item : written) {
          element.push_back(item.starts_with('=') ? InPlace(item, e.place) : Define(item));
        }
        std::sort(element.begin(), element.end());
        element.erase(std::unique(element.begin(), element.end()), element.end());
      }
    }
    if (e.ordered || !e.is_rule) {
      draft.orders.push_back(std::move(elements));
    } else {
      std::sort(elements.begin(), elements.end());
      do draft.orders.push_back(elements);
      while (std::next_permutation(elements.begin(), elements.end()));
    }
    rules_.push_back(std::move(draft));
  }

  // What the post reads as is what would outweigh it.
  static bool Yields(const Unless& u) { return u.wide && (u.where == Where::kPost || u.where == Where::kSentence) && !u.concept_id.starts_with("wording."); }

  // A rough share of posts that hold the literal.  What nobody would write but by a slip is rarer than any word.
  double Frequency(const std::string& literal, bool written) const {
    if (!written) return 1e-8;
    double frequency = 1;
    int words = 0;
    for (const std::string_view word : Split(literal, ' ')) {
      if (word.empty()) continue;
      frequency = std::min(frequency, common_.count(word) ? 0.1 : frequent_.count(word) ? 0.005 : 3e-6);
      ++words;
    }
    return words > 1 ? frequency * 0.1 : frequency;
  }

  void Finish() {
    frequency_.resize(out_.concepts.size());
    patterned_.resize(out_.concepts.size());
    std::map<std::vector<Meaning>, std::uint32_t> senses;  // must outlive senses_
    constexpr double kNever = 1e9;  // no anchor: the first look does not search for patterns
    for (std::uint32_t i = 0; i < meanings_.size(); ++i) {
      const bool literal = i < out_.literals.size();
      const double f = literal ? Frequency(out_.literals[i], i < written_ || pattern_of_[i] != 0) : kNever;
      for (const Meaning& m : meanings_[i]) {
        frequency_[m.concept_number] += f;
        if (!literal) patterned_[m.concept_number] = true;
      }
      const auto [at, fresh] = senses.emplace(meanings_[i], static_cast<std::uint32_t>(senses.size()));
      sense_of_.push_back(at->second);
      if (fresh) senses_.push_back({&at->first, 0, {}, {}, {}});
      if (literal) senses_[at->second].frequency += f;
    }
    senses_of_.resize(out_.concepts.size());
    for (std::uint32_t sense = 0; sense < senses_.size(); ++sense)
      for (const Meaning& m : *senses_[sense].meanings) senses_of_[m.concept_number].push_back(sense);
    std::stable_sort(rules_.begin(), rules_.end(), [this](const DraftRule& a, const DraftRule& b) {
      return lexicon_.entries[a.rule.entry].severity > lexicon_.entries[b.rule.entry].severity;
    });
    for (const Entry& e : lexicon_.entries) out_.entries.push_back({e.id, e.why, e.category, e.severity, e.weight, e.status, e.characteristic});
    out_.literal_count = static_cast<std::uint32_t>(out_.literals.size());
    out_.elsewhere_adds = ElsewhereAdds();
    NumberTopics();
    ChooseAnchors();
    TellSenses();
    PlaceSenses();
    NumberWords();
  }

  bool ElsewhereAdds() {
    if (!out_.wording.asks_elsewhere()) return false;
    const auto all = Closure({Define(WordingConcept(kWordingElsewhere))});  // asking for what it is part of asks for it
    const auto holds = [&](const std::vector<ConceptNumber>& concepts) {
      return std::ranges::any_of(concepts, [&](ConceptNumber c) { return std::ranges::binary_search(all, c); });
    };
    return std::ranges::any_of(exceptions_, holds) || std::ranges::any_of(rules_, [&](const DraftRule& draft) {
             return std::ranges::any_of(draft.orders.front(), holds) || std::ranges::any_of(draft.with, [&](const DraftCondition& with) { return with.where != Where::kQuoted && holds({with.concept_number}); });
           });
  }

  // All that is ever asked of a post.
  void NumberTopics() {
    topics_.emplace(std::vector<ConceptNumber>(), kAlwaysThere);
    const auto named = [this](std::string_view id) { return TopicOf({Number(id)}); };
    out_.pronoun = named(kConceptPronoun), out_.opening = named(kConceptOpening), out_.closing = named(kConceptClosing);
    for (ConceptNumber c = 0; c < out_.concepts.size(); ++c)
      if (characteristics_[c]) out_.characterised.push_back({TopicOf({c}), *characteristics_[c]});
    for (const auto& exceptions : exceptions_) {
      auto& outers = out_.exceptions.emplace_back();
      for (const ConceptNumber c : exceptions) outers.push_back(TopicOf({c}));
    }
    for (DraftRule& draft : rules_) {
      CompiledRule& rule = draft.rule;
      rule.first_order = static_cast<std::uint32_t>(out_.orders.size());
      for (const auto& order : draft.orders) {
        std::vector<TopicNumber> topics;
        for (const auto& element : order) topics.push_back(TopicOf(element));
        out_.orders.Add(topics);
      }
      rule.last_order = static_cast<std::uint32_t>(out_.orders.size());
      const auto add = [&](const std::vector<DraftCondition>& conditions) {
        const auto first = static_cast<std::uint32_t>(out_.conditions.size());
        for (const DraftCondition& c : conditions)
          out_.conditions.push_back({c.where == Where::kQuoted ? kAlwaysThere : TopicOf({c.concept_number}), c.where, c.words, c.yields});
        return first;
      };
      rule.first_unless = add(draft.unless);
      rule.first_with = add(draft.with);
      rule.last_with = static_cast<std::uint32_t>(out_.conditions.size());
      draft.with_topic = WithOf(draft);
      out_.rules.push_back(rule);
    }
    out_.topics.resize(topics_.size());
    for (const auto& [concepts, topic] : topics_) out_.topics[topic] = Patterned(concepts);
  }

  TopicNumber TopicOf(const std::vector<ConceptNumber>& concepts) {
    return topics_.emplace(concepts, static_cast<TopicNumber>(topics_.size())).first->second;
  }
  bool Patterned(const std::vector<ConceptNumber>& concepts) const {
    return std::any_of(concepts.begin(), concepts.end(), [this](ConceptNumber c) { return patterned_[c]; });
  }
  // A rough share of posts; more than 1 where it is held by words that many posts hold several of.
  double FrequencyOf(const std::vector<ConceptNumber>& concepts) const {
    double f = 0;
    for (const ConceptNumber c : concepts) f += frequency_[c];
    return f;
  }

  // The concepts of `with` as one topic, where a gate can ask for it.
  TopicNumber WithOf(const DraftRule& draft) {
    std::vector<ConceptNumber> any;
    for (const DraftCondition& with : draft.with) {
      if (with.where == Where::kQuoted) return kAlwaysThere;
      any.push_back(with.concept_number);
    }
    if (any.empty() || Patterned(any)) return kAlwaysThere;
    std::sort(any.begin(), any.end());
    any.erase(std::unique(any.begin(), any.end()), any.end());
    return TopicOf(any);
  }

  void ChooseAnchors() {
    std::map<std::vector<ConceptNumber>, std::uint32_t> mark_of;  // of an anchor
    std::vector<std::vector<Program::Gate>> gates;                // by mark
    const auto common = [this](const std::vector<ConceptNumber>& element) { return FrequencyOf(element); };
    for (std::uint32_t r = 0; r < rules_.size(); ++r) {
      const auto& own = rules_[r].orders.front();
      const auto& anchor = *std::min_element(own.begin(), own.end(), [&](const auto& a, const auto& b) { return common(a) < common(b); });
      const auto [mark, fresh] = mark_of.emplace(anchor, static_cast<std::uint32_t>(mark_of.size()));
      if (fresh) {
        gates.emplace_back();
        for (const ConceptNumber c : anchor)
          for (const std::uint32_t sense : senses_of_[c])
            if (auto& marks = senses_[sense].marks; marks.empty() || marks.back() != mark->second) marks.push_back(mark->second);
      }
      Program::Gate gate{r};
      std::vector<std::pair<double, TopicNumber>> others;  // how common, which
      for (const auto& element : own)
        if (element != anchor && !Patterned(element)) others.emplace_back(common(element), TopicOf(element));
      std::sort(others.begin(), others.end());
      others.erase(std::unique(others.begin(), others.end()), others.end());
      for (std::size_t i = 0; i < std::min(others.size(), gate.elements.size()); ++i) gate.elements[i] = others[i].second;
      gate.with = rules_[r].with_topic;
      gates[mark->second].push_back(gate);
    }
    out_.first_gate.push_back(0);
    for (const auto& list : gates) {
      out_.gates.insert(out_.gates.end(), list.begin(), list.end());
      out_.first_gate.push_back(static_cast<std::uint32_t>(out_.gates.size()));
    }
  }

  // To each sense the topics it stands for, and the weights of its concepts.
  void TellSenses() {
    std::map<Manner, std::uint32_t> manners;
    for (const auto& [concepts, topic] : topics_) {
      HEED_CHECK(Senses::TopicOf(Senses::Pack(topic, 0)) == topic);
      for (const ConceptNumber c : concepts) {
        for (const std::uint32_t sense : senses_of_[c]) {
          for (const Meaning& m : *senses_[sense].meanings) {
            if (m.concept_number != c) continue;
            const auto [manner, fresh] = manners.emplace(m.manner, static_cast<std::uint32_t>(manners.size()));
            if (fresh) out_.manners.push_back(m.manner);
            HEED_CHECK(manner->second < 1u << Senses::kMannerBits);
            senses_[sense].topics.push_back(Senses::Pack(topic, manner->second));
          }
        }
      }
    }
    for (std::size_t i = 0; i < out_.weighed_concepts.size(); ++i)
      for (const std::uint32_t sense : senses_of_[out_.weighed_concepts[i]])
        if (std::ranges::any_of(*senses_[sense].meanings, [&](const Meaning& m) { return m.concept_number == out_.weighed_concepts[i] && m.manner.school == -1 && m.manner.spelling == Spelling::kWritten; }))
          senses_[sense].weights.push_back(out_.wording.WeightOfConcept(i));
    for (Sense& sense : senses_) {
      std::sort(sense.topics.begin(), sense.topics.end());
      sense.topics.erase(std::unique(sense.topics.begin(), sense.topics.end()), sense.topics.end());
    }
  }

  // Commonest first.
  void PlaceSenses() {
    std::vector<std::uint32_t> order(senses_.size()), place(senses_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) { return senses_[a].frequency > senses_[b].frequency; });
    for (const std::uint32_t i : order) place[i] = out_.senses.Add(senses_[i].marks, senses_[i].weights, senses_[i].topics, *senses_[i].meanings);
    for (std::uint32_t& sense : sense_of_) sense = place[sense];
    out_.sense_of_pattern.assign(sense_of_.begin() + static_cast<std::ptrdiff_t>(out_.literals.size()), sense_of_.end());
  }

  // Gives the words of phrases numbers, and words and phrases of two their senses.
  void NumberWords() {
    std::uint32_t next = 1;
    std::vector<std::uint32_t> numbers;
    std::map<std::vector<std::uint32_t>, std::vector<Program::Phrase>> longer;  // by the numbers of its words
    for (std::uint32_t i = 0; i < out_.literals.size(); ++i) {
      const auto words = WordsOf(out_.literals[i]);
      const std::uint32_t anchor = out_.senses.Marks(sense_of_[i]).empty() ? 0 : std::uint32_t{KnownWord::kAnchor};
      if (words.size() == 1) {
        KnownWord& known = out_.words.At(words[0]);
        known.sense = sense_of_[i];
        known.flags |= anchor;
        continue;
      }
      numbers.clear();
      for (const std::string_view word : words) {
        KnownWord& known = out_.words.At(word);
        if (known.number() == 0) known.flags |= next++;
        numbers.push_back(known.number());
      }
      if (words.size() == 2) {
        // Several patterns may stand for one text.
        std::uint32_t sense = 0;
        while (out_.twos.Has(WordTable::HashPair(numbers[0], numbers[1], sense))) ++sense;
        if (sense > 0) out_.twos.At(WordTable::HashPair(numbers[0], numbers[1], sense - 1)).flags |= KnownWord::kMore;
        out_.twos.At(WordTable::HashPair(numbers[0], numbers[1], sense)) = {sense_of_[i], pattern_of_[i] | anchor};
        out_.pairs.Add(numbers[0], numbers[1], WordPairs::kPhrase);
        continue;
      }
      if (words.empty()) continue;
      for (std::size_t w = 1; w < numbers.size(); ++w) out_.pairs.Add(numbers[w - 1], numbers[w], WordPairs::kPart);
      longer[numbers].push_back({sense_of_[i], pattern_of_[i], anchor != 0, 1});
    }
    HEED_CHECK(next <= KnownWord::kNumber);
    AddSteps(longer);
  }

  // The ways to all longer phrases.
  void AddSteps(std::map<std::vector<std::uint32_t>, std::vector<Program::Phrase>>& longer) {
    std::uint32_t next = 1;
    for (auto& [numbers, phrases] : longer) {
      std::uint64_t at = WordTable::HashStart(numbers[0], numbers[1], numbers[2]);
      for (std::size_t w = 3; w < numbers.size(); ++w) {
        KnownWord& step = out_.steps.At(at);
        if (step.flags == 0) step.flags = next++;
        at = WordTable::HashStep(step.flags, numbers[w]);
      }
      out_.steps.At(at).sense = static_cast<std::uint32_t>(out_.phrases.size());
      phrases.back().more = 0;
      out_.phrases.insert(out_.phrases.end(), phrases.begin(), phrases.end());
    }
  }

  struct Variant {
    std::string literal;
    std::vector<ConceptNumber> concepts;
    Spelling spelling;
    const Place* place;
    std::uint16_t except;
  };

  const Lexicon& lexicon_;
  const Dictionary& dictionary_;
  bool drafts_;
  std::unordered_set<std::string_view> common_, frequent_;
  Program out_;
  std::unordered_map<std::string, ConceptNumber> numbers_;
  std::vector<std::set<ConceptNumber>> parents_;
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<std::vector<Meaning>> meanings_;  // by literal, then by pattern
  struct Sense {
    const std::vector<Meaning>* meanings;
    double frequency;  // of all literals that have it
    std::vector<std::uint32_t> marks, topics, weights;  // see Senses
  };
  std::vector<Sense> senses_;
  std::vector<std::uint32_t> sense_of_;         // as meanings_: index in senses_, and from PlaceSenses() on where it lies in out_.senses
  std::map<std::vector<ConceptNumber>, std::uint16_t> excepts_;  // numbers in exceptions_
  std::vector<std::vector<ConceptNumber>> exceptions_;           // as Program::exceptions
  std::vector<std::optional<Characteristic>> characteristics_;   // by concept
  std::vector<DraftRule> rules_;
  std::vector<double> frequency_;                                // by concept: a rough share of posts
  std::vector<std::vector<std::uint32_t>> senses_of_;            // by concept
  std::vector<Variant> variants_;
  std::vector<bool> patterned_;  // by concept: whether patterns stand for it
  std::map<std::vector<ConceptNumber>, TopicNumber> topics_;
  std::vector<std::uint16_t> pattern_of_;  // of a literal: which pattern it is a text of, from 1; 0 for none
  std::size_t written_ = 0;  // literals before this one are phrases in their own right
};

}  // namespace

std::uint32_t Senses::Add(std::span<const std::uint32_t> marks, std::span<const std::uint32_t> weights, std::span<const std::uint32_t> topics, std::span<const Meaning> meanings) {
  const auto sense = static_cast<std::uint32_t>(items_.size());
  std::vector<std::uint16_t> names, buckets;
  for (const std::uint32_t packed : topics) {
    HEED_CHECK(TopicOf(packed) < kMostTopics);
    if (names.empty() || names.back() != TopicOf(packed)) names.push_back(static_cast<std::uint16_t>(TopicOf(packed)));
  }
  // As many buckets as it takes for none to run over: at the latest when each is for eight numbers only.
  std::size_t count = std::bit_ceil(std::max<std::size_t>(1, names.size() / 4));
  for (bool whole = false; !whole; count = whole ? count : 2 * count) {
    buckets.assign(count * kBucket, static_cast<std::uint16_t>(kMostTopics));
    whole = true;
    for (const std::uint16_t name : names) {
      const auto begin = buckets.begin() + static_cast<std::ptrdiff_t>((name & (count - 1)) * kBucket), end = begin + kBucket;
      const auto free = std::find(begin, end, static_cast<std::uint16_t>(kMostTopics));
      whole = whole && free != end;
      if (free != end) *free = name;
    }
  }
  const std::size_t named = names.size();
  if (names.size() % 2 != 0) names.push_back(0);
  std::array<std::uint32_t, kHead> head{};
  head[kMarks] = static_cast<std::uint32_t>(marks.size());
  head[kWeights] = static_cast<std::uint32_t>(weights.size());
  head[kTopics] = static_cast<std::uint32_t>(named);
  head[kFirstMeaning] = static_cast<std::uint32_t>(meanings_.size());
  head[kMeanings] = static_cast<std::uint32_t>(meanings.size());
  head[kPacked] = static_cast<std::uint32_t>(topics.size());
  head[kMask] = static_cast<std::uint32_t>(count - 1);
  head[kBuckets] = static_cast<std::uint32_t>(kHead + marks.size() + weights.size() + names.size() / 2);
  items_.insert(items_.end(), head.begin(), head.end());
  for (const auto& list : {marks, weights}) items_.insert(items_.end(), list.begin(), list.end());
  for (const auto& numbers : {names, buckets}) {
    const std::size_t at = items_.size();
    items_.resize(at + numbers.size() / 2);
    if (!numbers.empty()) std::memcpy(&items_[at], numbers.data(), 2 * numbers.size());
  }
  items_.insert(items_.end(), topics.begin(), topics.end());
  meanings_.insert(meanings_.end(), meanings.begin(), meanings.end());
  return sense;
}

std::span<const std::uint32_t> Senses::TopicsOf(std::uint32_t sense, TopicNumber topic) const {
  const std::span<const std::uint32_t> all(&items_[sense] + items_[sense + kBuckets] + (items_[sense + kMask] + 1) * kBucket / 2, items_[sense + kPacked]);
  const auto first = std::lower_bound(all.begin(), all.end(), Pack(topic, 0));
  auto last = first;
  while (last != all.end() && TopicOf(*last) == topic) ++last;
  return {first, last};
}

std::optional<std::vector<std::string>> PatternTexts(std::string_view pattern) {
  auto texts = PatternReader(pattern).Read();
  if (!texts) return std::nullopt;
  std::sort(texts->begin(), texts->end());
  texts->erase(std::unique(texts->begin(), texts->end()), texts->end());
  for (const std::string& text : *texts)
    if (text.find(' ') == std::string::npos || text.front() == ' ' || text.back() == ' ' || text.find("  ") != std::string::npos) return std::nullopt;
  return texts;
}

bool NeedsDigit(std::string_view pattern) { return DigitReader(pattern).Read(); }

bool IsSearched(const Entry& entry, bool drafts) {
  return entry.status == EntryStatus::kLive || entry.status == EntryStatus::kShadow || (drafts && entry.status == EntryStatus::kDraft);
}

Program CompileProgram(const Lexicon& lexicon, std::span<const School> schools, const Dictionary& dictionary, bool drafts) {
  return Compiler(lexicon, dictionary, drafts).Run(schools);
}

}  // namespace heed
