// A notice of complaint under section 5 of the Defamation Act 2013: everything the law asks of it, in its order.
//
// Source: Defamation Act 2013 s.5(6)(a) to (c); Defamation (Operators of Websites) Regulations 2013 (SI 2013/3028) reg. 2 and
// Schedule para. 9.  A notice that lacks something only makes the operator say so, so heed writes none.  The complainant is a
// person who agreed, never the school.  Clocks: src/casework/report.h.  Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"

namespace heed {

struct Section5Notice {
  std::string complainant;                 // the name of the person defamed
  std::string email;                       // of the complainant, or through which they are reached
  std::string statement;                   // the words complained of
  std::vector<std::string> locations;      // every address where they stand: only these have to be removed
  std::string why_defamatory;              // of the complainant
  std::string meaning;                     // that the complainant attributes to them
  std::vector<std::string> inaccurate;     // what in them is factually wrong
  std::vector<std::string> unsupported;    // opinions not supported by fact
  std::optional<bool> poster_unknown;      // "does not have sufficient information about the poster to bring proceedings": must be true
  std::optional<bool> name_may_be_given;   // to the poster: yes or no, but said
  std::optional<bool> email_may_be_given;
  std::vector<std::string> earlier;        // dates of earlier notices about the same statement by the same poster; two or more count
  bool complainant_agreed = false;         // in writing, to this notice: the school's own condition
};

// {"complainant": "...", "email": "...", "statement": "...", "locations": [...], "why_defamatory": "...", "meaning": "...",
//  "inaccurate": [...], "unsupported": [...], "poster_unknown": true, "name_may_be_given": false, "email_may_be_given": false,
//  "earlier": [...], "complainant_agreed": true}.  kInvalid names a key that is not one of these or is of another kind.
Result<Section5Notice> ParseNotice(std::string_view json);

// What is missing, each in a sentence; empty: it is complete.  `school_names`: a school is no complainant.
std::vector<std::string> MissingFrom(const Section5Notice& notice, const std::vector<std::string>& school_names);

// The notice as it is sent.  kInvalid lists everything that is missing.
Result<std::string> WriteNotice(const Section5Notice& notice, const std::vector<std::string>& school_names);

}  // namespace heed
