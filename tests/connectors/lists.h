// What the tests of connectors that read lists share: recordings, sources, and bytes gone wrong.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "connectors/connector.h"
#include "src/base/file.h"
#include "src/base/utf8.h"
#include "tests/connectors/bluesky_and_mastodon.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"

namespace heed::lists {

using social::ExpectGolden;
using social::GoldenInput;
using social::Mentions;
using social::ReadRun;
using social::WholeRun;

// The file of the recordings, which lie in $HEED_SHARED/recorded or ../shared/recorded; nullopt where they are not on this machine.
inline std::optional<std::string> Recording(const std::string& name) {
  const char* shared = std::getenv("HEED_SHARED");
  auto text = ReadFile((shared ? std::string(shared) : std::string(HEED_SOURCE_DIR) + "/../shared") + "/recorded/" + name);
  if (!text) return std::nullopt;
  return *std::move(text);
}

#define HEED_RECORDING(into, name)           \
  const auto into = ::heed::lists::Recording(name); \
  if (!into) GTEST_SKIP() << "../shared/recorded is not on this machine; set HEED_SHARED to the folder that holds `recorded`"

// `seed` with bytes changed, cut out, doubled and swapped, over and over, always in the same way.
template <typename Check>
void Damage(const std::string& seed, int times, const Check& check) {
  std::mt19937 dice(20311);
  const auto at = [&](const std::string& text) { return text.empty() ? 0 : dice() % text.size(); };
  for (int i = 0; i < times; ++i) {
    std::string text = seed;
    for (auto changes = 1 + dice() % 4; changes > 0; --changes) {
      switch (dice() % 5) {
        case 0: if (!text.empty()) text[at(text)] = static_cast<char>(dice()); break;
        case 1: text.erase(at(text), dice() % 40); break;
        case 2: text.insert(at(text), text.substr(at(text), dice() % 40)); break;
        case 3: text.resize(at(text)); break;
        default: {
          constexpr std::string_view kBits[] = {"null", "[]", "{}", "\"\"", "-1", "1e999", "true", "\"\\ud83d\"", "99999999999999999999"};
          text.insert(at(text), kBits[dice() % std::size(kBits)]);
        }
      }
    }
    check(text);
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << "with: " << text;
      return;
    }
  }
}

// What every post must be, whatever it was made from.
inline void ExpectSound(const Post& post) {
  std::string scratch;
  EXPECT_FALSE(post.platform.empty());
  EXPECT_FALSE(post.native_id.empty());
  EXPECT_FALSE(post.global_id.empty());
  EXPECT_TRUE(post.permalink.starts_with("https://") || post.permalink.starts_with("http://")) << post.permalink;
  EXPECT_TRUE(IsUtf8(JudgedText(post, scratch)));
  EXPECT_FALSE(post.author.handle.starts_with("@"));
}

inline std::string DumpAll(const std::vector<Post>& posts) {
  std::string all;
  for (const auto& post : posts) all += social::Dump(post) + "\n";
  return all;
}

inline School Oakmoor() {
  return {.id = "oakmoor", .name = "Oakmoor School", .names = {"Oakmoor School"}, .handles = {"oakmoorschool"}, .hashtags = {"OakmoorSchool"}, .domains = {"oakmoor.example"}};
}

}  // namespace heed::lists
