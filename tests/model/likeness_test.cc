// What ties posts together beside their words: links and threads.
#include "src/model/likeness.h"

#include <gmock/gmock.h>

namespace heed {
namespace {

using ::testing::ElementsAre;

TEST(Links, AreComparedWithoutWhatTellsOnlyWhereTheyWereClicked) {
  const struct {
    const char *text, *link;
  } cases[] = {
      {"see https://www.petition.example/sack-him?utm_source=x&fbclid=1#top now", "petition.example/sack-him"},
      {"http://PETITION.example/sack-him/", "petition.example/sack-him"},
      {"(https://m.petition.example/sack-him).", "petition.example/sack-him"},
      {"https://video.example/watch?v=Abc&si=9", "video.example/watch?v=Abc"},
      {"https://video.example/watch?si=9&v=Abc", "video.example/watch?v=Abc"},
      {"HTTPS://a.example/B", "a.example/B"},
  };
  for (const auto& each : cases) {
    Post post;
    post.text = each.text;
    EXPECT_THAT(LinksOf(post), ElementsAre(each.link)) << each.text;
  }
}

TEST(Links, LeaveOutHomePagesAndWhatIsNone) {
  Post post;
  post.text = "https://oakmoor.example https://www.oakmoor.example/ ftp://x.example/a :// http:// https://?a mailto:a@b.example";
  EXPECT_THAT(LinksOf(post), ElementsAre());
  post.text = std::string("https://x.example/") + std::string(5000, 'a');
  EXPECT_TRUE(LinksOf(post).empty()) << "nobody types that";
  post.text.clear();
  for (int i = 0; i < 100; ++i) post.text += "https://x.example/" + std::to_string(i) + " ";
  EXPECT_EQ(LinksOf(post).size(), 8u);
  post.text = "https://x.example/1";
  post.media = {{"link", "https://x.example/1", ""}, {"link", "https://y.example/2", ""}, {"image", "https://z.example/3", ""}};
  EXPECT_THAT(LinksOf(post), ElementsAre("x.example/1", "y.example/2"));
}

TEST(Answers, AreTheThreadsFirstPostAndTheOneRepliedTo) {
  Post post;
  post.global_id = "c";
  EXPECT_THAT(AnswersOf(post), ElementsAre());
  post.in_reply_to = "b";
  post.thread_root = "a";
  EXPECT_THAT(AnswersOf(post), ElementsAre("a", "b"));
  post.in_reply_to = "a";
  EXPECT_THAT(AnswersOf(post), ElementsAre("a"));
  post.in_reply_to = post.thread_root = "c";
  EXPECT_THAT(AnswersOf(post), ElementsAre()) << "a post that names itself";
}

}  // namespace
}  // namespace heed
