// How a person reports a post where heed cannot: for each platform where to go, what to pick, what to write, what to attach, and
// where the answer comes.
//
// One table (guide.cc), written by hand.  Forms move: an address that nobody has tried lately says so.  Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/model/category.h"
#include "src/model/post.h"

namespace heed {

struct Guide {
  std::string_view platform;  // "facebook": what Response::to and Post::platform say
  std::string_view name;      // "Facebook"
  std::vector<std::string_view> hosts;   // by which a post's address is known to be theirs
  std::string_view form;      // where the report is made
  bool form_tried;            // false: the address comes from memory or another's page; look whether it is still the one
  std::array<std::string_view, 6> reasons;  // in the order of kCategories: what to pick there; "" = there is none for it
  std::size_t most;           // characters of the text; 0: no limit known
  std::vector<std::string_view> attach;
  std::vector<std::string_view> steps;   // each one tick
  std::string_view reference; // where its number is found; "" = it gives none
  std::string_view answer;    // where the answer comes
  std::string_view next;      // when it is refused or nothing happens
  std::string_view look = {}; // how a person sees whether it is still up, and which finding that is; "" = nothing special

  std::string_view ReasonFor(Category category) const;
};

const std::vector<Guide>& Guides();
// By what the post says of its platform, else by its address; the one for "anything else" when nobody knows better.
const Guide& GuideFor(const Post& post);
const Guide* FindGuide(std::string_view platform);

// What a helpline needs to know, ready to be read out or sent: addresses, dates, references, answers, what was tried.
struct Helpline {
  std::string_view id, name, who, how, when;
  bool takes_defamation;
};
const std::vector<Helpline>& Helplines();

}  // namespace heed
