// HttpClient over libcurl's easy interface.
//
// Redirects are followed here and not by libcurl, so that each hop can be judged: where credentials may go,
// which step down in safety is refused, and whether the address moved for good.
#include "src/net/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <mutex>

#include "src/base/check.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/guard.h"
#include "src/net/recording.h"

namespace heed {
namespace {

constexpr std::size_t kMaxHeaderBytes = 256 << 10;

struct CurlCloser {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(char* text) const { curl_free(text); }
};
using Handle = std::unique_ptr<CURL, CurlCloser>;
using HeaderList = std::unique_ptr<curl_slist, CurlCloser>;
using CurlText = std::unique_ptr<char, CurlCloser>;

// An address in the parts that decisions need.
struct Address {
  std::string scheme, host, port;  // lower case; the port always there
  std::string path;
  bool credentials = false;  // "user:password@" in front of the host
  std::string Origin() const {
    const bool usual = port == (scheme == "https" ? "443" : "80");
    return scheme + "://" + host + (usual ? "" : ":" + port);
  }
};

Result<Address> ReadAddress(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return Fail(Fault::kInvalid, "\"" + ForTerminal(text.substr(0, 200)) + "\" is not an address heed can ask: " + std::string(why));
  };
  const std::unique_ptr<CURLU, CurlCloser> url(curl_url());
  HEED_CHECK(url != nullptr);
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return refuse("it holds a zero byte");
  // Unknown schemes are read too, so that the refusal can say what is wrong with them.
  const CURLUcode rc = curl_url_set(url.get(), CURLUPART_URL, copy.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (rc != CURLUE_OK) return refuse(curl_url_strerror(rc));
  const auto part = [&](CURLUPart which, unsigned flags) -> std::string {
    char* value = nullptr;
    if (curl_url_get(url.get(), which, &value, flags) != CURLUE_OK) return "";
    return std::string(CurlText(value).get());
  };
  Address address;
  address.scheme = LowerAscii(part(CURLUPART_SCHEME, 0));
  if (address.scheme != "http" && address.scheme != "https") return refuse("it must begin with https:// or http://");
  address.host = LowerAscii(part(CURLUPART_HOST, 0));
  address.port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  address.path = part(CURLUPART_PATH, 0);
  address.credentials = !part(CURLUPART_USER, 0).empty() || !part(CURLUPART_PASSWORD, 0).empty();
  // libcurl forgives a third slash and reads the path's first part as the host.
  if (address.host.empty() || text.substr(0, 9).find(":///") != std::string_view::npos) return refuse("it names no host");
  return address;
}

// How messages name a request: without its query, which may hold what only the server should read.
// Host and path may be a stranger's, from a redirect.
std::string Named(const Address& address) { return ForTerminal(address.Origin()) + ForTerminal(ClipUtf8(address.path, 120)); }

// What libcurl's callbacks need of one exchange.
struct Exchange {
  const std::atomic<bool>& stop;
  std::uint64_t max_body;
  HttpResponse response;
  std::size_t header_bytes = 0;
  bool headers_ended = false;
  bool body_too_large = false, headers_too_large = false;
  bool recorded = false;             // somebody listens: the heads are kept as they are
  std::string sent_head, came_head;
};

std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line = Trim(std::string_view(data, size * count));
  exchange.header_bytes += size * count;
  if (exchange.header_bytes > kMaxHeaderBytes) {
    exchange.headers_too_large = true;
    return 0;
  }
  if (StartsWithIgnoreCase(line, "HTTP/") && (exchange.headers_ended || exchange.response.headers.empty())) {
    exchange.response.headers.clear();  // a "100 Continue" or a proxy's answer came before this one
    exchange.came_head.clear();
    exchange.headers_ended = false;
  } else if (line.empty()) {
    exchange.headers_ended = true;
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string name = LowerAscii(Trim(line.substr(0, colon))), value(Trim(line.substr(colon + 1)));
    for (auto* part : {&name, &value}) std::ranges::replace(*part, '\r', ' ');  // RFC 9112 2.2: one that ends no line
    exchange.response.headers.emplace_back(std::move(name), std::move(value));
  }
  if (exchange.recorded && !line.empty()) exchange.came_head.append(line).append("\r\n");
  return size * count;
}

int OnDebug(CURL*, curl_infotype type, char* data, std::size_t size, void* user) {
  if (type == CURLINFO_HEADER_OUT) static_cast<Exchange*>(user)->sent_head.assign(data, size);
  return 0;
}

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (exchange.response.body.size() + size * count > exchange.max_body) {
    exchange.body_too_large = true;
    return 0;
  }
  exchange.response.body.append(data, size * count);
  return size * count;
}

