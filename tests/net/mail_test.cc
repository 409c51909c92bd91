// Mail out, against a server that takes it down.
#include "src/net/mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/smtp_server.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class MailTest : public ::testing::Test {
 protected:
  SmtpServer smtp_;
  MailServer server_{.url = smtp_.Url(), .user = {}, .password = {}, .plain = true, .ca_file = {}};
  Mail mail_{.from = "heed@oakmoor.example", .to = {"it@oakmoor.example", "head@oakmoor.example"}, .subject = "A source failed", .text = "Line one: é\n.\n.dot\nfrom here\n", .date = *ParseRfc3339("2026-11-02T08:00:00Z"), .id = "abc"};
};

TEST_F(MailTest, ArrivesWholeAtEverybody) {
  const auto sent = SendMail(server_, mail_);
  ASSERT_TRUE(sent) << sent.error().message();
  ASSERT_THAT(smtp_.mails(), SizeIs(1));
  const SeenMail seen = smtp_.mails()[0];
  EXPECT_EQ(seen.from, "heed@oakmoor.example");
  EXPECT_THAT(seen.to, ElementsAre("it@oakmoor.example", "head@oakmoor.example"));
  for (const auto line : {"Subject: A source failed\n", "Date: Mon, 02 Nov 2026 08:00:00 +0000\n", "Message-ID: <abc@oakmoor.example>\n", "Auto-Submitted: auto-generated\n", "quoted-printable", "Line one: =C3=A9", "\n.\n", "\n.dot\n"})
    EXPECT_THAT(seen.data, HasSubstr(line));
}

TEST_F(MailTest, SignsIn) {
  smtp_.WantPassword("heed", "pass word");
  EXPECT_EQ(SendMail(server_, mail_).error().fault(), Fault::kSignIn);
  server_.user = "heed", server_.password = "wrong";
  const auto refused = SendMail(server_, mail_);
  EXPECT_EQ(refused.error().fault(), Fault::kSignIn);
  EXPECT_THAT(refused.error().message(), Not(HasSubstr("wrong")));
  server_.password = "pass word";
  EXPECT_TRUE(SendMail(server_, mail_));
  EXPECT_EQ(smtp_.mails().at(0).user, "heed");
}

TEST_F(MailTest, RefusesToGoUnencryptedUnlessTold) {
  server_.plain = false;
  const auto refused = SendMail(server_, mail_);
  EXPECT_EQ(refused.error().fault(), Fault::kDenied);
  EXPECT_THAT(refused.error().message(), HasSubstr("encryption"));
  EXPECT_THAT(smtp_.mails(), IsEmpty());
}

TEST_F(MailTest, AFailureIsTold) {
  smtp_.RefuseNext(451);
  EXPECT_EQ(SendMail(server_, mail_).error().fault(), Fault::kDenied);
  smtp_.HangUpNext();
  EXPECT_FALSE(SendMail(server_, mail_));
  server_.url = "smtp://127.0.0.1:1";
  EXPECT_EQ(SendMail(server_, mail_).error().fault(), Fault::kUnavailable);
  server_.url = "http://127.0.0.1/";
  EXPECT_EQ(SendMail(server_, mail_).error().fault(), Fault::kInvalid);
}

TEST(Mail, AddressesAndSubjectsCannotSmuggleLines) {
  for (const auto good : {"a@b.example", "it+heed@oakmoor.example"}) EXPECT_TRUE(IsMailAddress(good)) << good;
  for (const auto bad : {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "a@b,c@d", "é@b.example"}) EXPECT_FALSE(IsMailAddress(bad)) << bad;
  EXPECT_EQ(EncodeSubject("plain words: 3"), "plain words: 3");
  EXPECT_EQ(EncodeSubject("two\r\nBcc: x@y"), "two  Bcc: x@y");
  EXPECT_EQ(EncodeSubject("é!"), "=?utf-8?Q?=C3=A9=21?=");
  EXPECT_EQ(EncodeSubject(std::string(200, 'x') + "é").find('\n'), std::string::npos);
}

}  // namespace
}  // namespace heed
