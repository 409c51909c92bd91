// Noting, and looking up.
#include "pipeline/whereabouts.h"

#include <algorithm>

namespace heed {

void WordsTouching(std::span<const Word> words, std::uint32_t begin, std::uint32_t end, std::uint32_t& first, std::uint32_t& last) {
  // Begins never decrease; ends may, by a hashtag's parts, so step back over those that reach into the bytes.
  auto at = std::lower_bound(words.begin(), words.end(), begin, [](const Word& word, std::uint32_t b) { return word.begin < b; });
  while (at != words.begin() && (at - 1)->end > begin) --at;
  first = static_cast<std::uint32_t>(at - words.begin());
  while (at != words.end() && at->begin < end) ++at;
  last = static_cast<std::uint32_t>(at - words.begin());
  if (first == last) {  // nothing left of it in the plain view: the place where it would stand
    if (last < words.size()) ++last;
    else if (first > 0) --first;
  }
}

void Whereabouts::Start(std::span<const Found> found, const PostPlaces& post, std::span<const Word> squeezed_words) {
  looked_up_.Clear();
  if (++now_ == 0) {
    std::fill(noted_.begin(), noted_.end(), 0);
    now_ = 1;
  }
  standing_.resize(found.size());
  // A byte may be anything, members of this too: said once, not for every topic.
  std::uint8_t* const noted = noted_.data();
  Standing* standing = standing_.data();
  const std::uint8_t now = now_;
  for (const Found& f : found) {
    for (const std::uint16_t topic : program_.senses.Topics(f.sense)) noted[topic] = now;
    std::uint32_t from = f.first, until = f.last;
    if (f.view == View::kSqueezed) WordsTouching(post.words, squeezed_words[from].begin, squeezed_words[until - 1].end, from, until);
    *standing = {program_.senses.TopicalOf(f.sense), kAnywhere, kAnywhere};  // what starts with a mark or an emoji
    if (post.words[from].kind == WordKind::kWord) {
      const unsigned first = post.places[from], last = post.places[until - 1];
      standing->first = std::uint64_t{1} << first;
      standing->later = (kAnywhere << first) & (kAnywhere >> (63 - last)) & ~standing->first;
    }
    ++standing;
  }
  noted[kAlwaysThere] = now;
  places_[kAlwaysThere] = {kAnywhere, kAnywhere};
  looked_up_.Add(kAlwaysThere);
}

// Without a branch for each: half of them would be guessed wrong.
void Whereabouts::LookUp(TopicNumber topic) {
  looked_up_.Add(topic);
  Places places;
  for (const Standing& standing : standing_) {
    const std::uint64_t is = 0 - static_cast<std::uint64_t>(standing.topical.Is(topic));
    places.first |= standing.first & is;
    places.later |= standing.later & is;
  }
  places_[topic] = places;
}

}  // namespace heed
