// An SMTP server on 127.0.0.1 that takes mail down, or refuses it as a test says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace heed {

struct SeenMail {
  std::string user;               // who signed in; "" = nobody
  std::string from;               // without <>
  std::vector<std::string> to;
  std::string data;               // headers and body as sent, lines ended by "\n", dots undone
};

class SmtpServer {
 public:
  SmtpServer();   // listening when it returns
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  std::string Url() const;  // "smtp://127.0.0.1:40123"

  void WantPassword(std::string user, std::string password);  // AUTH PLAIN, refused otherwise
  void RefuseNext(int code);                                  // the next mail is refused at its end: 451, 550 ...
  void HangUpNext();                                          // the next connection is closed at once

  std::vector<SeenMail> mails() const;  // taken ones, in order

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed
