// Dates as platforms really write them, and as people write lengths of time.
#include "src/base/time.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

struct DateCase {
  const char* given;
  const char* meant;  // RFC 3339, or nullptr for "cannot be read"
};

TEST(Time, ReadsRfc3339AsPlatformsWriteIt) {
  const DateCase cases[] = {
      {"2026-11-01T09:00:00Z", "2026-11-01T09:00:00Z"},
      {"2026-11-01T09:00:00.123Z", "2026-11-01T09:00:00.123Z"},
      {"2026-11-01T09:00:00.123456789Z", "2026-11-01T09:00:00.123456Z"},
      {"2026-11-01T09:00:00+01:00", "2026-11-01T08:00:00Z"},
      {"2026-11-01T09:00:00+0000", "2026-11-01T09:00:00Z"},
      {"2026-11-01 09:00:00 -05:30", "2026-11-01T14:30:00Z"},
      {"2026-11-01T09:00Z", "2026-11-01T09:00:00Z"},
      {"2026-11-01", "2026-11-01T00:00:00Z"},
      {"2026-12-31T23:59:60Z", "2026-12-31T23:59:59Z"},
      {"2026-02-30T09:00:00Z", nullptr},
      {"2026-11-01T25:00:00Z", nullptr},
      {"2026-11-01T09:00:00", nullptr},
      {"1601-01-01T00:00:00Z", nullptr},
      {"yesterday", nullptr},
      {"", nullptr},
      {"2026-11-01T09:00:00Zoo", nullptr},
  };
  for (const auto& [given, meant] : cases) {
    const auto at = ParseRfc3339(given);
    ASSERT_EQ(at.has_value(), meant != nullptr) << given;
    if (at) EXPECT_EQ(FormatRfc3339(*at), meant) << given;
  }
}

TEST(Time, ReadsTheDatesOfFeedsAndHeaders) {
  const DateCase cases[] = {
      {"Sun, 01 Nov 2026 09:00:00 +0000", "2026-11-01T09:00:00Z"},
      {"Sun, 01 Nov 2026 09:00:00 GMT", "2026-11-01T09:00:00Z"},
      {"1 Nov 26 09:00 EST", "2026-11-01T14:00:00Z"},
      {"Sunday, 01-Nov-26 09:00:00 GMT", "2026-11-01T09:00:00Z"},
      {"01 November 2026 9:05:00 +0100", "2026-11-01T08:05:00Z"},
      {"Sun, 01 Nov 2026 09:00:00 +0000 (UTC)", "2026-11-01T09:00:00Z"},
      {"01 Nov 2026", "2026-11-01T00:00:00Z"},
      {"Sun, 32 Nov 2026 09:00:00 GMT", nullptr},
      {"Sun, 01 Nvo 2026 09:00:00 GMT", nullptr},
      {"last week", nullptr},
      {"", nullptr},
  };
  for (const auto& [given, meant] : cases) {
    const auto at = ParseRfc822(given);
    ASSERT_EQ(at.has_value(), meant != nullptr) << given;
    if (at) EXPECT_EQ(FormatRfc3339(*at), meant) << given;
  }
}

TEST(Time, ReadsLengthsOfTimeAndNothingElse) {
  EXPECT_EQ(ParseDuration("15m"), minutes{15});
  EXPECT_EQ(ParseDuration("1h30m"), minutes{90});
  EXPECT_EQ(ParseDuration("2w"), days{14});
  for (const char* bad : {"", "15", "m", "-5m", "0s", "1.5h", "99999999999d", "5 apples"}) EXPECT_FALSE(ParseDuration(bad)) << bad;
  EXPECT_EQ(FormatDuration(minutes{90}), "1 h 30 min");
  EXPECT_EQ(FormatDuration(days{7}), "7 d");
  EXPECT_EQ(FormatDuration(seconds{0}), "0 s");
}

}  // namespace
}  // namespace heed