// Opens the socket of a guarded request, if what it would connect to is what the guard allows: after resolving, after pinning,
// whatever libcurl did in between.
curl_socket_t OnSocket(void* user, curlsocktype purpose, curl_sockaddr* to) {
  const auto& guard = *static_cast<const AddressGuard*>(user);
  if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
  char ip[INET6_ADDRSTRLEN] = "";
  std::uint16_t port = 0;
  if (to->family == AF_INET) {
    const auto* address = reinterpret_cast<const sockaddr_in*>(&to->addr);
    ::inet_ntop(AF_INET, &address->sin_addr, ip, sizeof ip);
    port = ntohs(address->sin_port);
  } else if (to->family == AF_INET6) {
    const auto* address = reinterpret_cast<const sockaddr_in6*>(&to->addr);
    ::inet_ntop(AF_INET6, &address->sin6_addr, ip, sizeof ip);
    port = ntohs(address->sin6_port);
  }
  if (!guard.MayConnect(ip, port)) return CURL_SOCKET_BAD;
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(user)->stop ? 1 : 0;
}

Error CurlError(CURLcode rc, const Exchange& exchange, const HttpRequest& request, const std::string& details,
                const std::string& what) {
  const auto because = [&](std::string_view words) {
    return what + ": " + std::string(words) + (details.empty() ? "" : " (" + ForTerminal(details) + ")");
  };
  if (exchange.body_too_large) {
    return {Fault::kTooLarge, what + ": the answer is over the limit of " + std::to_string(request.max_body) + " bytes"};
  }
  if (exchange.headers_too_large) return {Fault::kTooLarge, what + ": the answer's headers are too long"};
  switch (rc) {
    case CURLE_ABORTED_BY_CALLBACK: return {Fault::kCancelled, what + ": stopped"};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      // libcurl says "unsupported protocol" for an answer in HTTP/0.9 as well: the address was checked before.
    case CURLE_WEIRD_SERVER_REPLY: return {Fault::kMalformed, because("what answers there does not speak HTTP")};
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_BAD_FUNCTION_ARGUMENT: return {Fault::kMalformed, because("the answer cannot be unpacked")};
    case CURLE_OPERATION_TIMEDOUT:
      return {Fault::kUnavailable, what + ": no whole answer within " + std::to_string(request.timeout.count()) + " ms"};
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST: return {Fault::kUnavailable, because("the name is not known; is the network up?")};
    case CURLE_COULDNT_CONNECT: return {Fault::kUnavailable, because("no connection")};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM: return {Fault::kUnavailable, because("its certificate cannot be trusted, so heed did not ask")};
    case CURLE_SSL_CONNECT_ERROR: return {Fault::kUnavailable, because("no secure connection")};
    case CURLE_GOT_NOTHING: return {Fault::kUnavailable, what + ": it hung up without an answer"};
    case CURLE_PARTIAL_FILE: return {Fault::kUnavailable, what + ": the answer broke off half way"};
    case CURLE_OUT_OF_MEMORY: return {Fault::kIo, because("out of memory")};
    default: return {Fault::kUnavailable, because("the connection failed")};
  }
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Headers that prove who we are, or tell where we have been: not for another host.
bool IsCredential(std::string_view name) {
  return EqualsIgnoreCase(name, "authorization") || EqualsIgnoreCase(name, "cookie") ||
         EqualsIgnoreCase(name, "proxy-authorization") || StartsWithIgnoreCase(name, "x-api-key");
}

bool HasLineBreak(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos; }

}  // namespace

struct HttpClient::Impl {
  Options options;
  std::string no_proxy;  // what the environment says, and this machine itself

  // Handles not in use; each keeps its connections.  There are never more than threads that asked at once.
  std::mutex mutex;
  std::vector<Handle> idle;
  // By origin: libcurl tells of certificates only where a connection is made, not where one is used again.
  std::map<std::string, std::string> certificates;

