#include "pipeline/wording.h"

#include <algorithm>

#include "src/base/text.h"

namespace heed {

std::string WordingConcept(std::size_t which) {
  return "wording." + (which == kWordingInnocent ? std::string("innocent") : std::string(ToString(kCategories[which])));
}

std::string WordingLiteral(std::size_t which) { return " WORDING" + std::to_string(which) + " "; }

WordingTable::WordingTable(const Wording& wording) : from_(wording.from), below_(wording.below), all_(wording.about.empty()) {
  std::uint32_t numbers = 0;
  const auto number = [&](std::string_view word) {
    KnownWord& known = words_.At(word);
    if (known.number() == 0) known.flags |= ++numbers;
    return known.number();
  };
  for (const WeighedWords& weighed : wording.words) {
    const auto parts = Split(weighed.words, ' ');
    const auto weight = static_cast<std::uint32_t>(weights_.size());
    weights_.push_back({weighed.points, weighed.category ? static_cast<std::uint32_t>(std::find(kCategories.begin(), kCategories.end(), *weighed.category) - kCategories.begin()) : kNoCategory});
    if (parts.size() == 1) {
      words_.At(parts[0]).sense = weight;
    } else {
      const std::uint32_t before = number(parts[0]), after = number(parts[1]);
      pairs_.At(WordTable::HashPair(before, after, 0)).sense = weight;
    }
  }
  for (const std::string& word : wording.about) words_.At(word).flags |= kAbout;
}

std::size_t WordingSum::Reads(const WordingTable& table) const {
  if (!about) return kWordingConcepts;
  if (sum >= table.from()) {
    std::array<std::int32_t, kCategories.size()> points{};
    for (const Weighed& one : weighed)
      if (one.points > 0 && one.category < points.size()) points[one.category] += one.points;
    const auto most = std::max_element(points.begin(), points.end());
    return *most > 0 ? static_cast<std::size_t>(most - points.begin()) : kWordingConcepts;
  }
  return sum <= table.below() && 2 * known >= words && words != 0 ? kWordingInnocent : kWordingConcepts;
}

std::span<const WordingSum::Weighed> WordingSum::Strongest(std::size_t reads) {
  constexpr std::size_t kMost = 3;
  const auto sign = reads == kWordingInnocent ? -1 : 1;
  strongest_.clear();
  for (const Weighed& one : weighed)
    if (sign * one.points > 0 && (reads == kWordingInnocent || one.category == reads)) strongest_.push_back(one);
  const auto end = strongest_.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, strongest_.size()));
  std::partial_sort(strongest_.begin(), end, strongest_.end(), [&](const Weighed& a, const Weighed& b) { return a.points != b.points ? sign * a.points > sign * b.points : a.first < b.first; });
  strongest_.erase(end, strongest_.end());
  std::sort(strongest_.begin(), strongest_.end(), [](const Weighed& a, const Weighed& b) { return a.first < b.first; });
  return strongest_;
}

void WordingScale::Weigh(const WordingTable& table, std::string_view text, std::span<const Word> words, std::span<const std::uint64_t> hashes, WordingSum& out) {
  out.about = table.all_;
  out.sum = 0;
  out.words = out.known = 0;
  out.weighed.clear();
  if (table.empty()) return;
  if (seen_.size() != table.weights_.size()) seen_.Resize(table.weights_.size());
  seen_.Clear();
  const auto add = [&](std::uint32_t weight, std::uint32_t first, std::uint32_t last) {
    if (weight == KnownWord::kNone || seen_.Has(weight)) return;
    seen_.Add(weight);
    const auto& [points, category] = table.weights_[weight];
    out.sum += points;
    out.weighed.push_back({first, last, points, static_cast<std::uint8_t>(category)});
  };
  std::uint32_t before = 0, number_before = 0;  // the word before, and its number
  for (std::uint32_t w = 0; w < words.size(); ++w) {
    if (!IsWorded(text.substr(words[w].at, words[w].size), words[w].kind)) continue;
    const KnownWord& known = table.words_.Find(hashes[w]);
    const std::uint32_t number = known.number();
    ++out.words;
    out.known += known.sense != KnownWord::kNone;
    out.about |= (known.flags & WordingTable::kAbout) != 0;
    if (number_before != 0 && number != 0) add(table.pairs_.Find(WordTable::HashPair(number_before, number, 0)).sense, before, w + 1);
    add(known.sense, w, w + 1);
    before = w;
    number_before = number;
  }
}

}  // namespace heed
