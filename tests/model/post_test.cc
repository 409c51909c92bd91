// What of a post is judged, and what makes an edit a new version.
#include "src/model/post.h"

#include <gtest/gtest.h>

#include "src/model/category.h"

namespace heed {
namespace {

TEST(Post, IsJudgedWithItsWarningTitleAndImageDescriptions) {
  Post post;
  post.text = "body";
  std::string scratch;
  EXPECT_EQ(JudgedText(post, scratch).data(), post.text.data()) << "a plain post is not copied";
  post.warning = "cw";
  post.title = "head";
  post.media = {{"image", "", "alt one"}, {"image", "", ""}, {"image", "", "alt two"}};
  EXPECT_EQ(JudgedText(post, scratch), "cw\nhead\nbody\nalt one\nalt two");
}

TEST(Post, AnEditIsANewVersionWithOrWithoutThePlatformsHelp) {
  Post post;
  post.text = "one";
  const std::string first = ContentVersion(post);
  post.text = "two";
  EXPECT_NE(ContentVersion(post), first);
  post.version_id = "cid-7";
  EXPECT_EQ(ContentVersion(post), "cid-7");
}

TEST(Category, NamesReadBack) {
  for (const auto category : kCategories) EXPECT_EQ(ParseCategory(ToString(category)), category);
  for (const auto characteristic : kCharacteristics) EXPECT_EQ(ParseCharacteristic(ToString(characteristic)), characteristic);
  EXPECT_FALSE(ParseCategory("rudeness"));
}

}  // namespace
}  // namespace heed
