// RFC 6238's own examples.
#include "src/access/totp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/access/qr.h"
#include "src/base/secret.h"

namespace heed {
namespace {

constexpr std::string_view kKey = "12345678901234567890";

TEST(Totp, GivesTheCodesOfRfc6238) {
  const struct {
    std::int64_t at;
    const char* code;
  } cases[] = {{59, "94287082"}, {1111111109, "07081804"}, {1111111111, "14050471"}, {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& each : cases) EXPECT_EQ(TotpCode(kKey, TotpStep(Instant{seconds{each.at}}), 8), each.code) << each.at;
}

TEST(Totp, TakesTheCodeOfNowAndItsNeighboursOnce) {
  const Instant now{seconds{1111111111}};
  const std::uint64_t step = TotpStep(now);
  EXPECT_EQ(CheckTotp(kKey, TotpCode(kKey, step), now, 0), step);
  EXPECT_EQ(CheckTotp(kKey, TotpCode(kKey, step - 1), now, 0), step - 1) << "a phone that is behind";
  EXPECT_EQ(CheckTotp(kKey, TotpCode(kKey, step + 1), now, 0), step + 1) << "a phone that is ahead";
  EXPECT_FALSE(CheckTotp(kKey, TotpCode(kKey, step - 2), now, 0));
  EXPECT_FALSE(CheckTotp(kKey, TotpCode(kKey, step), now, step)) << "used already";
  EXPECT_FALSE(CheckTotp(kKey, TotpCode(kKey, step - 1), now, step)) << "older than the one used";
  EXPECT_EQ(CheckTotp(kKey, TotpCode(kKey, step).insert(3, 1, ' '), now, 0), step) << "as the apps show it";
  for (const char* wrong : {"", "0", "000000000", "abcdef"}) EXPECT_FALSE(CheckTotp(kKey, wrong, now, 0));
}

TEST(Totp, TheAddressIsWhatTheAppsRead) {
  EXPECT_EQ(TotpAddress(kKey, "heed", "amina-khan"),
            "otpauth://totp/heed:amina-khan?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=heed&algorithm=SHA1&digits=6&period=30");
}

TEST(Secret, BasesAreThoseOfRfc4648) {
  const struct {
    const char *text, *base32;
  } cases[] = {{"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"}};
  for (const auto& each : cases) EXPECT_EQ(Base32(each.text), each.base32);
  EXPECT_EQ(Base64Url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(Base64Url("fo"), "Zm8");
  EXPECT_EQ(NewToken().size(), 43u);
  EXPECT_NE(NewToken(), NewToken());
}

TEST(Secret, APasswordIsCheckedAgainstItsHashOnly) {
  const std::string hash = HashPassword("correct horse", Effort::kLeast);
  EXPECT_THAT(hash, ::testing::StartsWith("$argon2id$"));
  EXPECT_TRUE(IsPassword("correct horse", hash));
  EXPECT_FALSE(IsPassword("correct horse ", hash));
  EXPECT_FALSE(IsPassword("", hash));
  EXPECT_FALSE(IsPassword("correct horse", "nonsense"));
  EXPECT_NE(HashPassword("correct horse", Effort::kLeast), hash) << "salted";
}

TEST(Qr, IsAnImageWithoutAnythingElse) {
  const std::string svg = QrSvg("otpauth://totp/heed:a?secret=GEZDGNBV");
  EXPECT_THAT(svg, ::testing::StartsWith("<svg xmlns"));
  EXPECT_EQ(svg.find("style"), std::string::npos);
  EXPECT_EQ(QrSvg(std::string(5000, 'x')), "");
}

}  // namespace
}  // namespace heed
