#include "pipeline/likeness.h"

#include <algorithm>
#include <array>
#include <limits>

#include "pipeline/fold.h"

namespace heed {
namespace {

constexpr std::size_t kLeastWords = 3, kMostWords = 2'000;

// Both are written out here because what they give is kept on disk.
std::uint64_t Fnv1a(std::string_view bytes, std::uint64_t hash = 0xcbf29ce484222325u) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}
constexpr std::uint64_t SplitMix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// What makes each place's hash another one.
constexpr auto kSalts = [] {
  std::array<std::uint64_t, Likeness::kPlaces> salts{};
  for (std::size_t place = 0; place < salts.size(); ++place) salts[place] = SplitMix(place);
  return salts;
}();

}  // namespace

std::optional<Likeness> LikenessOf(std::string_view text) {
  const Folded folded = Fold(text);
  std::vector<std::string_view> words;
  for (const auto& word : folded.words)
    if (word.kind != WordKind::kMark && words.size() < kMostWords) words.push_back(folded.of(word));
  if (words.size() < kLeastWords) return std::nullopt;
  Likeness likeness;
  likeness.least.fill(std::numeric_limits<std::uint32_t>::max());
  for (std::size_t i = 0; i <= words.size(); ++i) {  // the edges of the text are words, too
    const std::uint64_t pair = Fnv1a(i < words.size() ? words[i] : std::string_view("."), Fnv1a(" ", Fnv1a(i > 0 ? words[i - 1] : std::string_view("."))));
    for (std::size_t place = 0; place < Likeness::kPlaces; ++place)
      likeness.least[place] = std::min(likeness.least[place], static_cast<std::uint32_t>(SplitMix(pair ^ kSalts[place]) >> 32));
  }
  return likeness;
}

}  // namespace heed
