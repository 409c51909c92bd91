// What the Business Profile API answers, as posts.  Pure.
#include <algorithm>

#include "connectors/google/google.h"
#include "connectors/fields.h"
#include "src/base/text.h"

namespace heed {

using namespace fields;

std::string_view WithoutTranslation(std::string_view comment) {
  // "(Translated by Google) translated\n\n(Original)\nas written", or "as written\n\n(Translated by Google)\ntranslated".
  constexpr std::string_view kTranslated = "(Translated by Google)", kOriginal = "(Original)";
  const auto translated = comment.find(kTranslated);
  if (translated == comment.npos) return Trim(comment);
  if (const auto original = comment.find(kOriginal, translated); original != comment.npos) return Trim(comment.substr(original + kOriginal.size()));
  const auto before = Trim(comment.substr(0, translated));
  return before.empty() ? Trim(comment.substr(translated + kTranslated.size())) : before;
}

Result<GoogleReviews> ParseGoogleReviews(std::string_view body, std::string_view location) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto reviews = whole["reviews"];
  bool known = whole.IsObject();
  whole.EachMember([&](std::string_view key, Json) {
    known = known && (key == "reviews" || key == "averageRating" || key == "totalReviewCount" || key == "nextPageToken");
  });
  const bool none = !reviews && known && whole["totalReviewCount"].Int().value_or(0) == 0 && !whole["nextPageToken"];
  if (!reviews.IsArray() && !none) return Fail(Fault::kMalformed, "the answer is not a list of reviews");

  GoogleReviews page;
  page.given = reviews.size();
  page.next = whole["nextPageToken"].StringOr("");
  Skipped skipped;
  reviews.Each([&](Json review) {
    const auto created = TimeOf(review["createTime"]), updated = TimeOf(review["updateTime"]);
    const auto at = std::max(created, updated);
    if (at) page.newest = std::max(page.newest.value_or(*at), *at);
    auto name = std::string(review["name"].StringOr(""));
    const auto id = review["reviewId"].Id().value_or("");
    if (name.empty() && !id.empty()) name = std::string(location) + "/reviews/" + id;
    if (name.empty()) return skipped.Add("", "it has no id");
    const auto comment = review["comment"].StringOr("");
    const auto words = WithoutTranslation(comment);
    if (words.empty()) return;
    Post post;
    post.platform = "google";
    post.native_id = id.empty() ? name : id;
    post.global_id = "google:" + name;
    // A review has no address of its own here; this is where its owner finds and reports it.
    post.permalink = "https://business.google.com/reviews";
    const auto reviewer = review["reviewer"];
    if (reviewer["isAnonymous"].Bool() != true) post.author.display_name = reviewer["displayName"].StringOr("");
    post.text = words;
    if (words != comment) post.raw = comment;
    post.created_at = created;
    if (updated && updated != created) post.edited_at = updated;
    if (updated) post.version_id = FormatRfc3339(*updated);
    page.entries.push_back({std::move(post), at});
  });
  skipped.Tell(page.notes);
  return page;
}

}  // namespace heed
