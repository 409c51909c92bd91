#include "src/evidence/stamp.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include <memory>

#include "src/base/check.h"
#include "src/base/hash.h"
#include "src/base/text.h"

namespace heed {
namespace {

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* p) const { Free(p); }
};
template <typename T, void (*Free)(T*)>
using Own = std::unique_ptr<T, Freer<T, Free>>;
using Response = Own<TS_RESP, TS_RESP_free>;
using Request = Own<TS_REQ, TS_REQ_free>;
using Verify = Own<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;

constexpr std::size_t kMaxAnswer = 1 << 20;

std::string LastError() {
  std::string out;
  while (const unsigned long code = ERR_get_error()) {
    char words[256];
    ERR_error_string_n(code, words, sizeof words);
    const char* reason = ERR_reason_error_string(code);
    out = reason ? reason : words;
  }
  return out.empty() ? "unknown" : out;
}

std::string NameOf(const X509_NAME* name) {
  const std::unique_ptr<BIO, Freer<BIO, BIO_free_all>> bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return length > 0 ? ForTerminal(std::string_view(text, static_cast<std::size_t>(length))) : "";
}

Response Parse(std::string_view answer) {
  const auto* at = reinterpret_cast<const unsigned char*>(answer.data());
  const auto* end = at + answer.size();
  Response response(d2i_TS_RESP(nullptr, &at, static_cast<long>(answer.size())));
  if (response && at != end) response.reset();  // something behind it
  ERR_clear_error();
  return response;
}

// The certificate whose key signed the token; belongs to the token.
X509* SignerOf(PKCS7* token) {
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> signers(PKCS7_get0_signers(token, nullptr, 0), [](STACK_OF(X509)* list) { sk_X509_free(list); });
  return signers && sk_X509_num(signers.get()) == 1 ? sk_X509_value(signers.get(), 0) : nullptr;
}

// Whether the answer is a good stamp of `digest` by a certificate that `store` (which is taken) trusts.
std::string Holds(TS_RESP* response, std::string_view digest, X509_STORE* store) {
  const Verify how(TS_VERIFY_CTX_new());
  TS_VERIFY_CTX_set_flags(how.get(), TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_IMPRINT);
  TS_VERIFY_CTX_set_store(how.get(), store);
  auto* copy = static_cast<unsigned char*>(OPENSSL_memdup(digest.data(), digest.size()));
  TS_VERIFY_CTX_set_imprint(how.get(), copy, static_cast<long>(digest.size()));
  ERR_clear_error();
  if (TS_RESP_verify_response(how.get(), response) == 1) return {};
  return LastError();
}

}  // namespace

Result<Stamp> CheckStamp(std::string_view answer, std::string_view digest, const std::string& certificates) {
  HEED_CHECK(digest.size() == 32 || digest.size() == 64);
  const Response response = answer.size() > kMaxAnswer ? nullptr : Parse(answer);
  if (!response) return Fail(Fault::kMalformed, "not a time-stamp answer (RFC 3161)");
  const TS_STATUS_INFO* status = TS_RESP_get_status_info(response.get());
  const long granted = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
  TS_TST_INFO* info = TS_RESP_get_tst_info(response.get());
  PKCS7* token = TS_RESP_get_token(response.get());
  if ((granted != 0 && granted != 1) || !info || !token) return Fail(Fault::kMalformed, "the authority granted no time stamp (status " + std::to_string(granted) + ")");
  const ASN1_OCTET_STRING* imprint = TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(info));
  const int algorithm = OBJ_obj2nid(TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(info))->algorithm);
  if (algorithm != (digest.size() == 32 ? NID_sha256 : NID_sha512) ||
      std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(imprint)), static_cast<std::size_t>(ASN1_STRING_length(imprint))) != digest)
    return Fail(Fault::kMalformed, "the time stamp is of something else");
  X509* signer = SignerOf(token);
  if (!signer) return Fail(Fault::kMalformed, "the certificate that signed the time stamp is not in it");

  // Intact: trusting that one certificate and nothing else, everything must hold.
  X509_STORE* own = X509_STORE_new();
  X509_STORE_add_cert(own, signer);
  X509_VERIFY_PARAM_set_flags(X509_STORE_get0_param(own), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
  if (const std::string flaw = Holds(response.get(), digest, own); !flaw.empty()) return Fail(Fault::kMalformed, "the time stamp does not hold: " + flaw);

  Stamp stamp;
  struct tm when {};
  if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &when) != 1) return Fail(Fault::kMalformed, "the time stamp's time cannot be read");
  stamp.at = Instant{seconds{::timegm(&when)}};
  stamp.authority = NameOf(X509_get_subject_name(signer));
  if (const ASN1_INTEGER* serial = TS_TST_INFO_get_serial(info))
    stamp.serial = Hex(std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)), static_cast<std::size_t>(ASN1_STRING_length(serial))));
  char policy[128];
  if (OBJ_obj2txt(policy, sizeof policy, TS_TST_INFO_get_policy_id(info), 1) > 0) stamp.policy = policy;

  X509_STORE* trusted = X509_STORE_new();
  const bool read = certificates.empty() ? X509_STORE_set_default_paths(trusted) == 1 : X509_STORE_load_file(trusted, certificates.c_str()) == 1;
  if (!read) {
    X509_STORE_free(trusted);
    ERR_clear_error();
    return Fail(Fault::kInvalid, certificates + ": holds no certificate that can be read");
  }
  // As it was when the stamp was made: certificates end, stamps stay.
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(trusted), static_cast<time_t>(std::chrono::floor<seconds>(stamp.at).time_since_epoch().count()));
  stamp.not_trusted = Holds(response.get(), digest, trusted);
  ERR_clear_error();
  return stamp;
}

