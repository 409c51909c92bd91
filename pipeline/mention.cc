// The weights and arithmetic of mention.h.
#include "pipeline/mention.h"

#include <algorithm>
#include <set>

#include "pipeline/inflect.h"
#include "src/base/text.h"

namespace heed {
namespace {

// What is left of a school's name without these is its own.
constexpr std::string_view kGeneric[] = {
    "the", "school", "schools", "academy", "college", "primary", "secondary", "high", "junior", "juniors", "infant", "infants", "grammar", "community",
    "church", "of", "england", "catholic", "rc", "ce", "c", "e", "voluntary", "aided", "controlled", "c.e", "sixth", "form", "nursery", "first", "middle",
    "upper", "lower", "free", "foundation", "comprehensive", "trust", "and", "&", "boys", "girls", "for", "preparatory", "prep", "special", "studio", "technology"};

constexpr std::string_view kSchoolWords[] = {
    "school", "schools", "academy", "teacher", "teachers", "teaching assistant", "ta", "tas", "headteacher", "head teacher", "headmaster", "headmistress",
    "deputy head", "principal", "pupil", "pupils", "student", "students", "homework", "detention", "detentions", "assembly", "uniform", "classroom", "lesson",
    "lessons", "governors", "governor", "ofsted", "senco", "send", "year 7", "year 8", "year 9", "year 10", "year 11", "year 12", "year 13", "year 6", "year 5",
    "y7", "y8", "y9", "y10", "y11", "form tutor", "tutor", "gcse", "gcses", "parents evening", "sports day", "school gate", "school gates", "pta", "caretaker",
    "exclusion", "excluded", "suspended", "isolation", "slt", "receptionist", "playground", "canteen", "my son", "my daughter", "mocks", "exams", "staff"};

std::string_view Label(MentionKind kind) {
  switch (kind) {
    case MentionKind::kHandle: case MentionKind::kShortHandle: return "handle";
    case MentionKind::kDomain: return "domain";
    case MentionKind::kHashtag: return "hashtag";
    case MentionKind::kName: case MentionKind::kShortName: return "name";
    case MentionKind::kAmbiguousName: return "name that is also a place";
    case MentionKind::kNickname: return "nickname";
    case MentionKind::kAbbreviation: return "abbreviation";
    case MentionKind::kStem: case MentionKind::kAmbiguousStem: return "part of the name";
    case MentionKind::kPlace: return "place";
    case MentionKind::kSchoolWord: return "school word";
    case MentionKind::kStaffName: return "agreed staff name";
    case MentionKind::kStaffRole: return "staff role";
    case MentionKind::kOtherName: case MentionKind::kOtherMarker: return "other school";
  }
  return "";
}

std::int32_t WeightOf(MentionKind kind) {
  switch (kind) {
    case MentionKind::kHandle: case MentionKind::kDomain: return 200;
    case MentionKind::kShortHandle: return 120;
    case MentionKind::kHashtag: case MentionKind::kName: case MentionKind::kNickname: return 100;
    case MentionKind::kShortName: return 70;
    case MentionKind::kAbbreviation: case MentionKind::kStem: return 50;
    case MentionKind::kAmbiguousName: return 40;
    case MentionKind::kAmbiguousStem: return 30;
    case MentionKind::kPlace: case MentionKind::kStaffName: return 60;
    case MentionKind::kSchoolWord: return 30;
    case MentionKind::kStaffRole: return 20;
    case MentionKind::kOtherName: return 0;
    case MentionKind::kOtherMarker: return -60;
  }
  return 0;
}
constexpr std::int32_t kFurtherPlace = 10, kFurtherSchoolWord = 20;

bool IsWeak(MentionKind kind) {
  return kind == MentionKind::kShortName || kind == MentionKind::kAmbiguousName || kind == MentionKind::kAbbreviation || kind == MentionKind::kStem ||
         kind == MentionKind::kAmbiguousStem;
}
// Ways of writing the name, of which the strongest counts.
bool IsNameLike(MentionKind kind) {
  return kind == MentionKind::kName || kind == MentionKind::kShortName || kind == MentionKind::kAmbiguousName || kind == MentionKind::kStem ||
         kind == MentionKind::kAmbiguousStem;
}

// Lower-cased first, so that capitals inside do not fold to parts.
std::string FoldedPhrase(std::string_view text) { return Fold(LowerAscii(text)).text; }

std::vector<std::string> WordsOf(std::string_view folded) {
  std::vector<std::string> words;
  for (const std::string_view word : Split(folded, ' '))
    if (!word.empty()) words.emplace_back(word);
  return words;
}

bool IsMark(std::string_view word) { return word == "." || word == "," || word == "!" || word == "?" || word == "@" || word == "&"; }

class Phrases {
 public:
  void Add(std::string folded, std::string_view shown, MentionKind kind) {
    if (folded.size() < 3) return;  // no word in it
    if (!seen_.insert(folded).second) return;
    all_.push_back({std::move(folded), std::string(shown), kind});
  }
  // As written, without apostrophes, without marks ("St. Mary's", "St Marys").
  void AddSpellings(std::string_view text, MentionKind kind) {
    const std::string folded = FoldedPhrase(text);
    Add(folded, text, kind);
    Add(WithoutApostrophes(folded), text, kind);
    std::vector<std::string> words;
    for (std::string& word : WordsOf(folded))
      if (!IsMark(word) || word == "&") words.push_back(std::move(word));
    if (words.empty()) return;
    std::string unmarked = " " + Join(words, " ") + " ";
    Add(WithoutApostrophes(unmarked), text, kind);
    Add(std::move(unmarked), text, kind);
  }
  std::vector<MentionPhrase> Take() { return std::move(all_); }