  Handle Borrow() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return Handle(curl_easy_init());
    Handle handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }
  void Return(Handle handle) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(handle));
  }

  std::string CertificatesOf(CURL* curl, const std::string& origin) {
    constexpr std::size_t kMostOrigins = 500;
    curl_certinfo* chain = nullptr;
    std::string pem;
    if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &chain) == CURLE_OK && chain)
      for (int i = 0; i < chain->num_of_certs; ++i)
        for (const curl_slist* line = chain->certinfo[i]; line; line = line->next)
          if (std::string_view(line->data).starts_with("Cert:")) pem += std::string(line->data + 5) + (pem.ends_with('\n') ? "" : "\n");
    const std::lock_guard lock(mutex);
    if (pem.empty()) {
      const auto known = certificates.find(origin);
      return known == certificates.end() ? "" : known->second;
    }
    if (certificates.size() >= kMostOrigins) certificates.clear();
    return certificates[origin] = pem;
  }

  // One request and one answer: no redirects.
  Result<HttpResponse> Ask(const HttpRequest& request, const std::string& url, const Address& address,
                           bool with_credentials, milliseconds left, const std::atomic<bool>& stop);
};

Result<HttpResponse> HttpClient::Impl::Ask(const HttpRequest& request, const std::string& url, const Address& address,
                                           bool with_credentials, milliseconds left, const std::atomic<bool>& stop) {
  const std::string what = "asking " + Named(address);
  // A guarded request has a handle of its own: no connection that somebody else opened, and none left for others.
  HeaderList pinned;
  if (request.guard) {
    if (address.credentials) return Fail(Fault::kInvalid, what + ": the address holds a name or a password; heed does not use those of strangers");
    auto allowed = request.guard->Pin(address.host, address.port);
    if (!allowed) return Fail(std::move(allowed).error().While(what));
    pinned.reset(curl_slist_append(nullptr, (address.host + ":" + address.port + ":" + Join(*allowed, ",")).c_str()));
    HEED_CHECK(pinned != nullptr);
  }
  Handle handle = request.guard ? Handle(curl_easy_init()) : Borrow();
  if (!handle) return Fail(Fault::kIo, what + ": libcurl could not start");
  CURL* curl = handle.get();
  curl_easy_reset(curl);  // options only: connections stay

  HeaderList headers;
  const auto add_header = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    HEED_CHECK(longer != nullptr);
    headers.release();
    headers.reset(longer);
  };
  for (const auto& [name, value] : request.headers) {
    if (HasLineBreak(name) || HasLineBreak(value)) return Fail(Fault::kInvalid, what + ": a header holds a line break");
    if (!with_credentials && IsCredential(name)) continue;
    add_header(value.empty() ? name + ";" : name + ": " + value);  // libcurl's way to send an empty header
  }
  add_header("Expect:");  // no "100-continue": one round trip less, and servers that do not know it stay silent

  Exchange exchange{stop, request.max_body};
  std::array<char, CURL_ERROR_SIZE> details{};
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, details.data());
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");  // every packing this libcurl knows
  curl_easy_setopt(curl, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(curl, CURLOPT_NOPROXY, no_proxy.c_str());
  if (request.guard) {
    curl_easy_setopt(curl, CURLOPT_RESOLVE, pinned.get());
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &OnSocket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, const_cast<AddressGuard*>(request.guard));
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  }
  if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(request.connect_timeout, left).count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &OnProgress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
  if (request.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
  if (request.method != "HEAD") curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());

  HttpRecording* const recording = HttpRecording::Current();
  exchange.recorded = recording != nullptr;
  if (recording) {
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &OnDebug);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
  }
  if (request.begun) {
    *request.begun = false;
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  }

  const Instant began = SystemClock{}.Now();
  const CURLcode rc = curl_easy_perform(curl);
  if (request.begun) {
    // Bytes of the request that were handed to the connection; a proxy's CONNECT counts too, which errs on the safe side.
    long sent = 0;
    curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
    *request.begun = rc == CURLE_OK || sent > 0;
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (rc != CURLE_OK) {
    return Fail(CurlError(rc, exchange, request, details.data(), what));  // and the handle, its connections included, goes
  }
  std::string ip, chain;
  if (recording) {
    const char* peer = nullptr;
    if (curl_easy_getinfo(curl, CURLINFO_PRIMARY_IP, &peer) == CURLE_OK && peer) ip = peer;
    chain = CertificatesOf(curl, address.Origin());
  }
  if (!request.guard) Return(std::move(handle));
  // libcurl 7.88 takes an answer cut inside its headers for a whole, empty one.
  if (!exchange.headers_ended) return Fail(Fault::kUnavailable, what + ": the answer broke off half way");
  if (status < 100 || status > 999) return Fail(Fault::kMalformed, what + ": what answers there does not speak HTTP (no status)");
  exchange.response.status = static_cast<int>(status);
  exchange.response.final_url = url;
  if (recording)
    recording->Add({WithoutKeys(url), WithoutSecrets(exchange.sent_head), WithoutSecrets(exchange.came_head), exchange.response.body, std::move(ip), std::move(chain), began});
  return std::move(exchange.response);
}

