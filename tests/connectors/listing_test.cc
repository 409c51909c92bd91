// Reading lists: which is next, when one ends, what is remembered of it.
#include "connectors/listing/listing.h"

#include "tests/connectors/lists.h"

namespace heed {
namespace {

using namespace lists;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A platform of lists of dates, three to a page.
class ListingTest : public testing::Test, public Connector {
 protected:
  Result<Page> Fetch(const Cursor& cursor) override {
    return ListReader(options).Read(cursor, roots, clock.Now(), [this](const ListQuestion& question) -> Result<ListAnswer> {
      asked.push_back(question.list.key + (question.sweep.next.empty() ? "" : " " + question.sweep.next));
      if (own) return own(question);
      ListAnswer answer;
      const auto& dates = lists[question.list.key];
      const auto begin = question.sweep.next.empty() ? 0u : static_cast<std::size_t>(std::stoi(question.sweep.next));
      for (auto i = begin; i < std::min(dates.size(), begin + 3); ++i) {
        Post post;
        post.native_id = question.list.key + " " + dates[i];
        answer.entries.push_back({post, ParseRfc3339(dates[i])});
        answer.newest = std::max(answer.newest.value_or(*ParseRfc3339(dates[i])), *ParseRfc3339(dates[i]));
      }
      if (begin + 3 < dates.size()) answer.next = std::to_string(begin + 3);
      return answer;
    });
  }
  WholeRun Run(Cursor cursor = {}) { return ReadRun(*this, std::move(cursor)); }

  FakeClock clock{"2031-03-02 08:00"};
  ListReader::Options options{.place = "here", .look_back = days{30}, .overlap = days{1}, .max_pages = 5};
  std::vector<Listing> roots = {{.key = "a", .about = ""}, {.key = "b", .about = ""}};
  std::map<std::string, std::vector<std::string>> lists;
  std::function<Result<ListAnswer>(const ListQuestion&)> own;
  std::vector<std::string> asked;
};

TEST_F(ListingTest, ReadsEachListDownToTheOverlapOfItsLastReading) {
  lists["a"] = {"2031-03-02T07:00:00Z", "2031-03-01T07:00:00Z", "2031-02-20T07:00:00Z", "2031-02-10T07:00:00Z", "2031-01-01T07:00:00Z"};
  const auto first = Run();
  EXPECT_EQ(first.posts.size(), 4u) << "thirty days back, no further";
  EXPECT_THAT(asked, ElementsAre("a", "a 3", "b"));
  asked.clear();
  const auto second = Run(first.cursor);
  EXPECT_EQ(second.posts.size(), 1u) << "a day of overlap";
  EXPECT_THAT(asked, ElementsAre("a", "a 3", "b"));  // a page holds the 1st, which is not old enough to end it
}

TEST_F(ListingTest, EndsWhereAPageHoldsNothingYoungEnough) {
  lists["a"] = {"2031-01-03T07:00:00Z", "2031-01-02T07:00:00Z", "2031-01-01T07:00:00Z", "2030-12-01T07:00:00Z"};
  Run();
  EXPECT_THAT(asked, ElementsAre("a", "b"));
}

TEST_F(ListingTest, ReadsWhatIsFoundOnTheWayUntilItsTimeIsOver) {
  own = [&](const ListQuestion& question) {
    ListAnswer answer;
    if (question.list.key == "a") answer.found = {{.key = "below", .about = "x", .until = *ParseRfc3339("2031-03-04T00:00:00Z")}, {.key = "late", .about = "", .until = *ParseRfc3339("2031-03-01T00:00:00Z")}};
    if (question.list.key == "below") EXPECT_EQ(question.list.about, "x");
    return answer;
  };
  auto run = Run();
  EXPECT_THAT(asked, ElementsAre("a", "b", "below"));
  own = [](const ListQuestion&) { return ListAnswer{}; };
  asked.clear();
  run = Run(run.cursor);
  EXPECT_THAT(asked, ElementsAre("a", "b", "below"));
  clock.Advance(days{3});
  asked.clear();
  run = Run(run.cursor);
  EXPECT_THAT(asked, ElementsAre("a", "b"));
  EXPECT_EQ(run.cursor.value.find("below"), std::string::npos);
}

TEST_F(ListingTest, ForgetsWhatIsToBeReadOnceAndWhatIsGone) {
  own = [&](const ListQuestion& question) {
    ListAnswer answer;
    const auto later = clock.Now() + days{9};
    if (question.list.key == "a" && question.sweep.pages == 0) answer.found = {{.key = "once", .about = "", .until = later, .once = true}, {.key = "gone", .about = "", .until = later}};
    answer.forget = question.list.key == "gone";
    return answer;
  };
  const auto run = Run();
  EXPECT_THAT(asked, ElementsAre("a", "b", "gone", "once"));
  EXPECT_EQ(run.cursor.value.find("once\""), run.cursor.value.npos);
  EXPECT_EQ(run.cursor.value.find("\"gone\""), run.cursor.value.npos);
}

TEST_F(ListingTest, FollowsNoMoreListsAtOnceThanAllowedAndSaysSo) {
  options.max_found = 2;
  own = [&](const ListQuestion& question) {
    ListAnswer answer;
    if (question.list.key == "a")
      for (int i = 0; i < 5; ++i) answer.found.push_back({.key = "f" + std::to_string(i), .about = "", .until = clock.Now() + days{1 + i}});
    return answer;
  };
  auto run = Run();
  own = [](const ListQuestion&) { return ListAnswer{}; };
  asked.clear();
  run = Run(run.cursor);
  EXPECT_THAT(asked, ElementsAre("a", "b", "f3", "f4"));  // the longest-lived stay
  EXPECT_TRUE(Mentions(run.notes, "3 of the oldest are followed no more"));
}

TEST_F(ListingTest, APlatformThatGoesRoundInCirclesIsEndedWithAGap) {
  own = [](const ListQuestion&) {
    ListAnswer answer;
    answer.next = "same";
    return answer;
  };
  auto run = Run();
  ASSERT_EQ(run.gaps.size(), 2u);
  EXPECT_THAT(run.gaps[0].why, HasSubstr("same page of a again and again"));
  own = [](const ListQuestion&) {
    ListAnswer answer;
    answer.start_over = true;
    return answer;
  };
  run = Run();
  ASSERT_EQ(run.gaps.size(), 2u);
  EXPECT_THAT(run.gaps[0].why, HasSubstr("loses its place"));
}

TEST_F(ListingTest, KeepsTheMarkOfAFinishedReadingAndTheMemoOfAnotherPlace) {
  std::vector<std::string> marks;
  own = [&](const ListQuestion& question) {
    ListAnswer answer;
    marks.push_back(question.mark);
    answer.mark = question.sweep.pages == 0 ? "m" + std::to_string(marks.size()) : "not this";
    if (question.sweep.pages == 0 && question.list.key == "a") answer.next = "2";
    question.memo["spent"] += "1";
    return answer;
  };
  roots.pop_back();
  auto run = Run();
  run = Run(run.cursor);
  EXPECT_THAT(marks, ElementsAre("", "", "m1", "m1"));
  options.place = "elsewhere";
  marks.clear();
  own = [&](const ListQuestion& question) {
    EXPECT_EQ(question.memo["spent"], "1111");
    marks.push_back(question.mark);
    return ListAnswer{};
  };
  Run(run.cursor);
  EXPECT_THAT(marks, ElementsAre(""));
}

TEST_F(ListingTest, ListsThatAreConfiguredNoMoreAreForgotten) {
  auto run = Run();
  roots.pop_back();
  run = Run(run.cursor);
  EXPECT_EQ(run.cursor.value.find("\"b\""), std::string::npos);
}

TEST(NamesSchool, AsWholeWordsOnly) {
  const auto school = Oakmoor();
  for (const auto* text : {"Oakmoor School", "at OAKMOOR SCHOOL!", "see oakmoor.example", "#OakmoorSchool", "(oakmoorschool)"}) EXPECT_TRUE(NamesSchool(text, school)) << text;
  for (const auto* text : {"", "Oakmoor", "Oakmoor Schools", "oakmoorschool2", "xoakmoor school", "Oakmoor Schoolé"}) EXPECT_FALSE(NamesSchool(text, school)) << text;
}

}  // namespace
}  // namespace heed
