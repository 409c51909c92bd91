#include "src/report/notice.h"

#include <algorithm>

#include "src/base/json.h"
#include "src/base/text.h"

namespace heed {
namespace {

bool IsEmail(std::string_view text) {
  const auto at = text.find('@');
  return at != text.npos && at > 0 && text.find('@', at + 1) == text.npos && text.find('.', at) != text.npos && text.find(' ') == text.npos && text.back() != '.';
}

bool Blank(const std::vector<std::string>& list) {
  return std::ranges::all_of(list, [](const std::string& one) { return Trim(one).empty(); });
}

}  // namespace

Result<Section5Notice> ParseNotice(std::string_view json) {
  JsonParser parser;
  const auto root = HEED_TRY(parser.Parse(json));
  if (!root.IsObject()) return Fail(Fault::kInvalid, "the notice is not a JSON object");
  Section5Notice notice;
  std::optional<Error> wrong;
  const std::vector<std::string_view> known = {"complainant",    "email",             "statement",          "locations", "why_defamatory",    "meaning", "inaccurate",
                                               "unsupported",    "poster_unknown",    "name_may_be_given",  "email_may_be_given", "earlier", "complainant_agreed"};
  root.EachMember([&](std::string_view key, Json value) {
    const auto bad = [&](std::string_view kind) {
      if (!wrong) wrong = Error{Fault::kInvalid, "\"" + std::string(key) + "\" must be " + std::string(kind)};
    };
    const auto text = [&](std::string& to) {
      if (const auto read = value.String()) to = *read;
      else bad("a text");
    };
    const auto list = [&](std::vector<std::string>& to) {
      if (!value.IsArray()) return bad("a list of texts");
      value.Each([&](Json one) {
        if (const auto read = one.String()) to.emplace_back(*read);
        else bad("a list of texts");
      });
    };
    const auto yes_no = [&](std::optional<bool>& to) {
      to = value.Bool();
      if (!to) bad("true or false");
    };
    if (key == "complainant") text(notice.complainant);
    else if (key == "email") text(notice.email);
    else if (key == "statement") text(notice.statement);
    else if (key == "locations") list(notice.locations);
    else if (key == "why_defamatory") text(notice.why_defamatory);
    else if (key == "meaning") text(notice.meaning);
    else if (key == "inaccurate") list(notice.inaccurate);
    else if (key == "unsupported") list(notice.unsupported);
    else if (key == "poster_unknown") yes_no(notice.poster_unknown);
    else if (key == "name_may_be_given") yes_no(notice.name_may_be_given);
    else if (key == "email_may_be_given") yes_no(notice.email_may_be_given);
    else if (key == "earlier") list(notice.earlier);
    else if (key == "complainant_agreed") {
      std::optional<bool> agreed;
      yes_no(agreed);
      notice.complainant_agreed = agreed.value_or(false);
    } else if (!wrong) {
      wrong = Error{Fault::kInvalid, "unknown key \"" + std::string(key) + "\"" + DidYouMean(key, known)};
    }
  });
  if (wrong) return Fail(*wrong);
  return notice;
}

std::vector<std::string> MissingFrom(const Section5Notice& notice, const std::vector<std::string>& school_names) {
  std::vector<std::string> missing;
  const auto need = [&](bool there, std::string words) {
    if (!there) missing.push_back(std::move(words));
  };
  const auto name = Trim(notice.complainant);
  need(!name.empty(), "complainant: the name of the person defamed");
  for (const auto& school : school_names)
    if (!name.empty() && EqualsIgnoreCase(name, school)) missing.push_back("complainant: a person, not the school; only somebody the words are about can complain");
  need(notice.complainant_agreed, "complainant_agreed: that person has agreed to this notice in writing");
  need(!notice.email.empty() && IsEmail(Trim(notice.email)), "email: an address at which the complainant is reached");
  need(!Trim(notice.statement).empty(), "statement: the words complained of");
  need(!notice.locations.empty() && std::ranges::all_of(notice.locations, [](const std::string& place) { return StartsWithIgnoreCase(place, "http://") || StartsWithIgnoreCase(place, "https://"); }),
       "locations: every address where the words stand, with https://; only those listed have to be removed");
  need(!Trim(notice.why_defamatory).empty(), "why_defamatory: why the words are defamatory of the complainant");
  need(!Trim(notice.meaning).empty(), "meaning: what the complainant says the words mean");
  need(!Blank(notice.inaccurate) || !Blank(notice.unsupported), "inaccurate or unsupported: what in them is factually wrong, or which opinions no fact supports");
  need(notice.poster_unknown == true, "poster_unknown: the complainant does not know enough about the poster to bring proceedings; where the poster is known there is no section 5 notice: speak to them, or take legal advice");
  need(notice.name_may_be_given.has_value(), "name_may_be_given: whether the poster may be told the complainant's name, true or false");
  need(notice.email_may_be_given.has_value(), "email_may_be_given: whether the poster may be told the complainant's e-mail address, true or false");
  return missing;
}

Result<std::string> WriteNotice(const Section5Notice& notice, const std::vector<std::string>& school_names) {
  const auto missing = MissingFrom(notice, school_names);
  if (!missing.empty()) return Fail(Fault::kInvalid, "the notice is not complete, so it is not written:\n" + Join(missing, "\n"));
  std::string out = "NOTICE OF COMPLAINT\nDefamation Act 2013, section 5; Defamation (Operators of Websites) Regulations 2013, regulation 2\n\n";
  auto part = [&, number = 0](std::string_view title, std::string_view text) mutable { out += std::to_string(++number) + ". " + std::string(title) + "\n" + std::string(Trim(text)) + "\n\n"; };
  const auto lines = [](const std::vector<std::string>& list) {
    std::string all;
    for (const auto& one : list)
      if (!Trim(one).empty()) all += "- " + std::string(Trim(one)) + "\n";
    return all;
  };
  const auto consent = [](bool yes, std::string_view what) { return std::string("The complainant ") + (yes ? "consents" : "does not consent") + " to the operator giving the poster the complainant's " + std::string(what) + ".\n"; };
  part("The complainant", notice.complainant);
  part("The statement complained of", notice.statement);
  part("Why it is defamatory of the complainant", notice.why_defamatory);
  part("Where on the website it was posted", lines(notice.locations));
  part("E-mail address at which the complainant can be contacted", notice.email);
  part("The meaning the complainant attributes to the statement", notice.meaning);
  if (!Blank(notice.inaccurate)) part("Aspects believed to be factually inaccurate", lines(notice.inaccurate));
  if (!Blank(notice.unsupported)) part("Opinions believed not to be supported by fact", lines(notice.unsupported));
  part("Confirmation", "The complainant confirms that they do not have sufficient information about the person who posted the statement to bring proceedings against that person.");
  part("Consent", consent(*notice.name_may_be_given, "name") + consent(*notice.email_may_be_given, "e-mail address"));
  if (notice.earlier.size() >= 2)
    part("Earlier notices", "Two or more notices of complaint about the same statement, or one conveying the same imputation, by the same poster were sent before (Schedule, paragraph 9):\n" + lines(notice.earlier));
  return out;
}

Result<ContentNotice> ParseContentNotice(std::string_view json) {
  JsonParser parser;
  const auto root = HEED_TRY(parser.Parse(json));
  if (!root.IsObject()) return Fail(Fault::kInvalid, "the notice is not a JSON object");
  ContentNotice notice;
  const std::vector<std::pair<std::string_view, std::string*>> texts = {{"law", &notice.law},           {"facts", &notice.facts},       {"intent", &notice.intent}, {"no_defence", &notice.no_defence},
                                                                        {"found", &notice.found},       {"affected", &notice.affected}, {"notifier", &notice.notifier}, {"email", &notice.email},
                                                                        {"earlier", &notice.earlier}};
  std::vector<std::string_view> known = {"locations", "good_faith"};
  for (const auto& [key, to] : texts) known.push_back(key);
  std::optional<Error> wrong;
  root.EachMember([&](std::string_view key, Json value) {
    const auto bad = [&](std::string_view kind) {
      if (!wrong) wrong = Error{Fault::kInvalid, "\"" + std::string(key) + "\" must be " + std::string(kind)};
    };
    if (const auto text = std::ranges::find(texts, key, &std::pair<std::string_view, std::string*>::first); text != texts.end()) {
      if (const auto read = value.String()) *text->second = *read;
      else bad("a text");
    } else if (key == "locations") {
      if (!value.IsArray()) return bad("a list of texts");
      value.Each([&](Json one) {
        if (const auto read = one.String()) notice.locations.emplace_back(*read);
        else bad("a list of texts");
      });
    } else if (key == "good_faith") {
      if (const auto read = value.Bool()) notice.good_faith = *read;
      else bad("true or false");
    } else if (!wrong) {
      wrong = Error{Fault::kInvalid, "unknown key \"" + std::string(key) + "\"" + DidYouMean(key, known)};
    }
  });
  if (wrong) return Fail(*wrong);
  return notice;
}

std::vector<std::string> MissingFrom(const ContentNotice& notice) {
  std::vector<std::string> missing;
  const auto need = [&](bool there, std::string words) {
    if (!there) missing.push_back(std::move(words));
  };
  need(!Trim(notice.law).empty(), "law: which law, or which rule of the platform, it breaks");
  need(!Trim(notice.facts).empty(), "facts: what is said, about whom and to whom, in facts and not in adjectives");
  need(!Trim(notice.intent).empty(), "intent: what shows that it was meant, or that the author knew it to be false");
  need(!Trim(notice.no_defence).empty(), "no_defence: why no defence is apparent, such as that it is true, or a joke nobody could take seriously");
  need(!notice.locations.empty() && std::ranges::all_of(notice.locations, [](const std::string& place) { return StartsWithIgnoreCase(place, "http://") || StartsWithIgnoreCase(place, "https://"); }),
       "locations: every exact address, with https://");
  need(!Trim(notice.affected).empty(), "affected: who is affected: a member of staff, a pupil, a group");
  need(!Trim(notice.notifier).empty(), "notifier: the name of who sends it");
  need(!notice.email.empty() && IsEmail(Trim(notice.email)), "email: an address at which they are reached");
  need(notice.good_faith, "good_faith: that they believe in good faith that all this is accurate and complete");
  return missing;
}

Result<std::string> WriteNotice(const ContentNotice& notice) {
  const auto missing = MissingFrom(notice);
  if (!missing.empty()) return Fail(Fault::kInvalid, "the notice is not complete, so it is not written:\n" + Join(missing, "\n"));
  std::string out = "NOTICE OF ILLEGAL CONTENT\nwith what Article 16 of the Digital Services Act asks of such a notice, and section 192 of the Online Safety Act 2023 of who decides on it\n\n";
  auto part = [&, number = 0](std::string_view title, std::string_view text) mutable {
    if (!Trim(text).empty()) out += std::to_string(++number) + ". " + std::string(title) + "\n" + std::string(Trim(text)) + "\n\n";
  };
  std::string places;
  for (const auto& one : notice.locations) places += std::string(Trim(one)) + "\n";
  part("Where it is", places);
  part("How else it is told from others", notice.found);
  part("What it breaks", notice.law);
  part("What is said or shown", notice.facts);
  part("What shows that it was meant", notice.intent);
  part("Why no defence is apparent", notice.no_defence);
  part("Who is affected", notice.affected);
  part("Earlier reports", notice.earlier);
  part("Who sends this notice", std::string(Trim(notice.notifier)) + ", " + std::string(Trim(notice.email)));
  part("Good faith", "The sender believes in good faith that what stands here is accurate and complete.");
  out += "Please confirm that you have received this notice, and tell us what you decide and how it can be complained of.\n";
  return out;
}

}  // namespace heed
