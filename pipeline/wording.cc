#include "pipeline/wording.h"

#include <algorithm>

#include "src/base/text.h"

namespace heed {

std::string WordingConcept(std::size_t which) {
  if (which == kWordingInnocent) return "wording.innocent";
  if (which == kWordingInnocentSure) return "wording.innocent.sure";
  if (which == kWordingElsewhere) return "wording.elsewhere";
  return "wording." + std::string(ToString(kCategories[which % kWordingSure])) + (which < kWordingSure ? "" : ".sure");
}

std::string WordingLiteral(std::size_t which) { return " WORDING" + std::to_string(which) + " "; }

WordingTable::WordingTable(const Wording& wording)
    : from_(wording.from), sure_(wording.sure.value_or(kNeverUpTo)), below_(wording.below), calm_(wording.calm.value_or(kNever)), elsewhere_(wording.elsewhere.value_or(kNever)), all_(wording.about.empty()) {
  for (std::size_t i = 0; i < insists_.size(); ++i) insists_[i] = wording.insists[i].value_or(kNeverUpTo);
  const auto weight = [](const auto& weighed) {
    return Weight{weighed.points, weighed.category ? static_cast<std::uint32_t>(std::find(kCategories.begin(), kCategories.end(), *weighed.category) - kCategories.begin()) : kNoCategory};
  };
  std::uint32_t numbers = 0;
  const auto number = [&](std::string_view word) {
    KnownWord& known = words_.At(word);
    if (known.number() == 0) known.flags |= ++numbers;
    return known.number();
  };
  for (const WeighedWords& weighed : wording.words) {
    const auto parts = Split(weighed.words, ' ');
    const auto own = static_cast<std::uint32_t>(weights_.size());
    weights_.push_back(weight(weighed));
    if (parts.size() == 1) {
      words_.At(parts[0]).sense = own;
    } else {
      const std::uint32_t before = number(parts[0]), after = number(parts[1]);
      pairs_.At(WordTable::HashPair(before, after, 0)).sense = own;
    }
  }
  first_concept_ = static_cast<std::uint32_t>(weights_.size());
  for (const WeighedConcept& weighed : wording.concepts) weights_.push_back(weight(weighed));
}

std::size_t WordingSum::Reads(const WordingTable& table) const {
  if (!about) return sum <= table.elsewhere_ ? kWordingElsewhere : kWordingConcepts;
  if (sum <= table.calm_) return kWordingInnocentSure;
  if (sum < table.from_) return sum <= table.below_ && 2 * known >= words && words != 0 ? kWordingInnocent : kWordingConcepts;
  std::array<std::int32_t, kCategories.size()> points{};
  for (const Weighed& one : weighed)
    if (one.points > 0 && one.category < points.size()) points[one.category] += one.points;
  const auto most = std::max_element(points.begin(), points.end());
  if (*most == 0) return kWordingConcepts;
  return static_cast<std::size_t>(most - points.begin()) + (sum >= table.sure_ ? kWordingSure : 0);
}

std::span<const WordingSum::Weighed> WordingSum::Strongest(std::size_t reads) {
  // Innocence is seen by one: nobody is shown where it stands.
  const bool innocent = reads >= kWordingInnocent;
  const std::size_t most = innocent ? 1 : 3;
  const auto sign = innocent ? -1 : 1;
  strongest_.clear();
  while (strongest_.size() < most) {
    const Weighed* best = nullptr;
    for (const Weighed& one : weighed) {
      if (sign * one.points <= (best ? sign * best->points : 0) || (!innocent && one.category != reads % kWordingSure)) continue;
      // A word, a pair that begins with it and its concepts are one place.
      const auto touches = [&](const Weighed& other) { return one.first < other.last && other.first < one.last; };
      if (std::none_of(strongest_.begin(), strongest_.end(), touches)) best = &one;
    }
    if (best == nullptr) break;
    strongest_.push_back(*best);
  }
  std::sort(strongest_.begin(), strongest_.end(), [](const Weighed& a, const Weighed& b) { return a.first < b.first; });
  return strongest_;
}

void WordingScale::Add(const WordingTable& table, std::uint32_t weight, std::uint32_t first, std::uint32_t last, WordingSum& out) {
  if (seen_.Has(weight)) return;
  seen_.Add(weight);
  const auto& [points, category] = table.weights_[weight];
  out.sum += points;
  out.weighed.push_back({first, last, points, weight, static_cast<std::uint8_t>(category)});
}

void WordingScale::Weigh(const WordingTable& table, bool about, std::string_view text, std::span<const Word> words, std::span<const std::uint64_t> hashes, WordingSum& out) {
  out.about = about || table.all_;
  out.sum = 0;
  out.words = out.known = 0;
  out.weighed.clear();
  if (table.empty()) return;
  if (seen_.size() != table.weights_.size()) seen_.Resize(table.weights_.size());
  seen_.Clear();
  const auto add = [&](std::uint32_t weight, std::uint32_t first, std::uint32_t last) {
    if (weight != KnownWord::kNone) Add(table, weight, first, last, out);
  };
  std::uint32_t before = 0, number_before = 0;  // the word before, and its number
  for (std::uint32_t w = 0; w < words.size(); ++w) {
    if (!IsWorded(text.substr(words[w].at, words[w].size), words[w].kind)) continue;
    const KnownWord& known = table.words_.Find(hashes[w]);
    const std::uint32_t number = known.number();
    ++out.words;
    out.known += known.sense != KnownWord::kNone;
    if (number_before != 0 && number != 0) add(table.pairs_.Find(WordTable::HashPair(number_before, number, 0)).sense, before, w + 1);
    add(known.sense, w, w + 1);
    before = w;
    number_before = number;
  }
}

}  // namespace heed
