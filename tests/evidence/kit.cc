#include "tests/evidence/kit.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "src/base/file.h"
#include "src/casework/observe.h"

namespace heed {

const Instant kStart = *ParseRfc3339("2026-11-02T08:00:00Z");

const std::vector<std::string> kWords = {
    "Oakmoor School teachers are all <b>scum</b> & \"liars\"",
    "=HYPERLINK(\"http://evil.example\",\"Oakmoor School\")",
    "Oakmoor School \xF0\x9F\x98\xA1 \xD9\x85\xD8\xAF\xD8\xB1\xD8\xB3\xD8\xA9 \xD7\xA2\xD7\x91\xD7\xA8\xD7\x99\xD7\xAA \xE0\xA4\xB9\xE0\xA4\xBF\xE0\xA4\xA8\xE0\xA5\x8D\xE0\xA4\xA6\xE0\xA5\x80 \xE4\xB8\xAD\xE6\x96\x87 "
    "\xC5\xB5\xC5\xB7 dysgu Cymraeg",
    "Oakmoor School\n</blockquote><script>alert(1)</script> \xE2\x80\xAEtxet denrut",
    "my son Jake Holt at Oakmoor School was hit by Mr Penhallow, ask @brackwellmum or jake@home.example, 01632 960 123, BD1 1AA https://social.example/@jake",
};

Post Theirs() {
  Post post;
  post.platform = "mastodon";
  post.native_id = "114000001";
  post.global_id = "https://social.example/users/crow/statuses/114000001";
  post.permalink = "https://social.example/@crow/114000001";
  post.text = "Oakmoor School teachers are all scum";
  return post;
}

namespace {

Post APost(std::size_t n, std::string text, std::string_view version) {
  Post post;
  post.platform = "mastodon";
  post.instance = "social.example";
  post.native_id = std::to_string(n);
  post.global_id = "https://social.example/posts/" + std::to_string(n);
  post.version_id = version;
  post.permalink = "https://social.example/@crow/" + std::to_string(n);
  post.author = {"acct-" + std::to_string(n), "crow" + std::to_string(n), "Crow <b>" + std::to_string(n)};
  post.text = std::move(text);
  post.created_at = kStart - hours{3};
  post.first_seen_at = kStart;
  post.media = {{"image", "https://social.example/picture.png", "a picture"}};
  return post;
}

Assessment Bad() {
  Assessment assessment;
  assessment.mention = {true, 6, {{"name \"Oakmoor School\"", 6, 0, 14}}};
  assessment.flag = true;
  assessment.severity = 3;
  assessment.priority = 600;
  assessment.hits = {{"abuse.word", Category::kAbuse, 3, 0, 7, View::kPlain, "an insult"}};
  assessment.categories = {Category::kAbuse};
  return assessment;
}

}  // namespace

Kit::Kit(std::size_t cases) {
  auto opened = Store::Open(folder_.path());
  HEED_CHECK(opened.has_value());
  store_ = *std::move(opened);
  PageCommit page;
  page.source = "src-oakmoor";
  page.at = kStart;
  for (std::size_t n = 1; n <= cases; ++n) page.posts.push_back({"oakmoor", APost(n, n <= kWords.size() ? kWords[n - 1] : kWords[0] + " number " + std::to_string(n), "1"), Bad()});
  HEED_CHECK(store_->Commit(page, Observe).has_value());
  if (cases < 3) return;
  page.posts = {{"oakmoor", APost(2, "Oakmoor School, edited", "2"), Bad()}};
  page.at = kStart + hours{1};
  HEED_CHECK(store_->Commit(page, Observe).has_value());
}

void Kit::Attach(CaseId id, CapturedPost captured, std::string_view actor, Instant at) {
  Change change;
  change.after = store_->FindCase(id).value();
  Event& event = change.events.emplace_back();
  event.case_id = id;
  event.kind = EventKind::kCaptured;
  event.at = at;
  event.actor = actor;
  event.details = WriteCapture(captured.capture);
  event.attachment = std::move(captured.bytes);
  ++change.after.events;
  ASSERT_TRUE(store_->Record(change));
}

PackRequest Kit::Request(std::vector<CaseId> cases, std::string_view file) {
  PackRequest request;
  request.cases = std::move(cases);
  request.output = folder_ / file;
  request.school_names = {{"oakmoor", "Oakmoor School"}};
  request.clauses["oakmoor"][Category::kAbuse] = "Aggressive or abusive messages";
  request.timezone = "Europe/London";
  request.pdf = PackRequest::Pdf::kNever;
  auto key = OpenSigningKey(folder_ / "keys");
  EXPECT_TRUE(key) << key.error().message();
  request.key = *key;
  return request;
}

PackMade Kit::Make(const PackRequest& request) {
  auto made = MakePack(*store_, request);
  EXPECT_TRUE(made) << made.error().message();
  return made ? *made : PackMade{};
}

std::string Kit::Unpack(std::string_view zip, std::string_view into) {
  const Shell unzip = InShell("mkdir -p " + std::string(into) + " && unzip -q " + std::string(zip) + " -d " + std::string(into), folder_.path());
  EXPECT_EQ(unzip.code, 0) << unzip.out;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / into)) return entry.path().string();
  return {};
}

std::map<std::string, std::string> ReadTree(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[std::filesystem::relative(entry.path(), folder).string()] = ReadFile(entry.path().string()).value();
  return files;
}

}  // namespace heed
