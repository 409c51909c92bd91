#include "pipeline/choose.h"

#include <algorithm>

namespace heed {

RuleChooser::RuleChooser(const Program& program) : program_(program) { marks_seen_.Resize(program.gates.size()); }

std::span<const std::uint32_t> RuleChooser::Choose(std::span<const Found> found, Whereabouts& where, const PostPlaces& post, Detail detail) {
  rules_.clear();
  marks_seen_.Clear();
  const bool too_much = found.size() > RuleRunner::kMostFound;  // a person will see it: where things stand need not be looked up
  // Rules whose anchor was found, and all else their gates ask for.
  for (const Found& f : found) {
    for (const std::uint32_t mark : program_.senses.Marks(f.sense)) {
      if (marks_seen_.Has(mark)) continue;
      marks_seen_.Add(mark);
      for (std::uint32_t i = program_.first_gate[mark]; i < program_.first_gate[mark + 1]; ++i) {
        const Program::Gate& gate = program_.gates[i];
        const bool open = where.Has(gate.elements[0]) & where.Has(gate.elements[1]) & ((detail == Detail::kAll) | where.Has(gate.with));
        if (open && (too_much || MayHold(program_.rules[gate.rule], where, post))) rules_.push_back(gate.rule);
      }
    }
  }
  std::sort(rules_.begin(), rules_.end());
  return rules_;
}

// The places at which something may start that follows something in `mask`.
std::uint64_t RuleChooser::Reach(const CompiledRule& rule, const PostPlaces& post, std::uint64_t mask) {
  constexpr std::uint32_t kPlaces = PostPlaces::kPlaces;
  if (mask == Whereabouts::kAnywhere) return Whereabouts::kAnywhere;
  const unsigned scale = post.scale;
  const std::uint32_t steps = rule.within == CompiledRule::kAnywhere ? kPlaces : (rule.within >> scale) + 1;
  if (steps >= kPlaces || rule.scope == RuleScope::kNext) {
    const std::uint64_t lowest = mask & (~mask + 1);
    return scale == 0 ? ~((lowest << 1) - 1) : ~(lowest - 1);
  }
  const std::uint64_t through = rule.scope == RuleScope::kSentence && scale == 0 ? ~post.starts : Whereabouts::kAnywhere;
  std::uint64_t reach = scale == 0 ? 0 : mask | mask << 1;  // words that share a place, and the steps rounded off
  for (std::uint32_t step = 0; step < steps; ++step) {
    mask = (mask << 1) & through;
    reach |= mask;
  }
  return scale == 0 ? reach : reach | reach << 1;
}

// Whether in some order each of a rule's elements is near enough to the one before, as far as places tell.
bool RuleChooser::MayHold(const CompiledRule& rule, Whereabouts& where, const PostPlaces& post) const {
  for (std::uint32_t order = rule.first_order; order < rule.last_order; ++order) {
    const auto topics = program_.orders[order];
    if (topics.size() == 1) return true;  // its anchor is all there is to it
    std::uint64_t mask = Whereabouts::kAnywhere;  // where the elements so far may be, the last of them at its end
    for (std::size_t i = 0; i < topics.size(); ++i) {
      // Patterns have not been searched for yet: they may be anywhere.
      if (program_.topics[topics[i]] != 0) {
        mask = Whereabouts::kAnywhere;
        continue;
      }
      if (!where.Has(topics[i])) {
        mask = 0;
        break;
      }
      const auto& here = where.Of(topics[i]);
      if (here.first == Whereabouts::kAnywhere) {
        mask = Whereabouts::kAnywhere;
        continue;
      }
      if (i > 0) mask = Reach(rule, post, mask);
      mask &= here.first;
      if (mask == 0) break;
      // On through the words behind the first: a carry runs through neighbouring bits.
      const std::uint64_t through = (mask | mask << 1) & here.later;
      mask |= (((through + here.later) ^ here.later) | through) & here.later;
    }
    if (mask != 0) return true;
  }
  return false;
}

}  // namespace heed
