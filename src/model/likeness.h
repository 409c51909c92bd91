// What makes cases alike: nearly the same words, the same link, the same thread.  Never who wrote them.
//
// A burst is what comes within hours and is tied together so: the store gives a case its burst once, when the case is opened.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/time.h"
#include "src/model/post.h"

namespace heed {

// A MinHash signature of a text's words (pipeline/likeness.h makes it).  Kept on disk: append only, like everything that is.
struct Likeness {
  static constexpr std::size_t kPlaces = 24;
  static constexpr std::size_t kBands = 6;  // texts that agree in all places of one band are looked at
  std::array<std::uint32_t, kPlaces> least{};

  bool operator==(const Likeness&) const = default;
};

// 0..1: in how many places they agree, which estimates how many of their word pairs the texts share.
double Overlap(const Likeness& a, const Likeness& b);
inline constexpr double kNearlyTheSame = 0.7;

// What ties a case to others.  Numbers are stored: append only.
enum class Tie : std::uint8_t { kWords = 1, kLink = 2, kThread = 3 };
inline constexpr std::array kTies = {Tie::kWords, Tie::kLink, Tie::kThread};
std::string_view ToString(Tie tie);  // "nearly the same words", "the same link", "the same thread"

// How far from its first post a burst reaches, and how many cases it holds at most; the next begins another.
inline constexpr hours kBurstReach{12};
inline constexpr std::uint32_t kMostInBurst = 200;

// The web addresses in a post and on its link cards, each once, without what only tells where it was clicked: "www.", "#...", "utm_...".
// A bare home page is left out: half a town links to the school's.  At most 8.
std::vector<std::string> LinksOf(const Post& post);

// The global ids of what the post answers: its thread's first post, the post it replies to.  Empty where the platform gave none.
std::vector<std::string> AnswersOf(const Post& post);

}  // namespace heed
