#include "pipeline/wording.h"

#include <algorithm>
#include <bit>

#include "pipeline/words.h"
#include "src/base/text.h"

namespace heed {

std::string WordingConcept(std::size_t which) {
  return "wording." + (which == kWordingInnocent ? std::string("innocent") : std::string(ToString(kCategories[which])));
}

std::string WordingLiteral(std::size_t which) { return " WORDING" + std::to_string(which) + " "; }

WordingTable::WordingTable(const Wording& wording) : from_(wording.from), below_(wording.below), all_(wording.about.empty()) {
  if (wording.empty()) return;
  slots_.resize(std::bit_ceil((wording.words.size() + wording.about.size()) * 2));
  for (const WeighedWords& weighed : wording.words) {
    std::uint64_t hash = 0;
    for (const std::string_view word : Split(weighed.words, ' ')) hash = hash == 0 ? WordTable::Hash(word) : HashPair(hash, WordTable::Hash(word));
    const auto category = weighed.category ? static_cast<std::uint8_t>(std::find(kCategories.begin(), kCategories.end(), *weighed.category) - kCategories.begin()) : kNoCategory;
    Slot& slot = At(hash);
    slot.points = weighed.points;
    slot.category = category;
  }
  for (const std::string& word : wording.about) At(WordTable::Hash(word)).about = 1;
}

bool WordingTable::whole() const {
  return empty() || (std::has_single_bit(slots_.size()) && std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.hash == 0; }));
}

WordingTable::Slot& WordingTable::At(std::uint64_t hash) {
  std::size_t at = Home(hash);
  while (slots_[at].hash != 0 && slots_[at].hash != hash) at = (at + 1) & (slots_.size() - 1);
  slots_[at].hash = hash;
  return slots_[at];
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
  out.about = table.all();
  out.sum = 0;
  out.words = out.known = 0;
  out.weighed.clear();
  if (table.empty()) return;
  if (seen_.size() != table.size() || ++now_ == 0) {
    seen_.assign(table.size(), 0);
    now_ = 1;
  }
  const auto add = [&](std::uint64_t hash, std::uint32_t first, std::uint32_t last) {
    const std::size_t at = table.Find(hash);
    if (at == table.size()) return false;
    out.about |= table[at].about != 0;
    if (table[at].points == 0) return false;
    if (seen_[at] != now_) {
      seen_[at] = now_;
      out.sum += table[at].points;
      out.weighed.push_back({first, last, table[at].points, static_cast<std::uint8_t>(table[at].category)});
    }
    return true;
  };
  constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t before = kNone;
  for (std::uint32_t w = 0; w < words.size(); ++w) {
    if (!IsWorded(text.substr(words[w].at, words[w].size), words[w].kind)) continue;
    ++out.words;
    if (before != kNone) add(WordingTable::HashPair(hashes[before], hashes[w]), before, w + 1);
    out.known += add(hashes[w], w, w + 1);
    before = w;
  }
}

}  // namespace heed