std::string_view HttpResponse::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

HttpClient::HttpClient(Options options) : impl_(std::make_unique<Impl>()) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);  // once per process, thread-safe as a static
  HEED_CHECK(started == CURLE_OK);
  impl_->options = std::move(options);
  if (impl_->options.user_agent.empty()) impl_->options.user_agent = "heed/" HEED_VERSION;
  for (const char* name : {"no_proxy", "NO_PROXY"}) {
    if (const char* value = std::getenv(name); value && impl_->no_proxy.empty()) impl_->no_proxy = value;
  }
  if (impl_->no_proxy != "*") impl_->no_proxy += std::string(impl_->no_proxy.empty() ? "" : ",") + "localhost,127.0.0.1,::1";
}

HttpClient::~HttpClient() = default;

const HttpClient::Options& HttpClient::options() const { return impl_->options; }

Result<HttpResponse> HttpClient::Send(const HttpRequest& request) {
  using SteadyClock = std::chrono::steady_clock;
  if (request.begun) *request.begun = false;
  const auto deadline = SteadyClock::now() + request.timeout;
  const Address first = HEED_TRY(ReadAddress(request.url));
  Address address = first;
  std::string url = request.url;
  bool permanent = true, redirected = false, with_credentials = true;
  for (int hops = 0;; ++hops) {
    if (stop_) return Fail(Fault::kCancelled, "asking " + Named(first) + ": stopped");
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - SteadyClock::now());
    if (left <= milliseconds{0}) {  // libcurl reads 0 as "no limit"
      return Fail(Fault::kUnavailable, "asking " + Named(first) + ": no whole answer within " + std::to_string(request.timeout.count()) + " ms");
    }
    auto response = HEED_TRY(impl_->Ask(request, url, address, with_credentials, left, stop_));
    const std::string_view location = response.Header("location");
    if (request.method != "GET" || !IsRedirect(response.status) || location.empty() || request.max_redirects == 0) {
      response.moved_permanently = redirected && permanent;
      return response;
    }
    const std::string from = "asking " + Named(address) + ", which sends us elsewhere";
    if (hops >= request.max_redirects) {
      return Fail(Fault::kMalformed, "asking " + Named(first) + ": sent on more than " + std::to_string(request.max_redirects) + " times; it probably goes in a circle");
    }
    auto next_url = ResolveUrl(url, location);
    if (!next_url) return Fail(Fault::kMalformed, from + ": " + next_url.error().message());
    auto next = ReadAddress(*next_url);
    if (!next) return Fail(Fault::kMalformed, from + ": " + next.error().message());
    if (address.scheme == "https" && next->scheme == "http") {
      return Fail(Fault::kDenied, from + ": from https to " + Named(*next) + ", which anybody could read; heed does not follow");
    }
    // Once away, credentials stay away, even when a later hop leads home.
    with_credentials = with_credentials && next->Origin() == first.Origin();
    permanent = permanent && (response.status == 301 || response.status == 308);
    redirected = true;
    url = *std::move(next_url);
    address = *std::move(next);
  }
}

std::string UrlEncode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() * 3);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Result<std::string> UrlOrigin(std::string_view url) {
  const Address address = HEED_TRY(ReadAddress(url));
  return address.Origin();
}

Result<std::string> ResolveUrl(std::string_view base, std::string_view reference) {
  const std::unique_ptr<CURLU, CurlCloser> url(curl_url());
  HEED_CHECK(url != nullptr);
  // A stranger's reference may hold spaces and bytes past ASCII: libcurl encodes them.
  const auto set = [&](std::string_view text) {
    return curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME);
  };
  char* whole = nullptr;
  CURLUcode rc = CURLUE_BAD_HANDLE;
  if (HasLineBreak(reference) || (rc = set(base)) != CURLUE_OK || (rc = set(Trim(reference))) != CURLUE_OK ||
      (rc = curl_url_get(url.get(), CURLUPART_URL, &whole, 0)) != CURLUE_OK) {
    return Fail(Fault::kInvalid, "\"" + ForTerminal(reference.substr(0, 200)) + "\" is not an address: " + curl_url_strerror(rc));
  }
  return std::string(CurlText(whole).get());
}

std::string UrlDecode(std::string_view text) {
  const auto value = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = static_cast<char>(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && value(text[i + 1]) >= 0 && value(text[i + 2]) >= 0) {
      out += static_cast<char>(value(text[i + 1]) * 16 + value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace heed