Result<Answered> AskForStamp(HttpClient& http, const std::string& url, std::string_view digest, const std::string& certificates) {
  HEED_CHECK(digest.size() == 32 || digest.size() == 64);
  const std::string what = "the time-stamp authority " + ForTerminal(url);
  const Request request(TS_REQ_new());
  const Own<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint(TS_MSG_IMPRINT_new());
  const Own<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(digest.size() == 32 ? NID_sha256 : NID_sha512), V_ASN1_NULL, nullptr);
  std::string bytes(digest);
  const std::string random = RandomBytes(16);
  const std::unique_ptr<BIGNUM, Freer<BIGNUM, BN_free>> number(BN_bin2bn(reinterpret_cast<const unsigned char*>(random.data()), static_cast<int>(random.size()), nullptr));
  const std::unique_ptr<ASN1_INTEGER, Freer<ASN1_INTEGER, ASN1_INTEGER_free>> nonce(BN_to_ASN1_INTEGER(number.get(), nullptr));
  HEED_CHECK(TS_REQ_set_version(request.get(), 1) && TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) &&
             TS_MSG_IMPRINT_set_msg(imprint.get(), reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) &&
             TS_REQ_set_msg_imprint(request.get(), imprint.get()) && TS_REQ_set_nonce(request.get(), nonce.get()) && TS_REQ_set_cert_req(request.get(), 1));
  unsigned char* der = nullptr;
  const int length = i2d_TS_REQ(request.get(), &der);
  HEED_CHECK(length > 0);
  HttpRequest post{.method = "POST", .url = url};
  post.headers = {{"Content-Type", "application/timestamp-query"}, {"Accept", "application/timestamp-reply"}};
  post.body.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  post.max_body = kMaxAnswer;
  post.timeout = milliseconds{20'000};
  OPENSSL_free(der);
  const auto response = HEED_TRY(http.Send(post));
  if (response.status == 429 || response.status >= 500) return Fail(Fault::kUnavailable, what + " is not able to answer now (HTTP " + std::to_string(response.status) + ")");
  if (response.status != 200) return Fail(Fault::kDenied, what + " refused (HTTP " + std::to_string(response.status) + ")");
  auto stamp = CheckStamp(response.body, digest, certificates);
  if (!stamp) return Fail(std::move(stamp).error().While(what));
  // The answer must be to this question and not an older one: the same nonce.
  const Response parsed = Parse(response.body);
  const ASN1_INTEGER* echoed = parsed ? TS_TST_INFO_get_nonce(TS_RESP_get_tst_info(parsed.get())) : nullptr;
  if (!echoed || ASN1_INTEGER_cmp(echoed, nonce.get()) != 0) return Fail(Fault::kMalformed, what + " answered another question than this one");
  if (!certificates.empty() && !stamp->not_trusted.empty())
    return Fail(Fault::kDenied, what + ": its certificate is not trusted by " + certificates + " (" + stamp->not_trusted + ")");
  return Answered{response.body, *std::move(stamp)};
}

}  // namespace heed
