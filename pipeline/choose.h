// Choose: of a thousand rules those worth running on one post, by what was found in it and roughly where.
//
// It may choose a rule that will not hold, and never leaves out one that would.  Each rule has an anchor, its rarest element: where that is
// found the rule's gate is asked (Program::Gate), and where it opens, whether the elements are near enough to each other, by their
// whereabouts.  In a post of twenty words some 17 rules have their anchor there, and two are run.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/program.h"
#include "pipeline/rules.h"
#include "pipeline/stamps.h"
#include "pipeline/whereabouts.h"

namespace heed {

// One per thread.
class RuleChooser {
 public:
  // `program` must outlive it.
  explicit RuleChooser(const Program& program);

  // Indices in Program::rules, ascending; valid until the next call.  `where` has noted what was found.  With kAll also rules that cannot count
  // for want of what `with` asks for.
  std::span<const std::uint32_t> Choose(std::span<const Found> found, Whereabouts& where, const PostPlaces& post, Detail detail);

 private:
  bool MayHold(const CompiledRule& rule, Whereabouts& where, const PostPlaces& post) const;
  static std::uint64_t Reach(const CompiledRule& rule, const PostPlaces& post, std::uint64_t mask);

  const Program& program_;
  Stamps marks_seen_;  // in this post
  std::vector<std::uint32_t> rules_;
};

}  // namespace heed
