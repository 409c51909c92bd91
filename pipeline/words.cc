#include "pipeline/words.h"

namespace heed {

KnownWord& WordTable::At(std::uint64_t hash) {
  if (3 * (used_ + 1) > slots_.size()) {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.hash == 0) continue;
      std::size_t at = Home(slot.hash);
      while (slots_[at].hash != 0) at = (at + 1) & mask_;
      slots_[at] = slot;
    }
  }
  std::size_t at = Home(hash);
  while (slots_[at].hash != 0 && slots_[at].hash != hash) at = (at + 1) & mask_;
  if (slots_[at].hash == 0) {
    slots_[at].hash = hash;
    ++used_;
  }
  return slots_[at].word;
}

bool WordTable::Restore(std::vector<Slot> slots) {
  if (slots.size() < 16 || !std::has_single_bit(slots.size())) return false;
  slots_ = std::move(slots);
  mask_ = slots_.size() - 1;
  used_ = 0;
  for (const Slot& slot : slots_) used_ += slot.hash != 0;
  return used_ < slots_.size();  // or a search would never end
}

std::uint64_t WordTable::HashLong(std::string_view word) {
  std::uint64_t hash = word.size() * kThird;
  for (; word.size() > kReadPast; word.remove_prefix(kReadPast)) {
    std::uint64_t low, high;
    std::memcpy(&low, word.data(), 8);
    std::memcpy(&high, word.data() + 8, 8);
    hash = Mix(hash ^ low ^ kFirst, high ^ kSecond);
  }
  char rest[kReadPast] = {};
  std::memcpy(rest, word.data(), word.size());
  return Mix(hash, HashShort(rest, word.size())) | 1;
}

}  // namespace heed
