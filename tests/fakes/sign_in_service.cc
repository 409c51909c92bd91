#include "tests/fakes/sign_in_service.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "src/base/check.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/seal.h"
#include "src/base/secret.h"
#include "src/base/text.h"

namespace heed {
namespace {

std::string Number(EVP_PKEY* key, const char* name, std::size_t width = 0) {
  BIGNUM* number = nullptr;
  HEED_CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(width ? width : static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  HEED_CHECK(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) > 0);
  BN_free(number);
  return bytes;
}

std::string Pem(EVP_PKEY* key) {
  BIO* out = BIO_new(BIO_s_mem());
  HEED_CHECK(PEM_write_bio_PUBKEY(out, key) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(out);
  return text;
}

std::string SignBytes(EVP_PKEY* key, std::string_view bytes, SignedWith how) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* options = nullptr;
  HEED_CHECK(EVP_DigestSignInit(context, &options, EVP_sha256(), nullptr, key) == 1);
  if (how == SignedWith::kPs256) {
    HEED_CHECK(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
    HEED_CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  std::size_t size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  HEED_CHECK(EVP_DigestSign(context, nullptr, &size, data, bytes.size()) == 1);
  std::string signature(size, '\0');
  HEED_CHECK(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, data, bytes.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  if (how != SignedWith::kEs256) return signature;
  const auto* der = reinterpret_cast<const unsigned char*>(signature.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(signature.size()));
  std::string plain(64, '\0');
  HEED_CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(plain.data()), 32) == 32);
  HEED_CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(plain.data()) + 32, 32) == 32);
  ECDSA_SIG_free(pair);
  return plain;
}

std::string Text(std::string_view value) {
  JsonWriter out;
  out.String(value);
  return out.Take();
}

std::string Mac(std::string_view key, std::string_view bytes) {
  const Digest digest = HmacSha256(key, bytes);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::map<std::string, std::string> FormOf(std::string_view body) {
  std::map<std::string, std::string> form;
  for (const auto pair : Split(body, '&')) {
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    std::string value;
    const std::string_view raw = pair.substr(equals + 1);
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '%' && i + 2 < raw.size()) value += static_cast<char>(std::stoi(std::string(raw.substr(i + 1, 2)), nullptr, 16)), i += 2;
      else value += raw[i] == '+' ? ' ' : raw[i];
    }
    form[std::string(pair.substr(0, equals))] = value;
  }
  return form;
}

std::string AsText(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

}  // namespace

struct SignInService::Keys {
  // Making an RSA key takes a while: the tests of one process share a few, and take turns.
  static EVP_PKEY* Rsa(std::size_t number) {
    static EVP_PKEY* all[3] = {EVP_RSA_gen(2048), EVP_RSA_gen(2048), EVP_RSA_gen(2048)};
    return all[number % 3];
  }
  static EVP_PKEY* Curve(std::size_t number) {
    static EVP_PKEY* all[3] = {EVP_EC_gen("P-256"), EVP_EC_gen("P-256"), EVP_EC_gen("P-256")};
    return all[number % 3];
  }
  std::size_t round = 0;
  std::string name(const char* kind) const { return std::string(kind) + "-" + std::to_string(round); }
  EVP_PKEY* rsa() const { return Rsa(round); }
  EVP_PKEY* curve() const { return Curve(round); }

  std::string Published() const {
    JsonWriter out;
    out.Object().Key("keys").Array();
    out.Object().Field("kty", "RSA").Field("use", "sig").Field("kid", name("rsa")).Field("n", Base64Url(Number(rsa(), OSSL_PKEY_PARAM_RSA_N))).Field("e", Base64Url(Number(rsa(), OSSL_PKEY_PARAM_RSA_E))).EndObject();
    out.Object().Field("kty", "EC").Field("crv", "P-256").Field("kid", name("ec")).Field("x", Base64Url(Number(curve(), OSSL_PKEY_PARAM_EC_PUB_X, 32))).Field("y", Base64Url(Number(curve(), OSSL_PKEY_PARAM_EC_PUB_Y, 32))).EndObject();
    // A second RSA key, so that a token has to say which; one for encryption, and one of a kind heed does not know.
    out.Object().Field("kty", "RSA").Field("use", "sig").Field("kid", "spare").Field("n", Base64Url(Number(Rsa(round + 2), OSSL_PKEY_PARAM_RSA_N))).Field("e", "AQAB").EndObject();
    out.Object().Field("kty", "RSA").Field("use", "enc").Field("kid", "enc").Field("n", Base64Url(Number(rsa(), OSSL_PKEY_PARAM_RSA_N))).Field("e", "AQAB").EndObject();
    out.Object().Field("kty", "OKP").Field("crv", "Ed25519").Field("kid", "ed").Field("x", "AAAA").EndObject();
    out.EndArray().EndObject();
    return out.Take();
  }
};

