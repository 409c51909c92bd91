#include "src/report/guide.h"

#include <algorithm>

#include "src/base/text.h"

namespace heed {

std::string_view Guide::ReasonFor(Category category) const {
  const auto at = std::ranges::find(kCategories, category);
  return at == kCategories.end() ? std::string_view() : reasons[static_cast<std::size_t>(at - kCategories.begin())];
}

// Reasons in the order threat, discrimination, abuse, defamation, bullying, incitement.
const std::vector<Guide>& Guides() {
  static const std::vector<Guide> guides = {
      {"facebook", "Facebook", {"facebook.com", "fb.com"}, "the three dots at the post, then \"Report post\"; for a false statement that does serious harm: https://www.facebook.com/help/contact/319149701968527 (Legal Removal Request)", true,
       {"Violence, hate or exploitation: Credible threat to safety", "Bullying, harassment or abuse: Hate", "Bullying, harassment or abuse", "Legal Removal Request: defamation", "Bullying, harassment or abuse: Someone under 18", "Bullying, harassment or abuse"},
       0, {"a screenshot of the post with its date and address"},
       {"Open the post while signed in as the school's page or a work account, never a private one", "Three dots, Report post", "Pick the reason", "Where there is a field, paste the text", "For the Legal Removal Request: country United Kingdom, the address of the post, the law, the text, the screenshot, who you are", "Note the number or date here"},
       "Support Inbox (Settings, Help and support)", "Support Inbox, and e-mail", "ask for a review in the Support Inbox once; after 48 hours POSH can take it up",
       "Open the address signed in as the school's page. \"This content isn't available\" can be deleted, removed or shown to fewer people: not_visible_to_us where the page could be blocked, else gone_unknown; the Support Inbox says whether Facebook removed it (gone_by_platform)"},
      {"instagram", "Instagram", {"instagram.com"}, "the three dots at the post or comment, then \"Report\"; somebody who pretends to be the school: https://help.instagram.com/contact/636276399721841", false,
       {"Violence, hate or exploitation: Credible threat", "Bullying or unwanted contact: Hate speech", "Bullying or unwanted contact", "", "Bullying or unwanted contact: Someone under 18", "Bullying or unwanted contact"},
       0, {"a screenshot with date and address"},
       {"Open the post signed in as the school's account", "Three dots, Report", "Pick the reason", "Note the date here"},
       "", "Account status, Support requests, in the app", "ask for a review there once; after 48 hours POSH can take it up",
       "Open the address signed in as the school's account. \"Sorry, this page isn't available\" is gone_unknown; with \"This account is private\" it is not_visible_to_us; Support requests say whether Instagram removed it (gone_by_platform)"},
      {"x", "X", {"x.com", "twitter.com"}, "the three dots at the post, then \"Report post\"; private information, impersonation and UK law: https://help.x.com/en/forms", false,
       {"Violent speech", "Hate", "Abuse and harassment", "", "Abuse and harassment", "Privacy, or Abuse and harassment"},
       0, {"further posts of the same kind, where the form asks for context"},
       {"Open the post signed in as the school's account", "Three dots, Report post", "Say that it concerns somebody else or a group", "Pick the reason", "Add further posts as context where there are any", "Confirm, and note the date here"},
       "in the e-mail that follows", "e-mail to the reporting account; it may quote the post", "there is one appeal by the form; after 48 hours POSH can take it up",
       "Open the address in a window in which nobody is signed in, then once more signed in as the school's account. \"This post was deleted by its author\" is gone_by_author; \"violated the X Rules\" is gone_by_platform; \"account has been suspended\" or \"doesn't exist\" is account_gone; \"these posts are protected\" or \"blocked\" is not_visible_to_us; \"withheld\" or a warning to click through is up_limited; \"this page doesn't exist\" without a reason is gone_unknown; a blank page or an error is no finding: try again"},
      {"tiktok", "TikTok", {"tiktok.com"}, "hold the video or the comment, then \"Report\"; without an account: https://www.tiktok.com/legal/report/feedback", false,
       {"Violence, abuse and criminal exploitation", "Hate and harassment: Hate speech", "Hate and harassment: Harassment and bullying", "", "Hate and harassment: Harassment and bullying", "Hate and harassment"},
       0, {"the address of the video and of the account", "a screen recording, before it is gone"},
       {"Open the video signed in as the school's account, or the form", "Report, pick the reason", "\"Report illegal content\" only where a law is broken: name it", "Note the date here", "Tell POSH as well: TikTok itself names it as the best way for UK schools"},
       "", "in the app's inbox (System notifications)", "POSH reports to TikTok as its community partner; that is the way that works",
       "Open the address in a window in which nobody is signed in. \"Video currently unavailable\" is gone_unknown, \"This account is private\" is not_visible_to_us, \"Couldn't find this account\" is account_gone; the inbox says whether TikTok removed it (gone_by_platform)"},
      {"google", "Google reviews", {"google.com", "google.co.uk", "goo.gl", "maps.app.goo.gl"}, "https://support.google.com/business/workflow/9945796 (Reviews Management Tool), signed in as the owner of the Business Profile", false,
       {"Bullying or harassment", "Discrimination or hate speech", "Profanity, or bullying or harassment", "", "Bullying or harassment", "Personal information, or bullying or harassment"},
       0, {}, {"Open the tool, pick the school's profile", "Report a new review, find it, Report", "Pick the reason", "Come back to the tool after several days: it shows the decision"},
       "the tool's list", "in the tool, and by e-mail", "one appeal, in the tool. Google judges its policy and no dispute of fact: for that https://support.google.com/legal/answer/3110420",
       "Look for the review in the Reviews Management Tool: removed there is gone_by_platform, no longer listed gone_unknown"},
      {"trustpilot", "Trustpilot", {"trustpilot.com", "uk.trustpilot.com"}, "the flag at the review, signed in to the school's business account", true,
       {"Harmful or illegal", "Harmful or illegal", "Harmful or illegal", "Harmful or illegal: defamation", "Personal information", "Personal information"},
       0, {"what shows that the claim is false, for a defamation report"}, {"Open the review in the business account", "Flag, pick the reason, say which words", "Note the date here"},
       "the flag's e-mail", "e-mail", "one reason per report is looked at; another reason is another report and another decision",
       "Look for the review in the business account, then at its public address: hidden while it is looked into is up_limited, removed after a flag gone_by_platform, otherwise gone gone_unknown"},
      {"telegram", "Telegram", {"t.me", "telegram.me"}, "hold the message, then \"Report\"; by mail: abuse@telegram.org with the t.me address of the message", false,
       {"Violence", "Other", "Other", "", "Child abuse is for pictures only: Other", "Personal details"},
       0, {"the t.me address of the message"}, {"Copy the message's link", "Report it in the app, or send the mail with the text", "Note the date here"}, "", "seldom one", "POSH after 48 hours"},
      {"youtube", "YouTube", {"youtube.com", "youtu.be"}, "the three dots below the video or beside the comment, then \"Report\"; defamation: https://support.google.com/youtube/answer/6154230", false,
       {"Violent or repulsive content, or Hateful or abusive content", "Hateful or abusive content", "Harassment or bullying", "the legal form: defamation", "Harassment or bullying", "Harassment or bullying"},
       500, {}, {"Open it signed in as the school's account", "Three dots, Report, pick the reason", "Paste the text where there is a field", "Note the date here"},
       "Report history (youtube.com/reporthistory)", "Report history", "POSH after 48 hours"},
      {"nextdoor", "Nextdoor", {"nextdoor.co.uk", "nextdoor.com"}, "the three dots at the post, then \"Report\"", false, {"Threatening", "Discrimination", "Not respectful", "Not respectful", "Not respectful", "Shares private information"}, 0, {},
       {"A member opens the post: heed does not sign in there", "Three dots, Report, pick the reason", "Note the date here"}, "", "a notice in the app", "POSH after 48 hours"},
      {"forum", "Mumsnet, The Student Room and other boards", {"mumsnet.com", "thestudentroom.co.uk"}, "the \"Report\" link at the post", false, {"threat", "hate", "personal attack", "may be defamatory: use a section 5 notice where the poster is unknown", "personal attack", "personal information"}, 0, {},
       {"Report link at the post", "Paste the text", "Note the date here"}, "", "e-mail", "UK boards usually follow section 5 of the Defamation Act: `heed report notice` writes the notice"},
      {"whatsapp", "WhatsApp", {"whatsapp.com", "wa.me"}, "hold the message, then \"Report\"; only a member of the group can", false, {"", "", "", "", "", ""}, 0, {"an export of the chat by a member, handed in to the school"},
       {"A member who sees it reports it in the app", "heed neither joins nor reads groups"}, "", "none", "speak to the people concerned; POSH advises"},
      {"other", "another site", {}, "its \"report\" or \"contact\" link; UK sites must let people who are affected report illegal content, with or without an account (Online Safety Act 2023, s.20)", false,
       {"threat", "hate", "harassment or abuse", "legal notice", "bullying", "personal information or harassment"}, 0, {"a screenshot with date and address"},
       {"Find the site's report link or its contact for complaints", "Paste the text", "Attach the screenshot", "Note the date and any number here"}, "", "e-mail", "a complaint to the site under s.21 of the Online Safety Act; POSH; for a false statement by somebody unknown `heed report notice`"},
  };
  return guides;
}

const Guide* FindGuide(std::string_view platform) {
  for (const auto& guide : Guides())
    if (EqualsIgnoreCase(guide.platform, platform)) return &guide;
  return nullptr;
}

const Guide& GuideFor(const Post& post) {
  if (const auto* guide = FindGuide(post.platform)) return *guide;
  std::string_view host = post.permalink;
  if (const auto start = host.find("//"); start != host.npos) host.remove_prefix(start + 2);
  host = host.substr(0, host.find_first_of("/?#:"));
  const std::string small = LowerAscii(host);
  for (const auto& guide : Guides())
    for (const auto known : guide.hosts)
      if (small == known || (small.size() > known.size() && small.ends_with(known) && small[small.size() - known.size() - 1] == '.')) return guide;
  return *FindGuide("other");
}

const std::vector<Helpline>& Helplines() {
  static const std::vector<Helpline> lines = {
      {"posh", "Professionals Online Safety Helpline (POSH)", "anybody who works with children", "0344 381 4772, helpline@saferinternet.org.uk", "Monday to Friday, 10:00 to 16:00; 48 hours after the platform was told, or at once where a child may be in danger", true},
      {"rhc", "Report Harmful Content", "anybody of 13 or over", "https://reportharmfulcontent.com", "after the platform has been asked: online abuse, bullying or harassment, threats, impersonation, unwanted sexual advances, violent content, self-harm or suicide content, pornographic content", false},
  };
  return lines;
}

}  // namespace heed
