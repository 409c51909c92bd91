#include "pipeline/choose.h"

#include <algorithm>

namespace heed {

RuleChooser::RuleChooser(const Program& program) : program_(program) {
  marks_seen_.Resize(program.gates.size());
  present_.Resize(program.element_patterned.size());
  asked_.resize(program.element_patterned.size());
}

std::span<const std::uint32_t> RuleChooser::Choose(std::span<const Found> plain, std::span<const Found> squeezed, const PostPlaces& post,
                                                   std::span<const Word> squeezed_words, Detail detail) {
  rules_.clear();
  open_.clear();
  marks_seen_.Clear();
  present_.Clear();
  present_.Add(Program::kAlwaysThere);
  NoteElements(plain);
  NoteElements(squeezed);
  OpenGates(plain, detail);
  OpenGates(squeezed, detail);
  if (open_.empty()) return {};

  // What is found stands for far more than these rules ask for: so ask first, then look.
  for (const std::uint32_t element : asked_list_) asked_[element] = 0;
  asked_list_.clear();
  asked_places_.assign(1, {});
  for (const std::uint32_t rule : open_)
    for (const std::uint32_t element : program_.elements_of_order[program_.first_order[rule]]) AskFor(element);
  if (!asked_list_.empty()) {
    NotePlaces(plain, post, nullptr);
    NotePlaces(squeezed, post, squeezed_words.data());
  }
  for (const std::uint32_t rule : open_)
    if (MayHold(rule, post)) rules_.push_back(rule);
  std::sort(rules_.begin(), rules_.end());
  return rules_;
}

void RuleChooser::NoteElements(std::span<const Found> found) {
  for (const Found& f : found) present_.Add(program_.senses.GatingElements(f.sense));
}

// Rules whose anchor was found, and all else their gates ask for.
void RuleChooser::OpenGates(std::span<const Found> found, Detail detail) {
  for (const Found& f : found) {
    for (const std::uint32_t mark : program_.senses.Marks(f.sense)) {
      if (marks_seen_.Has(mark)) continue;
      marks_seen_.Add(mark);
      for (std::uint32_t i = program_.first_gate[mark]; i < program_.first_gate[mark + 1]; ++i) {
        const Program::Gate& gate = program_.gates[i];
        if (present_.Has(gate.elements[0]) && present_.Has(gate.elements[1]) && (detail == Detail::kAll || present_.Has(gate.with))) open_.push_back(gate.rule);
      }
    }
  }
}

// From now on places are kept for an element.
void RuleChooser::AskFor(std::uint32_t element) {
  if (asked_[element] != 0) return;
  asked_[element] = static_cast<std::uint32_t>(asked_places_.size());
  asked_list_.push_back(element);
  // Patterns have not been searched for yet: they may be anywhere.
  asked_places_.push_back(program_.element_patterned[element] != 0 ? Places{kAnywhere, kAnywhere} : Places{});
}

// `squeezed_words`: the words that all of it was found in; null where they are the post's own.
void RuleChooser::NotePlaces(std::span<const Found> found, const PostPlaces& post, const Word* squeezed_words) {
  const std::uint32_t* const asked = asked_.data();
  for (const Found& f : found) {
    Places where;
    for (const std::uint32_t element : program_.senses.Elements(f.sense)) {
      if (asked[element] == 0) continue;
      if (where.first == 0) {
        std::uint32_t first = f.first, last = f.last;
        if (squeezed_words) WordsTouching(post.words, squeezed_words[first].begin, squeezed_words[last - 1].end, first, last);
        where = PlacesOf(post, first, last);
      }
      asked_places_[asked[element]] |= where;
    }
  }
}

// What starts with a mark or an emoji may be anywhere.
RuleChooser::Places RuleChooser::PlacesOf(const PostPlaces& post, std::uint32_t first, std::uint32_t last) {
  if (post.words[first].kind != WordKind::kWord) return {kAnywhere, kAnywhere};
  const unsigned from = post.places[first], to = post.places[last - 1];
  const std::uint64_t bit = std::uint64_t{1} << from;
  return {bit, (kAnywhere << from) & (kAnywhere >> (63 - to)) & ~bit};
}

// The places at which something may start that follows something in `mask`.
std::uint64_t RuleChooser::Reach(const CompiledRule& rule, const PostPlaces& post, std::uint64_t mask) {
  constexpr std::uint32_t kPlaces = PostPlaces::kPlaces;
  if (mask == kAnywhere) return kAnywhere;
  const unsigned scale = post.scale;
  const std::uint32_t steps = rule.within == CompiledRule::kAnywhere ? kPlaces : (rule.within >> scale) + 1;
  if (steps >= kPlaces || rule.scope == RuleScope::kNext) {
    const std::uint64_t lowest = mask & (~mask + 1);
    return scale == 0 ? ~((lowest << 1) - 1) : ~(lowest - 1);
  }
  const std::uint64_t through = rule.scope == RuleScope::kSentence && scale == 0 ? ~post.starts : kAnywhere;
  std::uint64_t reach = scale == 0 ? 0 : mask | mask << 1;  // words that share a place, and the steps rounded off
  for (std::uint32_t step = 0; step < steps; ++step) {
    mask = (mask << 1) & through;
    reach |= mask;
  }
  return scale == 0 ? reach : reach | reach << 1;
}

// Whether in some order each of a rule's elements is near enough to the one before, as far as places tell.
bool RuleChooser::MayHold(std::uint32_t rule, const PostPlaces& post) const {
  const CompiledRule& compiled = program_.rules[rule];
  for (std::uint32_t order = program_.first_order[rule]; order < program_.first_order[rule + 1]; ++order) {
    std::uint64_t mask = kAnywhere;  // where the elements so far may be, the last of them at its end
    for (bool first_element = true; const std::uint32_t element : program_.elements_of_order[order]) {
      const Places& here = asked_places_[asked_[element]];
      if (!first_element) mask = Reach(compiled, post, mask);
      first_element = false;
      if (here.first == kAnywhere) {
        mask = kAnywhere;
        continue;
      }
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
