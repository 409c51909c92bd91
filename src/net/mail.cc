#include "src/net/mail.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>

#include "src/base/check.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

struct Closer {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};

using List = std::unique_ptr<curl_slist, Closer>;

void Append(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  HEED_CHECK(longer != nullptr);
  list.release();
  list.reset(longer);
}

// RFC 5322 3.3, in UTC.
std::string MailDate(Instant at) {
  const std::time_t when = std::chrono::floor<seconds>(at).time_since_epoch().count();
  std::tm utc{};
  ::gmtime_r(&when, &utc);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char out[64];
  std::snprintf(out, sizeof out, "%s, %02d %s %04d %02d:%02d:%02d +0000", kDays[utc.tm_wday], utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return out;
}

}  // namespace

bool IsMailAddress(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == text.npos || at + 1 >= text.size() || text.find('@', at + 1) != text.npos || text.size() > 254) return false;
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos; });
}

std::string EncodeSubject(std::string_view text) {
  std::string line;
  for (const char c : ClipUtf8(text, 600)) line += c >= 0 && (c < ' ' || c == 0x7F) ? ' ' : c;
  if (std::ranges::all_of(line, [](char c) { return c >= ' '; })) return line;
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out, word;
  const auto flush = [&] {
    out += (out.empty() ? "=?utf-8?Q?" : " =?utf-8?Q?") + word + "?=";
    word.clear();
  };
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t before = at;
    NextChar(line, at);
    std::string encoded;
    for (const char c : std::string_view(line).substr(before, at - before)) {
      const auto byte = static_cast<unsigned char>(c);
      if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) encoded += c;
      else if (c == ' ') encoded += '_';
      else encoded += {'=', kHex[byte >> 4], kHex[byte & 15]};
    }
    if (word.size() + encoded.size() > 60) flush();  // an encoded word has at most 75 characters
    word += encoded;
  }
  flush();
  return out;
}

Done SendMail(const MailServer& server, const Mail& mail) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  HEED_CHECK(started == CURLE_OK);
  const bool encrypted_at_once = server.url.starts_with("smtps://");
  if (!encrypted_at_once && !server.url.starts_with("smtp://")) return Fail(Fault::kInvalid, "the mail server must be written as smtps://host or smtp://host");
  if (!IsMailAddress(mail.from)) return Fail(Fault::kInvalid, "\"" + ForTerminal(mail.from) + "\" is no mail address");
  if (mail.to.empty()) return Fail(Fault::kInvalid, "the mail has nobody to go to");
  const std::string what = "sending mail by " + ForTerminal(server.url);

  const std::unique_ptr<CURL, Closer> handle(curl_easy_init());
  if (!handle) return Fail(Fault::kIo, what + ": libcurl could not start");
  CURL* curl = handle.get();
  List recipients, headers;
  std::string to;
  for (const auto& address : mail.to) {
    if (!IsMailAddress(address)) return Fail(Fault::kInvalid, "\"" + ForTerminal(address) + "\" is no mail address");
    Append(recipients, "<" + address + ">");
    to += (to.empty() ? "" : ", ") + address;
  }
  const std::string host = mail.from.substr(mail.from.find('@') + 1);
  Append(headers, "Date: " + MailDate(mail.date));
  Append(headers, "From: heed <" + mail.from + ">");
  Append(headers, "To: " + to);
  Append(headers, "Subject: " + EncodeSubject(mail.subject));
  Append(headers, "Message-ID: <" + mail.id + "@" + host + ">");
  Append(headers, "Auto-Submitted: auto-generated");  // RFC 3834: no out-of-office answers

  const std::unique_ptr<curl_mime, Closer> mime(curl_mime_init(curl));
  curl_mimepart* part = curl_mime_addpart(mime.get());
  std::string text;  // lines end as mail's do, or the encoder takes their ends for data
  for (const char c : mail.text) {
    if (c == '\n') text += '\r';
    if (c != '\r') text += c;
  }
  curl_mime_data(part, text.data(), text.size());
  curl_mime_type(part, "text/plain; charset=utf-8");
  curl_mime_encoder(part, "quoted-printable");

  const std::string from = "<" + mail.from + ">";
  std::array<char, CURL_ERROR_SIZE> details{};
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, details.data());
  curl_easy_setopt(curl, CURLOPT_URL, server.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(server.plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!server.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, server.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 30'000L);
  if (!server.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, server.password.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_MIMEPOST, mime.get());

  const CURLcode rc = curl_easy_perform(curl);
  if (rc == CURLE_OK) return {};
  const std::string because = details[0] ? " (" + ForTerminal(details.data()) + ")" : "";
  long code = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
  if (code == 530 || code == 535) return Fail(Fault::kSignIn, what + ": the server asks for a user name and password it accepts" + because);
  if (code >= 400) return Fail(Fault::kDenied, what + ": the server did not take it (" + std::to_string(code) + ")");
  switch (rc) {
    case CURLE_LOGIN_DENIED: return Fail(Fault::kSignIn, what + ": the user name or password is refused" + because);
    case CURLE_USE_SSL_FAILED: return Fail(Fault::kDenied, what + ": the server offers no encryption; write smtps://, or smtp_plain = true for a server on this machine");
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING: return Fail(Fault::kUnavailable, what + ": no answer" + because);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR: return Fail(Fault::kUnavailable, what + ": no secure connection" + because);
    default: return Fail(Fault::kDenied, what + ": the server did not take it" + because);
  }
}

}  // namespace heed
