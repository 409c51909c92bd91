// What may be asked of a platform: the institution's own terms, and queries that hold one.
#include "connectors/connector.h"

#include <algorithm>
#include <array>

#include "src/base/text.h"

namespace heed {
namespace {

// Letters and digits; every byte past ASCII counts as a letter, so that no word is cut inside a character.
bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

struct Word {
  std::string text;
  bool excluded;  // "-word": posts without it
};

// The words of a query in the usual search syntax: plain, "quoted together", -excluded, -"excluded together".
std::vector<Word> Words(std::string_view query) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < query.size();) {
    if (query[i] == ' ' || query[i] == '(') {
      ++i;
      continue;
    }
    const bool excluded = query[i] == '-';
    if (excluded) ++i;
    const bool quoted = i < query.size() && query[i] == '"';
    const std::size_t end = std::min(query.size(), quoted ? query.find('"', i + 1) : query.find(' ', i));
    while (i < end) {
      const std::size_t begin = i;
      while (i < end && IsWord(query[i])) ++i;
      if (i > begin) words.push_back({LowerAscii(query.substr(begin, i - begin)), excluded});
      if (i < end) ++i;
    }
    if (quoted && i < query.size()) ++i;
  }
  return words;
}

bool Contains(const std::vector<Word>& query, const std::vector<Word>& term) {
  if (term.empty()) return false;
  return std::search(query.begin(), query.end(), term.begin(), term.end(),
                     [](const Word& a, const Word& b) { return !a.excluded && a.text == b.text; }) != query.end();
}

// The parts of "a OR b | c": each of them alone could fill the answer.
std::vector<std::string> Alternatives(std::string_view query) {
  std::vector<std::string> parts(1);
  for (const std::string_view word : Split(query, ' ')) {
    if (word == "OR" || word == "|" || word == "||") {
      parts.emplace_back();
      continue;
    }
    const auto pieces = Split(word, '|');
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (i > 0) parts.emplace_back();
      parts.back().append(parts.back().empty() ? "" : " ").append(pieces[i]);
    }
  }
  return parts;
}

// "from:" of "from:jo", "-from:jo" and "(From:jo", or "".
std::string_view AccountOperator(std::string_view query) {
  constexpr std::array<std::string_view, 7> kOperators = {"from", "author", "to", "by", "user", "account", "mentions"};
  for (const std::string_view token : Split(query, ' ')) {
    std::string_view word = token;
    while (!word.empty() && !IsWord(word.front())) word.remove_prefix(1);
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) continue;
    for (const std::string_view name : kOperators) {
      if (EqualsIgnoreCase(word.substr(0, colon), name)) return word.substr(0, colon + 1);
    }
  }
  return "";
}

}  // namespace

Result<ReportForm> Connector::ReportReasons(const Post&, Category) {
  return Fail(Fault::kUnsupported, "heed cannot report to this platform by itself: `heed report show` has its form");
}

ReportOutcome Connector::Submit(const ApprovedReport&) {
  ReportOutcome outcome;
  outcome.fate = Fate::kRefused;
  outcome.message = "heed cannot report to this platform by itself: `heed report show` has its form";
  return outcome;
}

Result<ReportForm> Connector::HideForm(const Post&) { return Fail(Fault::kUnsupported, "heed cannot hide anything on this platform"); }

ReportOutcome Connector::Hide(const ApprovedReport&) {
  ReportOutcome outcome;
  outcome.fate = Fate::kRefused;
  outcome.message = "heed cannot hide anything on this platform";
  return outcome;
}

PresenceCheck Connector::Recheck(const Post&) { return {Presence::kUnknown, "heed cannot look at this platform", std::nullopt}; }

std::vector<std::string> InstitutionTerms(const School& school) {
  std::vector<std::string> terms;
  const auto add = [&](std::string_view term) {
    term = Trim(term);
    const bool known = std::any_of(terms.begin(), terms.end(), [&](const std::string& one) { return EqualsIgnoreCase(one, term); });
    if (!term.empty() && !known) terms.emplace_back(term);
  };
  add(school.name);
  for (const auto& name : school.names) add(name);
  for (const auto& abbreviation : school.abbreviations) add(abbreviation);
  for (const auto& nickname : school.nicknames) add(nickname);
  for (const auto& hashtag : school.hashtags) {
    const std::string_view bare = Trim(hashtag);
    if (!bare.empty()) add(bare.front() == '#' ? std::string(bare) : "#" + std::string(bare));
  }
  for (const auto& handle : school.handles) add(handle);
  for (const auto& domain : school.domains) add(domain);
  return terms;
}

Done CheckQuery(std::string_view query, const School& school) {
  const std::string quoted = "the query \"" + ForTerminal(query) + "\"";
  if (Trim(query).empty()) return Fail(Fault::kInvalid, "an empty query would ask for everything; name the school");
  if (const std::string_view name = AccountOperator(query); !name.empty()) {
    return Fail(Fault::kInvalid, quoted + " asks for one account (" + std::string(name) + "): heed searches for the school, never for a person");
  }
  const auto terms = InstitutionTerms(school);
  const auto alternatives = Alternatives(query);
  for (const auto& part : alternatives) {
    const auto words = Words(part);
    const bool names_school = std::any_of(terms.begin(), terms.end(), [&](const std::string& term) { return Contains(words, Words(term)); });
    if (names_school) continue;
    const std::string which = alternatives.size() > 1 ? " in each alternative" : "";
    return Fail(Fault::kInvalid, quoted + " does not name the school" + which + ": put one of its names, hashtags, handles or domains into it, e.g. \"" +
                                     (terms.empty() ? std::string("Oakmoor School") : terms.front()) + "\"");
  }
  return {};
}

}  // namespace heed
