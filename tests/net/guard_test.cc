// Links by strangers: which addresses are refused, and that nothing gets round it.
#include "src/net/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "src/net/http.h"
#include "tests/fakes/http_server.h"

namespace heed {
namespace {

using testing::HasSubstr;

TEST(Guard, RefusesEveryAddressThatIsNotPublic) {
  for (const auto ip : {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
                        "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
                        "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:10::1", "2001:20::1",
                        "2001:db8::1", "2002:7f00:1::1", "2002:c0a8:1::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "fe80::1%eth0", "localhost", "1.2.3", "", "1.2.3.4.5", "0x7f.0.0.1"})
    EXPECT_TRUE(WhyNotPublic(ip)) << ip;
}

TEST(Guard, LetsPublicAddressesBe) {
  for (const auto ip : {"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.1", "191.255.255.255", "192.0.1.1", "192.167.255.255",
                        "192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "2a00:1450:4009::1", "2606:4700::1111", "2001:200::1", "2001:4860:4860::8888", "2003::1"})
    EXPECT_FALSE(WhyNotPublic(ip)) << ip << ": " << *WhyNotPublic(ip);
}

// A table of names instead of the world's.
struct Names {
  std::map<std::string, std::vector<std::vector<std::string>>> answers;  // one after the other; the last again and again
  std::map<std::string, std::size_t> asked;

  AddressGuard::Resolver Resolver() {
    return [this](const std::string& host) -> Result<std::vector<std::string>> {
      const auto found = answers.find(host);
      if (found == answers.end()) {
        unsigned char address[16];
        (void)address;
        if (!WhyNotPublic(host) || host.find_first_not_of("0123456789.:abcdef") == std::string::npos) return std::vector<std::string>{host};  // a bare address is its own answer
        return Fail(Fault::kUnavailable, "no such name: " + host);
      }
      const std::size_t turn = asked[host]++;
      return found->second[std::min(turn, found->second.size() - 1)];
    };
  }
};

TEST(Guard, RefusesANameIfAnyOfItsAddressesIsInside) {
  Names names;
  names.answers["mixed.example"] = {{"1.1.1.1", "10.0.0.5"}};
  names.answers["good.example"] = {{"1.1.1.1", "2606:4700::1111"}};
  const AddressGuard guard(names.Resolver());
  const auto refused = guard.Pin("mixed.example", "443");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault(), Fault::kDenied);
  EXPECT_THAT(refused.error().message(), HasSubstr("10.0.0.5"));
  EXPECT_THAT(guard.Pin("good.example", "443").value(), testing::ElementsAre("1.1.1.1", "[2606:4700::1111]"));
  EXPECT_THAT(guard.Pin("good.example", "22").error().message(), HasSubstr("port 22"));
  EXPECT_EQ(guard.Pin("[::1]", "443").error().fault(), Fault::kDenied);
  EXPECT_EQ(guard.Pin("nobody.example", "443").error().fault(), Fault::kUnavailable);
}

class GuardedHttp : public testing::Test {
 protected:
  HttpServer server, inside;
  HttpClient client{HttpClient::Options{}};
  Names names;
  AddressGuard guard{names.Resolver(), {"127.0.0.1:" + std::to_string(server.port())}};  // `inside` is not among them

  void SetUp() override {
    names.answers["public.example"] = {{"127.0.0.1"}};
    inside.Otherwise([](const SeenRequest&) { return Answer::Of("text/plain", "the school's printer"); });
  }
  std::string Url(std::string_view host, std::string_view path) const { return "http://" + std::string(host) + ":" + std::to_string(server.port()) + std::string(path); }
  Result<HttpResponse> Get(const std::string& url) { return client.Send({.url = url, .timeout = milliseconds{5'000}, .guard = &guard}); }
};

TEST_F(GuardedHttp, AsksThePinnedAddressUnderItsName) {
  server.Route("/a", Answer::Of("text/plain", "words"));
  const auto response = Get(Url("public.example", "/a"));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->body, "words");
  EXPECT_EQ(server.requests()[0].Header("host"), "public.example:" + std::to_string(server.port()));
  EXPECT_EQ(server.requests()[0].Header("cookie"), "");
  EXPECT_EQ(names.asked["public.example"], 1u) << "resolved once";
}

// The first answer is public and the second is the printer: whoever asks twice is had.
TEST_F(GuardedHttp, ANameThatChangesItsAnswerGainsNothing) {
  names.answers["rebind.example"] = {{"127.0.0.1"}, {"10.0.0.7"}};
  server.Route("/a", Answer::Of("text/plain", "words"));
  ASSERT_TRUE(Get(Url("rebind.example", "/a")));
  EXPECT_EQ(names.asked["rebind.example"], 1u);
  const auto again = Get(Url("rebind.example", "/a"));
  ASSERT_FALSE(again) << "and no connection of the first time is used";
  EXPECT_EQ(again.error().fault(), Fault::kDenied);
}

TEST_F(GuardedHttp, ChecksEveryRedirect) {
  names.answers["inner.example"] = {{"192.168.1.1"}};
  names.answers["metadata.example"] = {{"169.254.169.254"}};
  const std::string printer = inside.Url("/");
  for (const std::string& to : {std::string("http://inner.example/"), std::string("http://metadata.example/latest/meta-data"), std::string("http://169.254.169.254/"), std::string("http://[::1]/"), std::string("http://[::ffff:127.0.0.1]/"),
                                std::string("http://2130706433/"), std::string("http://0x7f.1/"), std::string("http://127.1/"), printer, std::string("http://127.0.0.1:22/")}) {
    server.Route("/go", Answer::Redirect(302, to));
    const auto response = Get(Url("public.example", "/go"));
    ASSERT_FALSE(response) << to;
    EXPECT_EQ(response.error().fault(), Fault::kDenied) << to << ": " << response.error().message();
  }
  server.Route("/go", Answer::Redirect(302, "file:///etc/passwd"));
  EXPECT_FALSE(Get(Url("public.example", "/go")));
  server.Route("/go", Answer::Redirect(302, "/b"));
  server.Route("/b", Answer::Of("text/plain", "words"));
  EXPECT_TRUE(Get(Url("public.example", "/go")));
  EXPECT_EQ(inside.request_count(), 0u);
}

TEST_F(GuardedHttp, UsesNoNamesPasswordsOrOtherSchemes) {
  for (const auto url : {"ftp://public.example/", "file:///etc/passwd", "gopher://public.example/", "javascript:1", "public.example"}) EXPECT_EQ(Get(url).error().fault(), Fault::kInvalid) << url;
  const auto with_password = Get("http://user:secret@public.example:" + std::to_string(server.port()) + "/a");
  ASSERT_FALSE(with_password);
  EXPECT_EQ(with_password.error().fault(), Fault::kInvalid);
  EXPECT_THAT(with_password.error().message(), testing::Not(HasSubstr("secret")));
  EXPECT_EQ(server.request_count(), 0u);
}

TEST_F(GuardedHttp, TheSocketIsRefusedWhateverTheResolverSaid) {
  EXPECT_FALSE(guard.MayConnect("10.0.0.1", 443));
  EXPECT_FALSE(guard.MayConnect("1.1.1.1", 8080));
  EXPECT_TRUE(guard.MayConnect("1.1.1.1", 443));
  EXPECT_TRUE(guard.MayConnect("127.0.0.1", server.port()));
  EXPECT_FALSE(guard.MayConnect("127.0.0.1", inside.port()));
  EXPECT_FALSE(guard.MayConnect("", 443));
}

TEST_F(GuardedHttp, SizeAndTimeAreCapped) {
  server.Route("/huge", Answer::Huge("text/plain", std::string(1'000, 'x'), 10'000));
  EXPECT_EQ(client.Send({.url = Url("public.example", "/huge"), .max_body = 100'000, .guard = &guard}).error().fault(), Fault::kTooLarge);
  server.Route("/silent", Answer::Silence());
  EXPECT_EQ(client.Send({.url = Url("public.example", "/silent"), .timeout = milliseconds{200}, .guard = &guard}).error().fault(), Fault::kUnavailable);
}

}  // namespace
}  // namespace heed
