// A million posts to measure with, and what to say where they are made up.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::bench {

struct Posts {
  std::vector<std::string_view> views;  // into `bytes`
  std::string bytes;
  bool real = false;  // texts of the labelled sets, not made here
};

// `count` posts.  The texts of the labelled sets (*.jsonl in $HEED_EVAL, or in ../shared/eval beside the checkout), repeated and
// shuffled, always in the same order; where there are none, posts of dictionary words, and stderr says so.  The sets are read where they lie and never copied.
Posts EvalPosts(std::size_t count);

// The first `count` of them as JSON Lines: {"id": 17, "text": "..."}.
std::string AsJsonLines(const Posts& posts, std::size_t count);

// Made-up sentences of common words and words of the British word list, about 100 bytes each.
std::vector<std::string> MadePosts(std::size_t count, unsigned seed);

}  // namespace heed::bench
