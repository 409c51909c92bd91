#include "src/console/letters.h"

#include <algorithm>
#include <iterator>

#include "src/base/check.h"
#include "src/base/text.h"
#include "src/base/time.h"

namespace heed {
namespace {

constexpr Letter kLetters[] = {
    {ResponseKind::kAskAuthor, "Ask the author to remove it", "The text below is sent by the school to the author, by the way you choose. heed sends nothing by itself.", "the author of the post",
     "Dear [[name]],\n\non {posted} you published a post on {platform} that mentions {school}. Our code of conduct for everyone who belongs to the school asks for the same courtesy online as in "
     "person. {clause}\n\nWe ask you to take the post down by [[date]] and not to publish it again. If something at school has gone wrong we want to hear about it: please write to "
     "[[name of the mentor or progress leader]], or use our complaints procedure, which you find at [[address of the procedure]].\n\nYours sincerely\n[[name]], Headteacher\n{school}\n", {"{school}", "{posted}", "{platform}"}},
    {ResponseKind::kReport, "Report it to the platform", "The platform's abuse report is sent in the school's name, once, after the hold. The platform decides.", "",
     "A post that breaks your rules ({category}) about people at {school}, a school. [[which rule, and where in the post, described without repeating the words]]\n", {"{category}"}},
    {ResponseKind::kLetter, "Letter asking that it stops", "The letter is printed or mailed by the school office once it is approved.", "the author of the post",
     "Dear [[name]],\n\na post of {posted} on {platform} about {school} has come to our attention. It goes against our code of conduct. {clause}\n\nI ask you to stop publishing such posts, and "
     "to remove this one. I would rather talk than write: please ring the office on [[telephone]] to arrange a conversation.\n\nConcerns and complaints remain welcome, through the complaints "
     "procedure at [[address of the procedure]]. If such posts go on, the governors may consider further steps, which I would tell you of beforehand.\n\nYours sincerely\n[[name]], "
     "Headteacher\n{school}\n", {"{school}", "{posted}", "{clause}"}},
    {ResponseKind::kMeeting, "Invitation to meet the headteacher", "The invitation is sent by the school office once it is approved.", "the author of the post",
     "Dear [[name]],\n\nI would like to talk with you about a post of {posted} on {platform} that mentions {school}, and about what led to it. Would [[date and time]] at [[place]] suit you? You are "
     "welcome to bring somebody with you.\n\nBefore we meet I will have looked into what happened, and I would like to hear your side.\n\nYours sincerely\n[[name]], Headteacher\n{school}\n", {"{school}", "{posted}", "[[date and time]]"}},
    {ResponseKind::kRestrict, "Limits on how the school answers messages", "The letter says what changes, for how long, and when it will be looked at again.", "the author of the post",
     "Dear [[name]],\n\nafter our letter of [[date]] further posts were published that go against our code of conduct. {clause}\n\nFrom [[date]] until [[date]] please send messages only to "
     "[[one address]]. We will answer once a week. This does not touch what concerns your child's safety or learning: for that, ring the office as always.\n\nI have considered what you told us on "
     "[[date]]. We will look at this again on [[date]]; you may write to the chair of governors at [[address]] if you think it wrong.\n\nYours sincerely\n[[name]], Headteacher\n{school}\n", {"{school}", "{clause}", "[[date]]"}},
    {ResponseKind::kBan, "Time-limited ban from the site", "A serious step: it needs legal advice, an end date, and a way for the parent to answer first.", "the author of the post",
     "Dear [[name]],\n\nI have been told of a post of {posted} on {platform} about {school} which goes against our code of conduct. {clause} I am concerned about the safety of staff and pupils.\n\nUntil "
     "[[date]] you may not come onto the school's site without my leave in writing. Somebody else may bring and collect your child; where that is not possible, ring [[telephone]].\n\nPlease "
     "write to me by [[date]] if you want me to consider anything before I decide whether this should go on. You may also write to the chair of governors at [[address]].\n\nYours "
     "sincerely\n[[name]], Headteacher\n{school}\n", {"{school}", "{posted}", "{clause}", "[[date]]"}},
    {ResponseKind::kBullying, "Serious incident of bullying", "It is recorded as such and handled by the pastoral team. Nothing leaves the school.", "the pastoral team",
     "Recorded as a serious incident of bullying: [[who is affected, and who looks after them]]. Next step: [[what, by whom, by when]].\n"},
    {ResponseKind::kHelpline, "Professionals' or harmful-content helpline", "The helpline is told of the post once it is approved. It can press the platform where a report had no answer.", "the helpline",
     "{school} asks for help with a post on {platform} ({category}). It was reported to the platform on [[date]], reference [[reference]], and is still there. [[what it does to whom, described without "
     "repeating the words]]\n", {"{school}", "{platform}", "[[reference]]"}},
    {ResponseKind::kPolice, "Police", "In an emergency ring 999 first and write it down here afterwards. Otherwise 101 or the online form, once it is approved.", "the police",
     "Reported by [[999, 101 or online]] on [[date and time]], reference [[reference]]. [[what was told]]\n", {"[[date and time]]"}},
    {ResponseKind::kLegal, "Legal or local-authority advice", "An evidence pack is prepared for the adviser you name, once it is approved.", "[[adviser]]",
     "Please advise {school} on a post of {posted} on {platform}. [[what you want to know]] The evidence pack of this case goes with this request.\n", {"{school}"}},
    {ResponseKind::kHide, "Hide it at the school's own place", "heed hides the comment or reply on the school's own channel or Page, once, after the hold. It is not deleted.", "",
     "It is hidden at the school's own place because it breaks the code of conduct. {clause}\n", {}},
    {ResponseKind::kComplaints, "Point to the complaints procedure", "The school answers, if it wishes to, with the way a concern can be raised. The post stays.", "the author of the post",
     "Thank you for telling us what you think about {school}. We would like to put it right where we can. The quickest way is to talk to [[name of the mentor or progress leader]]; our complaints "
     "procedure is at [[address of the procedure]]. You will have an acknowledgement within two working days.\n\n[[name]]\n{school}\n", {"{school}"}},
};

void Replace(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) text.replace(at, what.size(), with);
}

}  // namespace

