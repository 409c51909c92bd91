// Noting: a few instructions for each topic of each word, and hardly a branch.
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

void Whereabouts::Forget() {
  starts_.clear();
  if (++now_ == 0) {
    std::fill(noted_.begin(), noted_.end(), 0);
    std::fill(has_later_.begin(), has_later_.end(), 0);
    now_ = 1;
  }
  noted_[kAlwaysThere] = has_later_[kAlwaysThere] = now_;
  first_[kAlwaysThere] = later_[kAlwaysThere] = kAnywhere;
}

void Whereabouts::Note(std::span<const Found> found, const PostPlaces& post, std::span<const Word> squeezed_words) {
  // A byte may be anything, members of this too: said once, not for every topic.
  std::uint8_t* const noted = noted_.data();
  std::uint64_t* const firsts = first_.data();
  const std::uint8_t now = now_;
  for (const Found& f : found) {
    std::uint32_t from = f.first, until = f.last;
    if (f.view == View::kSqueezed) WordsTouching(post.words, squeezed_words[from].begin, squeezed_words[until - 1].end, from, until);
    Places where = {kAnywhere, kAnywhere};  // what starts with a mark or an emoji
    if (post.words[from].kind == WordKind::kWord) {
      const unsigned first = post.places[from], last = post.places[until - 1];
      where.first = std::uint64_t{1} << first;
      where.later = (kAnywhere << first) & (kAnywhere >> (63 - last)) & ~where.first;
    }
    starts_.push_back(where.first);
    const auto topics = program_.senses.Topics(f.sense);
    for (const std::uint32_t packed : topics) {
      const TopicNumber topic = Senses::TopicOf(packed);
      const std::uint64_t old = 0 - static_cast<std::uint64_t>(noted[topic] == now);  // all ones or nothing: a branch would be guessed wrong
      firsts[topic] = (firsts[topic] & old) | where.first;
      noted[topic] = now;
    }
    if (where.later == 0) continue;  // one word, as most are
    for (const std::uint32_t packed : topics) {
      const TopicNumber topic = Senses::TopicOf(packed);
      const std::uint64_t old = 0 - static_cast<std::uint64_t>(has_later_[topic] == now);
      later_[topic] = (later_[topic] & old) | where.later;
      has_later_[topic] = now;
    }
  }
}

}  // namespace heed