SignInService::SignInService(std::string client_id, std::string secret) : client_id_(std::move(client_id)), secret_(std::move(secret)), keys_(std::make_unique<Keys>()) {
  issuer_ = server_.Origin() + "/school";
  now = SystemClock().Now();
  person = {{"sub", "\"1234\""}, {"email", "\"amina@oakmoor.example\""}, {"email_verified", "true"}};
  PublishKeys();
  server_.Route("/school/.well-known/openid-configuration", [this](const SeenRequest&) {
    JsonWriter out;
    out.Object().Field("issuer", says_issuer.empty() ? issuer_ : says_issuer).Field("authorization_endpoint", server_.Url("/authorize?tenant=school")).Field("token_endpoint", server_.Url("/token"));
    out.Field("jwks_uri", server_.Url("/keys")).Field("authorization_response_iss_parameter_supported", promises_issuer).Key("token_endpoint_auth_methods_supported").Array();
    out.String(basic ? "client_secret_basic" : "client_secret_post").EndArray().EndObject();
    return Answer::Json(out.Take());
  });
  server_.Route("/keys", [this](const SeenRequest&) {
    const std::lock_guard lock(mutex_);
    return Answer::Json(published_);
  });
  server_.Route("/token", [this](const SeenRequest& request) { return Exchange(request); });
  // For a real browser: whoever comes is signed in at once.
  server_.Route("/authorize", [this](const SeenRequest& request) {
    const std::string where = Approve(server_.Origin() + request.target);
    return where.empty() ? Answer::Status(400, refused) : Answer::Redirect(302, where);
  });
}

SignInService::~SignInService() = default;

void SignInService::RotateKeys(bool published) {
  ++keys_->round;
  if (published) PublishKeys();
}

void SignInService::PublishKeys() {
  const std::lock_guard lock(mutex_);
  published_ = keys_->Published();
}

std::size_t SignInService::key_fetches() const {
  std::size_t count = 0;
  for (const auto& request : server_.requests()) count += request.path == "/keys";
  return count;
}

std::string SignInService::Approve(std::string_view address) {
  const auto question = address.find('?');
  if (!address.starts_with(server_.Origin() + "/authorize?")) return refused = "not this service's address", "";
  auto query = FormOf(address.substr(question + 1));
  if (query["response_type"] != "code" || query["client_id"] != client_id_ || query["code_challenge_method"] != "S256" || query["code_challenge"].size() != 43 || query["state"].size() < 22 || query["nonce"].size() < 22 ||
      query["tenant"] != "school" || (" " + query["scope"] + " ").find(" openid ") == std::string::npos)
    return refused = "the request is not as it should be", "";
  const std::string code = NewToken();
  {
    const std::lock_guard lock(mutex_);
    codes_[code] = {query["redirect_uri"], query["nonce"], query["code_challenge"], false};
  }
  return query["redirect_uri"] + "?code=" + code + "&state=" + query["state"] + (answers_issuer.empty() ? "" : "&iss=" + answers_issuer);
}

Answer SignInService::Exchange(const SeenRequest& request) {
  const auto wrong = [&](const char* error, std::string why) {
    refused = std::move(why);
    return Answer{.status = 400, .headers = {{"content-type", "application/json"}}, .body = std::string("{\"error\":\"") + error + "\"}"};
  };
  auto form = FormOf(request.body);
  if (request.method != "POST" || form["grant_type"] != "authorization_code") return wrong("invalid_request", "no exchange of a code");
  // RFC 6749, 2.3.1: both are form-encoded before they are joined.
  const std::string header = request.Header("authorization"), joined = header.starts_with("Basic ") ? FromBase64(header.substr(6)).value_or("") : "";
  const auto colon = joined.find(':');
  const bool known = colon != std::string::npos && FormOf("v=" + joined.substr(0, colon))["v"] == client_id_ && FormOf("v=" + joined.substr(colon + 1))["v"] == secret_;
  if (basic ? !known : form["client_id"] != client_id_ || form["client_secret"] != secret_) return wrong("invalid_client", "the client is not known");
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find(form["code"]);
  if (found == codes_.end()) return wrong("invalid_grant", "no such code");
  Code& code = found->second;
  if (code.used) return wrong("invalid_grant", "the code was used before");
  code.used = true;
  if (code.redirect_uri != form["redirect_uri"]) return wrong("invalid_grant", "another address to go back to");
  if (Base64Url(AsText(Sha256(form["code_verifier"]))) != code.challenge) return wrong("invalid_grant", "the verifier does not fit the challenge");
  JsonWriter out;
  out.Object().Field("access_token", "not used").Field("token_type", "Bearer").Field("id_token", Token(code)).EndObject();
  return Answer::Json(out.Take());
}

