// What the tests of these two connectors share: goldens, recordings, and reading a source to its end.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "src/base/file.h"
#include "src/base/json.h"

namespace heed::social {

// One post as a line of JSON, fields that are empty left out.
inline std::string Dump(const Post& post) {
  JsonWriter out;
  const auto text = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) out.Field(key, value);
  };
  const auto time = [&](std::string_view key, std::optional<Instant> at) {
    if (at) text(key, FormatRfc3339(*at));
  };
  out.Object();
  text("platform", post.platform);
  text("instance", post.instance);
  text("native_id", post.native_id);
  text("global_id", post.global_id);
  text("version_id", post.version_id);
  text("permalink", post.permalink);
  text("author", post.author.id + " | " + post.author.handle + " | " + post.author.display_name);
  text("title", post.title);
  text("warning", post.warning);
  text("text", post.text);
  text("raw", post.raw);
  if (!post.raw.empty()) text("raw_format", ToString(post.raw_format));
  text("language", post.language);
  time("created_at", post.created_at);
  time("edited_at", post.edited_at);
  text("in_reply_to", post.in_reply_to);
  text("thread_root", post.thread_root);
  for (const auto& media : post.media) text("media", media.kind + " | " + media.url + " | " + media.description);
  const auto count = [&](std::string_view key, std::optional<std::uint64_t> value) {
    if (value) out.Field(key, *value);
  };
  count("replies", post.counts.replies);
  count("reposts", post.counts.reposts);
  count("likes", post.counts.likes);
  count("quotes", post.counts.quotes);
  if (post.signed_in_only) out.Field("signed_in_only", true);
  out.EndObject();
  return out.Take();
}

// Compares with tests/golden/connectors/NAME.  HEED_UPDATE_GOLDEN=1 writes it instead: read the difference.
inline void ExpectGolden(const std::string& name, const std::string& actual) {
  const auto path = std::string(HEED_SOURCE_DIR) + "/tests/golden/connectors/" + name;
  if (std::getenv("HEED_UPDATE_GOLDEN")) {
    ASSERT_TRUE(WriteFile(path, actual));
    return;
  }
  const auto expected = ReadFile(path);
  ASSERT_TRUE(expected) << expected.error().message();
  EXPECT_EQ(*expected, actual) << name;
}

inline std::string GoldenInput(const std::string& name) {
  auto text = ReadFile(std::string(HEED_SOURCE_DIR) + "/tests/golden/connectors/" + name);
  EXPECT_TRUE(text) << text.error().message();
  return text ? *text : "";
}

// The file of ../shared/recorded (or of $HEED_SHARED/recorded), or nullopt where the recordings are not on this machine.
inline std::optional<std::string> Recorded(const std::string& name) {
  const char* shared = std::getenv("HEED_SHARED");
  auto text = ReadFile((shared ? std::string(shared) : std::string(HEED_SOURCE_DIR) + "/../shared") + "/recorded/" + name);
  if (!text) return std::nullopt;
  return *std::move(text);
}

inline School Oakmoor() {
  School school;
  school.id = "oakmoor";
  school.name = "Oakmoor School";
  school.names = {"Oakmoor School"};
  school.hashtags = {"oakmoor"};
  return school;
}

inline bool Mentions(const std::vector<std::string>& notes, std::string_view words) {
  for (const auto& note : notes)
    if (note.find(words) != note.npos) return true;
  return false;
}

// What one run gave: Fetch until there is no more.
struct WholeRun {
  std::vector<Post> posts;
  std::vector<std::string> notes;
  std::vector<Gap> gaps;
  std::vector<seconds> waits;
  std::optional<Instant> sign_in_ends;  // as the last page that told of it did
  std::string quota;                    // likewise
  std::optional<Error> error;
  Cursor cursor;
  int pages = 0;

  std::vector<std::string> Texts() const {
    std::vector<std::string> texts;
    for (const auto& post : posts) texts.push_back(post.text);
    return texts;
  }
};

inline WholeRun ReadRun(Connector& connector, Cursor cursor = {}, int most = 500) {
  WholeRun run;
  run.cursor = std::move(cursor);
  while (run.pages < most) {
    auto page = connector.Fetch(run.cursor);
    if (!page) {
      run.error = page.error();
      return run;
    }
    ++run.pages;
    for (auto& post : page->posts) run.posts.push_back(std::move(post));
    for (auto& note : page->notes) run.notes.push_back(std::move(note));
    if (page->gap) run.gaps.push_back(*page->gap);
    if (page->wait) run.waits.push_back(*page->wait);
    if (page->sign_in_ends) run.sign_in_ends = page->sign_in_ends;
    if (!page->quota.empty()) run.quota = page->quota;
    run.cursor = page->next;
    if (!page->more) return run;
  }
  ADD_FAILURE() << "still more after " << most << " pages";
  return run;
}

}  // namespace heed::social