 private:
  std::vector<MentionPhrase> all_;
  std::set<std::string> seen_;
};

}  // namespace

bool IsInstitution(MentionKind kind) { return kind <= MentionKind::kAmbiguousStem; }

std::vector<MentionPhrase> MentionPhrases(const School& school) {
  Phrases phrases;
  std::set<std::string> places;
  for (const std::string& place : school.places) places.insert(FoldedPhrase(place));

  for (const std::string& written : school.handles) {
    std::string handle = LowerAscii(Trim(written));
    if (!handle.empty() && handle.front() == '@') handle.erase(0, 1);
    if (handle.empty()) continue;
    const std::size_t at = handle.find('@');
    if (at != std::string::npos || handle.find('.') != std::string::npos) phrases.Add(FoldedPhrase(handle), handle, MentionKind::kHandle);
    const std::string user = handle.substr(0, at);
    phrases.Add(FoldedPhrase("@" + user), "@" + user, user.find('.') == std::string::npos ? MentionKind::kShortHandle : MentionKind::kHandle);
  }
  for (const std::string& written : school.domains) {
    std::string domain = LowerAscii(Trim(written));
    if (const std::size_t scheme = domain.find("://"); scheme != std::string::npos) domain.erase(0, scheme + 3);
    if (domain.starts_with("www.")) domain.erase(0, 4);
    if (const std::size_t path = domain.find('/'); path != std::string::npos) domain.erase(path);
    phrases.Add(FoldedPhrase(domain), domain, MentionKind::kDomain);
  }
  // Hashtags count behind a "#" only, so the same word may also be a name: they get a key of their own.
  std::vector<MentionPhrase> tags;
  for (const std::string& written : school.hashtags) {
    std::string tag = LowerAscii(Trim(written));
    if (!tag.empty() && tag.front() == '#') tag.erase(0, 1);
    const Folded folded = Fold(tag);
    if (!folded.words.empty()) tags.push_back({folded.text, "#" + tag, MentionKind::kHashtag});
  }

  std::vector<std::string> names = {school.name};
  names.insert(names.end(), school.names.begin(), school.names.end());
  for (std::string_view name : names) {
    name = Trim(name);
    if (StartsWithIgnoreCase(name, "the ")) name.remove_prefix(4);
    const std::string folded = FoldedPhrase(name);
    const auto words = WordsOf(folded);
    const auto count = std::count_if(words.begin(), words.end(), [](const std::string& word) { return !IsMark(word) && word.front() != '\''; });
    const MentionKind kind = places.count(folded) ? MentionKind::kAmbiguousName : count >= 2 ? MentionKind::kName : MentionKind::kShortName;
    phrases.AddSpellings(name, kind);
    if (kind == MentionKind::kName && words.size() <= 4) {
      std::string joined;
      for (const std::string& word : words)
        if (!IsMark(word)) joined += word;
      joined.erase(std::remove(joined.begin(), joined.end(), '\''), joined.end());
      if (joined.size() >= 8) phrases.Add(" " + joined + " ", name, kind);
    }
  }
  for (const std::string& nickname : school.nicknames) phrases.AddSpellings(nickname, MentionKind::kNickname);
  for (const std::string& abbreviation : school.abbreviations) phrases.AddSpellings(abbreviation, MentionKind::kAbbreviation);
  for (const std::string& name : names) {
    std::vector<std::string> own;
    bool generic = false;
    for (std::string& word : WordsOf(FoldedPhrase(name))) {
      if (std::find(std::begin(kGeneric), std::end(kGeneric), word) != std::end(kGeneric)) generic = true;
      else own.push_back(std::move(word));
    }
    while (!own.empty() && IsMark(own.back())) own.pop_back();
    while (!own.empty() && IsMark(own.front())) own.erase(own.begin());
    const std::string stem = Join(own, " ");
    if (!generic || stem.size() < 4) continue;
    const std::string folded = " " + stem + " ";
    phrases.Add(folded, stem, places.count(folded) ? MentionKind::kAmbiguousStem : MentionKind::kStem);
  }
  for (const OtherSchool& other : school.others) {
    phrases.AddSpellings(other.name, MentionKind::kOtherName);
    for (const std::string& marker : other.markers) phrases.AddSpellings(marker, MentionKind::kOtherMarker);
  }
  for (const std::string& place : school.places) phrases.AddSpellings(place, MentionKind::kPlace);
  for (const StaffName& staff : school.staff) phrases.AddSpellings(staff.name, MentionKind::kStaffName);
  for (const std::string& role : school.staff_roles) phrases.AddSpellings(role, MentionKind::kStaffRole);
  for (const std::string_view word : kSchoolWords) phrases.Add(" " + std::string(word) + " ", word, MentionKind::kSchoolWord);
  std::vector<MentionPhrase> all = phrases.Take();
  all.insert(all.end(), tags.begin(), tags.end());
  return all;
}

namespace {

struct Found {
  const MentionPhrase* phrase;
  std::uint32_t first, last;  // words
  std::uint32_t begin, end;   // bytes
};

bool NameChar(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80; }

// Handles, domains and hashtags must stand in the text to the letter, and not be part of a longer one.
bool StandsExactly(std::string_view text, const Found& found) {
  const MentionKind kind = found.phrase->kind;
  const bool tag = kind == MentionKind::kHashtag;
  if (!tag && kind != MentionKind::kHandle && kind != MentionKind::kShortHandle && kind != MentionKind::kDomain) return true;
  std::size_t begin = found.begin;
  if (tag) {
    if (begin == 0 || text[begin - 1] != '#') return false;
    --begin;
  }
  if (!EqualsIgnoreCase(text.substr(begin, found.end - begin), found.phrase->shown)) return false;
  const auto joins = [](char c) { return c == '-' || c == '_' || c == '.' || c == '@'; };
  if (found.end + 1 < text.size() && joins(text[found.end]) && NameChar(text[found.end + 1])) return false;
  if (tag || begin < 2) return true;
  const char before = text[begin - 1];
  // "www.oakmoor.example" and "office@oakmoor.example" are the school's, "my-oakmoor.example" is not.
  if (kind == MentionKind::kDomain) return !((before == '-' || before == '_') && NameChar(text[begin - 2]));
  return !(joins(before) && before != '@' && NameChar(text[begin - 2]));
}

bool Inside(const Found& inner, const Found& outer) { return inner.first >= outer.first && inner.last <= outer.last; }

}  // namespace

void ScoreMention(std::string_view text, const FoldedView& folded, std::span<const MentionSeen> seen, Mention& out) {
  out.mentions = false;
  out.score = 0;
  out.evidence.clear();

  // Each phrase once, where it stands first and is not part of something longer that explains it.
  std::vector<Found> all;
  constexpr std::size_t kEnough = 512;  // a post naming the school more often says nothing new
  for (const MentionSeen& s : seen) {
    if (all.size() == kEnough) break;
    const Found found{s.phrase, s.first, s.last, folded.words[s.first].begin, folded.words[s.last - 1].end};
    if (StandsExactly(text, found)) all.push_back(found);
  }
  std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) { return std::tie(a.first, b.last) < std::tie(b.first, a.last); });
  std::vector<Found> counted;
  for (const Found& found : all) {
    const MentionKind kind = found.phrase->kind;
    const bool explained = std::any_of(all.begin(), all.end(), [&](const Found& outer) {
      if (outer.phrase == found.phrase || !Inside(found, outer)) return false;
      const MentionKind by = outer.phrase->kind;
      if (by == MentionKind::kOtherName) return IsNameLike(kind) || kind == MentionKind::kPlace;
      if (kind == MentionKind::kPlace || kind == MentionKind::kSchoolWord) return IsInstitution(by);
      return IsNameLike(kind) && IsInstitution(by) && by < kind;
    });
    if (explained) continue;
    const bool again = std::any_of(counted.begin(), counted.end(), [&](const Found& c) { return c.phrase->kind == kind && c.phrase->shown == found.phrase->shown; });
    if (!again) counted.push_back(found);
  }

  bool weak_only = true, stem_only = true, any = false;
  const Found* best_name = nullptr;
  for (const Found& found : counted) {
    if (!IsInstitution(found.phrase->kind)) continue;
    any = true;
    weak_only = weak_only && IsWeak(found.phrase->kind);
    stem_only = stem_only && (found.phrase->kind == MentionKind::kStem || found.phrase->kind == MentionKind::kAmbiguousStem);
    if (IsNameLike(found.phrase->kind) && (!best_name || WeightOf(found.phrase->kind) > WeightOf(best_name->phrase->kind))) best_name = &found;
  }
  int places = 0, school_words = 0, staff = 0, roles = 0;
  for (const Found& found : counted) {
    const MentionKind kind = found.phrase->kind;
    std::int32_t weight = WeightOf(kind);
    if (IsNameLike(kind) && &found != best_name) continue;
    if (!IsInstitution(kind)) {
      if (!any && kind != MentionKind::kOtherName && kind != MentionKind::kOtherMarker) continue;
      if (kind == MentionKind::kPlace && places++ > 0) weight = kFurtherPlace;
      if (kind == MentionKind::kSchoolWord) {
        if (!weak_only || school_words++ > (stem_only ? 0 : 1)) continue;
        if (school_words == 2) weight = kFurtherSchoolWord;
      }
      if (kind == MentionKind::kStaffName && staff++ > 0) continue;
      if (kind == MentionKind::kStaffRole && roles++ > 0) continue;
    }
    out.score += weight;
    out.evidence.push_back({std::string(Label(kind)) + " \"" + found.phrase->shown + "\"", weight, found.begin, found.end});
  }
  out.mentions = any && out.score >= kMentionThreshold;
}

}  // namespace heed