const Letter& LetterFor(ResponseKind kind) {
  const auto found = std::find_if(std::begin(kLetters), std::end(kLetters), [&](const Letter& letter) { return letter.kind == kind; });
  HEED_CHECK(found != std::end(kLetters));
  return *found;
}

std::string FillLetter(std::string_view from, const Case& c, const School* school, std::string_view platform) {
  std::string text(from);
  std::string clause;
  std::optional<Category> category;
  if (c.decision) clause = c.decision->clause, category = c.decision->category;
  Replace(text, "{school}", school ? std::string_view(school->name) : std::string_view(c.school));
  Replace(text, "{posted}", FormatLocal(c.posted_at).substr(0, FormatLocal(c.posted_at).rfind(' ')));
  Replace(text, "{platform}", platform);
  Replace(text, "{category}", category ? ToString(*category) : std::string_view("[[what it is]]"));
  Replace(text, "{clause}", "It says: “" + (clause.empty() ? "[[the words of the code of conduct]]" : clause) + "”.");
  return text;
}

std::vector<std::string> OpenPlaces(std::string_view text) {
  std::vector<std::string> places;
  for (auto at = text.find("[["); at != text.npos; at = text.find("[[", at + 2)) {
    const auto end = text.find("]]", at);
    places.emplace_back(text.substr(at, end == text.npos ? 40 : end + 2 - at));
    if (places.size() == 20) break;
  }
  return places;
}

std::vector<std::string> CheckLetterText(const Letter& letter, std::string_view text) {
  constexpr std::size_t kMost = 10'000;
  static constexpr std::array<std::string_view, 5> kFields = {"{school}", "{posted}", "{platform}", "{category}", "{clause}"};
  std::vector<std::string> wrong;
  if (Trim(text).empty()) return {"Write the text, or go back to the one heed comes with"};
  if (text.size() > kMost) wrong.emplace_back("Keep it under 10,000 characters");
  for (const auto need : letter.needs)
    if (!need.empty() && text.find(need) == std::string_view::npos) wrong.push_back("Put " + std::string(need) + " somewhere: no such letter should leave without it");
  for (auto at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const auto end = text.find('}', at);
    const std::string_view field = text.substr(at, end == std::string_view::npos ? 20 : end + 1 - at);
    if (std::ranges::find(kFields, field) != kFields.end()) continue;
    std::vector<std::string_view> known(kFields.begin(), kFields.end());
    wrong.push_back("heed does not know " + std::string(field.substr(0, 40)) + DidYouMean(field.substr(0, 40), known) + "; places that people fill in stand in [[double brackets]]");
    if (wrong.size() > 10) break;
  }
  std::size_t depth = 0;
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text.substr(at, 2) == "[[") ++depth, ++at;
    else if (text.substr(at, 2) == "]]" && depth > 0) --depth, ++at;
    if (depth > 1) break;
  }
  if (depth > 0) wrong.emplace_back("A place begins with [[ and does not end with ]]");
  return wrong;
}

std::string LetterPaper(ResponseKind kind, std::string_view school) {
  return "letter/" + std::string(ToString(kind)) + (school.empty() ? "" : "/" + std::string(school));
}

Result<std::string> LetterText(const Store& store, ResponseKind kind, std::string_view school) {
  if (!school.empty())
    if (auto own = HEED_TRY(store.NewestPaper(LetterPaper(kind, school))); own && !own->text.empty()) return std::move(own->text);
  if (auto all = HEED_TRY(store.NewestPaper(LetterPaper(kind, ""))); all && !all->text.empty()) return std::move(all->text);
  return std::string(LetterFor(kind).text);
}

bool IsLetter(ResponseKind kind) {
  return kind == ResponseKind::kAskAuthor || kind == ResponseKind::kLetter || kind == ResponseKind::kMeeting || kind == ResponseKind::kRestrict || kind == ResponseKind::kBan ||
         kind == ResponseKind::kComplaints;
}

}  // namespace heed