std::string SignInService::Token(const Code& code) {
  const std::int64_t at = std::chrono::floor<seconds>(now).time_since_epoch().count();
  std::map<std::string, std::string> claims = person;
  claims["iss"] = Text(issuer_);
  claims["aud"] = Text(client_id_);
  claims["iat"] = std::to_string(at);
  claims["exp"] = std::to_string(at + 300);
  claims["nonce"] = Text(code.nonce);
  std::map<std::string, std::string> header = {{"alg", signed_with == SignedWith::kRs256 ? "\"RS256\"" : signed_with == SignedWith::kPs256 ? "\"PS256\"" : "\"ES256\""},
                                               {"kid", Text(keys_->name(signed_with == SignedWith::kEs256 ? "ec" : "rsa"))},
                                               {"typ", "\"JWT\""}};
  EVP_PKEY* key = signed_with == SignedWith::kEs256 ? keys_->curve() : keys_->rsa();
  EVP_PKEY* other = signed_with == SignedWith::kEs256 ? Keys::Curve(keys_->round + 1) : Keys::Rsa(keys_->round + 1);
  switch (forge) {
    case Forgery::kNoAlgorithm:
    case Forgery::kNoAlgorithmSigned: header["alg"] = "\"none\""; break;
    case Forgery::kSharedSecret:
    case Forgery::kSharedModulus: header["alg"] = "\"HS256\""; break;
    case Forgery::kUnknownKey: header["kid"] = "\"mine\""; break;
    case Forgery::kOtherKind: header["kid"] = Text(keys_->name(signed_with == SignedWith::kEs256 ? "rsa" : "ec")); break;
    case Forgery::kNoName: header.erase("kid"); break;
    case Forgery::kOtherIssuer: claims["iss"] = "\"https://login.elsewhere.example\""; break;
    case Forgery::kOtherClient: claims["aud"] = "\"another-program\""; break;
    case Forgery::kManyClients: claims["aud"] = "[" + Text(client_id_) + ",\"another-program\"]"; break;
    case Forgery::kOtherParty: claims["azp"] = "\"another-program\""; break;
    case Forgery::kExpired: claims["exp"] = std::to_string(at - 121), claims["iat"] = std::to_string(at - 400); break;
    case Forgery::kNoExpiry: claims.erase("exp"); break;
    case Forgery::kFromTheFuture: claims["iat"] = std::to_string(at + 122), claims["exp"] = std::to_string(at + 900); break;
    case Forgery::kNotYet: claims["nbf"] = std::to_string(at + 122); break;
    case Forgery::kTooOld: claims["iat"] = std::to_string(at - 722), claims["exp"] = std::to_string(at + 900); break;
    case Forgery::kOtherNonce: claims["nonce"] = Text(NewToken()); break;
    case Forgery::kNoNonce: claims.erase("nonce"); break;
    case Forgery::kNoSubject: claims.erase("sub"); break;
    case Forgery::kCritical: header["crit"] = "[\"exp\"]"; break;
    case Forgery::kEmbeddedKey:
      header["jwk"] = "{\"kty\":\"RSA\",\"n\":" + Text(Base64Url(Number(other, signed_with == SignedWith::kEs256 ? OSSL_PKEY_PARAM_EC_PUB_X : OSSL_PKEY_PARAM_RSA_N))) + ",\"e\":\"AQAB\"}";
      break;
    default: break;
  }
  const auto write = [](const std::map<std::string, std::string>& fields) {
    std::string out = "{";
    for (const auto& [name, value] : fields) out += (out.size() > 1 ? "," : "") + Text(name) + ":" + value;
    return out + "}";
  };
  std::string content = write(claims);
  if (forge == Forgery::kDoubledClaim) content.insert(1, "\"sub\":\"0001\",");
  const std::string signed_part = Base64Url(write(header)) + "." + Base64Url(content);
  if (forge == Forgery::kNoAlgorithm) return signed_part + ".";
  if (forge == Forgery::kSharedSecret) return signed_part + "." + Base64Url(Mac(Pem(key), signed_part));
  if (forge == Forgery::kSharedModulus) return signed_part + "." + Base64Url(Mac(Number(keys_->rsa(), OSSL_PKEY_PARAM_RSA_N), signed_part));
  const bool by_other = forge == Forgery::kUnknownKey || forge == Forgery::kStolenName || forge == Forgery::kEmbeddedKey;
  std::string signature = SignBytes(by_other ? other : key, signed_part, signed_with);
  if (forge == Forgery::kBrokenSignature) signature[signature.size() / 2] = static_cast<char>(signature[signature.size() / 2] ^ 1);
  if (forge == Forgery::kChangedClaims) {
    auto changed = claims;
    changed["sub"] = "\"0001\"";
    return Base64Url(write(header)) + "." + Base64Url(write(changed)) + "." + Base64Url(signature);
  }
  return signed_part + "." + Base64Url(signature);
}

}  // namespace heed
