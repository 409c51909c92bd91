// A school as its configuration describes it: who it is, what it is called, what its code of conduct says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/model/category.h"

namespace heed {

// A member of staff who agreed in writing that posts naming them together with the school may be found.
// Never searched for on their own.
struct StaffName {
  std::string name;       // as people write it: "Ms Adeyemi"
  std::string agreed_on;  // "2026-09-01"
};

struct Term {
  std::string starts, ends;  // dates, both inclusive
};

// Another school that shares the name; words that tell it apart.
struct OtherSchool {
  std::string name;                 // "Oakmoor School, Leeds"
  std::vector<std::string> markers; // "Leeds", "@oakmoorleeds"
};

struct School {
  std::string id;    // stable, in every row of the store: [a-z0-9-]{1,40}
  std::string name;  // shown to staff; also the first of names
  std::vector<std::string> names, abbreviations, nicknames;
  std::vector<std::string> handles;   // "@oakmoor@social.example", "oakmoor.bsky.social"; the leading @ is optional
  std::vector<std::string> hashtags;  // without "#"
  std::vector<std::string> domains;   // "oakmoor.example"
  std::vector<std::string> places;    // town, street, district
  std::vector<OtherSchool> others;
  std::vector<std::string> staff_roles;  // "head of year": count only beside the school
  std::vector<StaffName> staff;
  std::map<Category, std::string> clauses;  // the code of conduct's words for each category
  std::vector<Term> terms;
};

}  // namespace heed
