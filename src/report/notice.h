// Notices that a person sends to whoever runs a website: of complaint under section 5 of the Defamation Act 2013, and of illegal content.
//
// Section 5: everything the law asks of it, in its order.
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

// A notice of illegal content: the four items of Article 16(2) of the EU's Digital Services Act, which serve every platform, and what
// section 192 of the Online Safety Act 2023 has a provider weigh: facts on each element of the offence, the state of mind, and
// that no defence is apparent.  Nobody in the UK has a right to be answered under the Act of the EU; s.20 and s.21 of the Online Safety Act
// give the way to report and to complain.  Defamation alone is no illegal content there: that is what section 5 is for.
struct ContentNotice {
  std::string law;                     // which law or which rule of the platform it breaks
  std::string facts;                   // what is said or shown, about whom, to whom
  std::string intent;                  // what shows intent, or that the author knew it to be false
  std::string no_defence;              // why no defence is apparent
  std::vector<std::string> locations;  // every exact address
  std::string found;                   // what else tells it from others: "the third reply", the date, the account; may be empty
  std::string affected;                // who is affected: a member of staff, a pupil, a group
  std::string notifier, email;         // who sends it, for the school or for themselves
  bool good_faith = false;             // "believes in good faith that it is accurate and complete"
  std::string earlier;                 // earlier reports and their numbers; may be empty
};
// As MissingFrom and WriteNotice above.
std::vector<std::string> MissingFrom(const ContentNotice& notice);
Result<std::string> WriteNotice(const ContentNotice& notice);
// {"law": "...", "facts": "...", "intent": "...", "no_defence": "...", "locations": [...], "found": "...", "affected": "...", "notifier": "...",
//  "email": "...", "good_faith": true, "earlier": "..."}
Result<ContentNotice> ParseContentNotice(std::string_view json);

}  // namespace heed
