// A set of small numbers that is emptied at once, for what is noted of one post and forgotten with it.
//
// A byte each says when it was put in, so that putting in waits for nothing, and of tens of thousands those in use stay in the nearest
// cache.  Not for sharing between threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace heed {

class Stamps {
 public:
  // Numbers below `size` may be put in.
  void Resize(std::size_t size) { stamps_.resize(size); }
  std::size_t size() const { return stamps_.size(); }

  void Clear() {
    if (++now_ != 0) return;
    std::fill(stamps_.begin(), stamps_.end(), 0);
    now_ = 1;
  }
  void Add(std::uint32_t number) { stamps_[number] = now_; }
  void Add(std::span<const std::uint32_t> numbers) {
    std::uint8_t* const stamps = stamps_.data();  // a byte may be anything, members of this too: said once, not for every number
    const std::uint8_t now = now_;
    for (const std::uint32_t number : numbers) stamps[number] = now;
  }
  void Remove(std::uint32_t number) { stamps_[number] = 0; }
  bool Has(std::uint32_t number) const { return stamps_[number] == now_; }

 private:
  std::vector<std::uint8_t> stamps_;
  std::uint8_t now_ = 1;  // never 0
};

}  // namespace heed
